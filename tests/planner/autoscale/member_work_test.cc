#include "planner/autoscale/member_work.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace levelwind::planner {
namespace {

/// One member's partitions, looked at every three seconds; a test says what was committed, and
/// when.
class OneMember {
 public:
  explicit OneMember(std::size_t partitions) : watches_(partitions), inputs_(partitions) {
    for (PartitionInput& input : inputs_) {
      input.log_start = input.committed = input.commit_ms = 0;
      input.owner = 0;
    }
  }

  void Commit(std::size_t partition, int second, double offset) {
    inputs_[partition].committed = static_cast<std::int64_t>(offset);
    inputs_[partition].commit_ms = second * std::int64_t{1000};
  }

  /// The rate that is told at this look; all partitions have a large backlog.
  double Look(int second) {
    for (std::size_t p = 0; p < watches_.size(); ++p) {
      inputs_[p].log_end = 1'000'000 + 1000L * second;
      watches_[p].Look(second, second * std::int64_t{1000}, inputs_[p],
                       AutoscaleOptions::Reset::kLatest);
    }
    return WorkOfMembers(watches_, 1).front().rate;
  }

 private:
  std::vector<PartitionWatch> watches_;
  std::vector<PartitionInput> inputs_;
};

struct Told {
  double least, median, most;
};
Told Summary(std::vector<double> rates) {
  std::ranges::sort(rates);
  return {rates.front(), rates[rates.size() / 2], rates.back()};
}

TEST(MemberWork, InTurnsIsNoMoreThanWhatIsDone) {
  // 400/s, always at one of eight partitions for `turn` seconds; each 5 s it commits what moved.
  for (const int turn : {4, 7, 10, 11, 15}) {
    OneMember member(8);
    std::vector<double> done(8, 0), committed(8, 0);
    std::vector<double> told;
    for (int second = 1; second <= 600; ++second) {
      done[static_cast<std::size_t>(second / turn % 8)] += 400;
      for (std::size_t p = 0; second % 5 == 0 && p < done.size(); ++p) {
        if (done[p] > committed[p]) member.Commit(p, second, committed[p] = done[p]);
      }
      if (second % 3 != 0) continue;
      const double rate = member.Look(second);
      if (second > 240) told.push_back(rate);
    }
    const Told rates = Summary(told);
    EXPECT_NEAR(rates.median, 400, 40) << turn;
    EXPECT_LE(rates.most, 400 * 1.3) << turn;
  }
}

TEST(MemberWork, CommitsThatAreFarApartTellTheSameRate) {
  for (const int interval : {1, 5, 12, 30, 45}) {
    OneMember member(4);
    std::vector<double> told;
    for (int second = 1; second <= 900; ++second) {
      for (std::size_t p = 0; second % interval == 0 && p < 4; ++p) {
        member.Commit(p, second, 100.0 * second);
      }
      if (second % 3 != 0) continue;
      const double rate = member.Look(second);
      if (second > 600) told.push_back(rate);
    }
    const Told rates = Summary(told);
    EXPECT_NEAR(rates.least, 400, 16) << interval;
    EXPECT_NEAR(rates.most, 400, 16) << interval;
  }
}

TEST(MemberWork, EachPartitionMayBeCommittedInItsOwnMoment) {
  OneMember member(5);
  std::vector<double> told;
  for (int second = 1; second <= 300; ++second) {
    member.Commit(static_cast<std::size_t>(second % 5), second, 80.0 * second);
    if (second % 3 != 0) continue;
    const double rate = member.Look(second);
    if (second > 60) told.push_back(rate);
  }
  const Told rates = Summary(told);
  EXPECT_NEAR(rates.least, 400, 8);
  EXPECT_NEAR(rates.most, 400, 8);
}

TEST(MemberWork, IsNotToldOfAPartitionThatWasJustTakenOver) {
  OneMember member(2);
  for (int second = 3; second < 9; second += 3) {
    member.Commit(0, second, 100.0 * second);
    EXPECT_EQ(member.Look(second), 0);
  }
}

}  // namespace
}  // namespace levelwind::planner
