// How old the next record is that a group has to read, and what its lag amounts to.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "collectors/lag_verdict.h"
#include "collectors/lag_window.h"
#include "collectors/record_times.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::collectors {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::MonitorFixture;

/// Answers as ListOffsets(timestamp) does, for records `first`, `first + 1`, ... with these times;
/// a time below 0: compacted away.
class Log {
 public:
  explicit Log(std::vector<std::int64_t> times) : times_(std::move(times)) {}
  /// Whether the last Find found the record itself gone.
  bool compacted() const { return compacted_; }
  std::int64_t end() const { return static_cast<std::int64_t>(times_.size()); }

  /// Runs a search to its end; -1: it failed.
  std::int64_t Find(std::int64_t offset, std::int64_t now, int* probes,
                    std::int64_t hint = 0) const {
    RecordTimeSearch search(offset, end(), now, hint);
    while (!search.done()) {
      const std::int64_t asked = search.Probe();
      const auto at = std::ranges::find_if(
          times_, [&](std::int64_t time) { return time >= 0 && time >= asked; });
      ++*probes;
      if (at == times_.end()) {
        search.Take(asked, -1, -1);
      } else {
        search.Take(asked, at - times_.begin(), *at);
      }
    }
    compacted_ = search.found() && search.found()->compacted;
    return search.found() ? search.found()->unix_ms : -1;
  }

 private:
  std::vector<std::int64_t> times_;
  mutable bool compacted_ = false;
};

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kNow = 20'000 * kDay;

TEST(RecordTimeSearch, FindsASteadyProducersRecordsInFewProbes) {
  std::vector<std::int64_t> times;
  for (std::int64_t i = 0; i < 7 * 1440; ++i) times.push_back(kNow - 7 * kDay + i * 60'000);
  const Log log(times);
  for (const std::size_t offset : {0U, 1U, 5000U, 10'000U, 10'079U}) {
    int probes = 0;
    EXPECT_NEAR(static_cast<double>(log.Find(static_cast<std::int64_t>(offset), kNow, &probes)),
                static_cast<double>(times[offset]), 1000);
    EXPECT_LE(probes, 12) << offset;
  }
}

TEST(RecordTimeSearch, BurstsAndPausesCostProbesNotTruth) {
  std::vector<std::int64_t> times;
  for (std::int64_t burst = 0; burst < 20; ++burst) {
    for (std::int64_t i = 0; i < 500; ++i) times.push_back(kNow - kDay + burst * 4'000'000 + i * 3);
  }
  const Log log(times);
  for (std::size_t offset = 0; offset < times.size(); offset += 97) {
    int probes = 0;
    EXPECT_NEAR(static_cast<double>(log.Find(static_cast<std::int64_t>(offset), kNow, &probes)),
                static_cast<double>(times[offset]), 1000);
    EXPECT_LE(probes, 40);
  }
}

TEST(RecordTimeSearch, AGoodHintSavesProbesAndAWrongOneOnlyCostsSome) {
  std::vector<std::int64_t> times;
  for (std::int64_t i = 0; i < 86'400; ++i) times.push_back(kNow - kDay + i * 1000 + i % 7 * 100);
  const Log log(times);
  for (const std::int64_t offset : {1, 40'000, 86'000}) {
    const std::int64_t truth = times[static_cast<std::size_t>(offset)];
    for (const std::int64_t off : {-4000, 0, 3000}) {
      int probes = 0;
      EXPECT_NEAR(static_cast<double>(log.Find(offset, kNow, &probes, truth + off)),
                  static_cast<double>(truth), 1000);
      EXPECT_LE(probes, 6) << offset << " with a hint off by " << off << " ms";
    }
    for (const std::int64_t hint : {std::int64_t{1}, kNow - 3 * kDay, kNow, kNow + 1}) {
      int probes = 0;
      EXPECT_NEAR(static_cast<double>(log.Find(offset, kNow, &probes, hint)),
                  static_cast<double>(truth), 1000);
      EXPECT_LE(probes, 30) << offset << " with hint " << hint;
    }
  }
}

TEST(RecordTimeSearch, ACompactedRecordHasTheAgeOfTheNextOneThatIsThere) {
  std::vector<std::int64_t> times(100, -1);
  times[3] = kNow - 900'000;
  times[80] = kNow - 300'000;
  const Log log(times);
  for (const std::int64_t offset : {4, 50, 79, 80}) {
    int probes = 0;
    EXPECT_EQ(log.Find(offset, kNow, &probes), kNow - 300'000) << offset;
    EXPECT_EQ(log.compacted(), offset != 80) << offset;
  }
}

TEST(RecordTimeSearch, ALogWithoutRecordsHasNoAnswer) {
  int probes = 0;
  EXPECT_EQ(Log({}).Find(5, kNow, &probes), -1);
  EXPECT_EQ(probes, 1);
}

LagFacts Behind() {
  LagFacts facts;
  facts.committed = 100;
  facts.lag = 500;
  facts.log_start = 0;
  facts.log_end = 600;
  facts.time_lag = {120, TimeLagMethod::kInterpolated, 5};
  facts.then_committed = facts.mid_committed = 100;
  facts.then_lag = facts.mid_lag = 300;
  facts.span = facts.behind_for = minutes(4);
  facts.has_members = facts.has_owner = true;
  return facts;
}

TEST(LagVerdict, EachHasItsCase) {
  const LagOptions options;
  LagFacts facts = Behind();
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kStalled);
  EXPECT_EQ(ReasonOf(LagVerdict::kStalled, facts, options),
            "500 messages (2 min) behind, committed offset 100 has not moved for 4 min, "
            "although a member has the partition");
  facts.has_owner = false;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kNoOwner);
  facts.has_members = false;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kStopped);
  facts.then_committed = 50;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kSlow) << "commits without being a member";
  facts.then_lag = 900;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kCatchingUp);
  facts.then_committed = 101;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kRewound);
  facts.compacted = true;
  EXPECT_THAT(ReasonOf(LagVerdict::kStalled, facts, options), HasSubstr("at most 500 messages"));
  facts.log_start = 130;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kDataLost);
  EXPECT_THAT(ReasonOf(LagVerdict::kDataLost, facts, options),
              HasSubstr("30 records from offset 100 to 129"));
}

TEST(LagVerdict, I17_UnknownIsNeitherGoodNorBad) {
  const LagOptions options;
  LagFacts facts = Behind();
  facts.lag = kUnknownCount;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kUndecided);
  facts = Behind();
  facts.committed = kUnknownCount;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kUndecided);
  facts = Behind();
  facts.committed = 700;
  facts.lag = 0;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kUndecided) << "beyond the log's end";
  facts = Behind();
  facts.behind_for = seconds(20);
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kUndecided) << "watched too short";
  facts.was_fine = true;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kOk) << "was caught up 20 s ago";
}

TEST(LagVerdict, ALittleLagIsFine) {
  LagOptions options;
  LagFacts facts = Behind();
  facts.time_lag.seconds = 9;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kOk);
  facts.time_lag.method = TimeLagMethod::kAtLeast;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kStalled) << "it may be much more";
  options.allowed = 500;
  EXPECT_EQ(JudgeLag(facts, options), LagVerdict::kOk);
}

TEST(LagWindow, ComparesWithBetweenHalfAWindowAndAWindowAgo) {
  LagOptions options;
  options.window = minutes(4);
  LagWindow window;
  const SteadyTime start{};
  for (int i = 0; i <= 60; ++i) {
    const SteadyTime at = start + i * seconds(10);
    window.AddLook({{0, -1, 10 * i, 0}}, at, options);
    const LagTrack* track = window.Find(0);
    ASSERT_NE(track, nullptr);
    EXPECT_EQ(start + track->then_committed * seconds(1), window.then_at);
    if (i >= 24) {
      EXPECT_GE(at - window.then_at, minutes(2));
      EXPECT_LE(at - window.then_at, minutes(4));
    }
  }
}

class TimeLagTest : public MonitorFixture {};

TEST_F(TimeLagTest, IsToldFromTheBrokersTimestampsRightAfterAStart) {
  auto& log = admin_.At("orders", 0);
  log.end = 100;
  for (int i = 0; i < 100; ++i) {
    log.times.push_back(clock_.WallNow().unix_ms - 1000 * (1000 - 10 * i));
  }
  admin_.groups["billing"].commits = {{{"orders", 0}, 40}};
  const SnapshotPtr snapshot = Step();
  const ConsumerGroup* group = snapshot->FindGroup("billing");
  EXPECT_EQ(group->offsets.at(0).lag_method, TimeLagMethod::kExact);
  EXPECT_NEAR(group->time_lag.seconds, 600, 1);
  EXPECT_EQ(group->verdict, LagVerdict::kUndecided) << "watched for no time yet";
}

TEST_F(TimeLagTest, ComesFromTheHistoryOnceThereIsOne) {
  admin_.groups["billing"].commits = {{{"orders", 0}, 0}};
  Step();
  for (int i = 0; i < 20; ++i) {
    admin_.Produce("orders", 0, 50, 500);
    After(seconds(5));
  }
  admin_.groups["billing"].commits = {{{"orders", 0}, 600}};
  const ConsumerGroup group = *After(seconds(5))->FindGroup("billing");
  EXPECT_EQ(group.time_lag.method, TimeLagMethod::kInterpolated);
  EXPECT_NEAR(group.time_lag.seconds, 45, 5.1);
  EXPECT_LE(group.time_lag.error_s, 5.1);
}

TEST_F(TimeLagTest, ALagBelowTheFloorIsNotWorthARequest) {
  admin_.groups["billing"].commits = {{{"orders", 0}, 0}};
  Step();
  for (int i = 0; i < 10; ++i) {
    admin_.Produce("orders", 0, 50, 500);
    admin_.groups["billing"].commits = {{{"orders", 0}, 50 * i + 25}};
    const SnapshotPtr snapshot = After(seconds(5));
    EXPECT_EQ(snapshot->FindGroup("billing")->offsets.at(0).lag_method,
              TimeLagMethod::kInterpolated);
  }
}

TEST(OffsetHistory, TakesRecordsBetweenItsPointsButNoContradiction) {
  OffsetHistory history(8);
  history.AddLook({100'000}, {1000});
  history.AddRecord(0, 500, 40'000);
  history.AddRecord(0, 700, 90'000);
  const std::vector<OffsetHistory::Point> known = {{500, 40'000}, {700, 90'000}, {1000, 100'000}};
  EXPECT_EQ(history.PointsOf(0), known);
  history.AddRecord(0, 600, 95'000);
  history.AddRecord(0, 600, 30'000);
  history.AddRecord(0, 700, 50'000);
  history.AddRecord(0, 2000, 200'000);
  history.AddRecord(0, 100, 45'000);
  EXPECT_EQ(history.PointsOf(0), known);
}

TEST_F(TimeLagTest, WhatARestartKeptTellsTheAgeAtOnceButNotOfATopicMadeAnew) {
  admin_.groups["billing"].commits = {{{"orders", 0}, 0}};
  Step();
  for (int i = 0; i < 20; ++i) {
    admin_.Produce("orders", 0, 50, 500);
    After(seconds(5));
  }
  admin_.groups["billing"].commits = {{{"orders", 0}, 600}};
  After(minutes(1));
  const auto kept = monitor_->kept_offsets().Get();
  ASSERT_NE(kept, nullptr);
  ASSERT_EQ(kept->size(), 1u) << "of the partition that the group lags on";

  options_.lag.exact_most = 0;
  monitor_ = std::make_unique<Monitor>(admin_, clock_, options_);
  monitor_->RestoreOffsetHistory(*kept);
  const ConsumerGroup group = *Step()->FindGroup("billing");
  EXPECT_EQ(group.time_lag.method, TimeLagMethod::kInterpolated);
  EXPECT_NEAR(group.time_lag.seconds, 105, 5.1);

  std::vector<PartitionHistory> of_another = *kept;
  of_another.front().topic_id = Uuid{{1, 2, 3}};
  monitor_ = std::make_unique<Monitor>(admin_, clock_, options_);
  monitor_->RestoreOffsetHistory(of_another);
  EXPECT_EQ(Step()->FindGroup("billing")->time_lag.method, TimeLagMethod::kAtLeast);
}

TEST_F(TimeLagTest, TheLastStableOffsetIsTheEndUnlessATransactionIsOpen) {
  admin_.Produce("orders", 0, 100, 1000);
  const auto at = [](const SnapshotPtr& snapshot) {
    return snapshot->FindPartition("orders", 0)->last_stable_offset;
  };
  EXPECT_EQ(at(Step()), 100);
  admin_.Produce("orders", 0, 100, 1000);
  EXPECT_EQ(at(After(seconds(5))), 200) << "not looked at anew, and nothing held it back";
  admin_.At("orders", 0).stable = 150;
  EXPECT_EQ(at(After(seconds(30))), 150);
  admin_.Produce("orders", 0, 100, 1000);
  EXPECT_EQ(at(After(seconds(5))), 150);
  admin_.At("orders", 0).stable = kUnknownCount;
  EXPECT_EQ(at(After(seconds(30))), 300);
}

TEST_F(TimeLagTest, ShareGroupsHaveTheLagThatTheirCoordinatorTells) {
  admin_.Produce("orders", 0, 100, 1000);
  auto& share = admin_.groups["workers"];
  share.type = "share";
  share.commits = {{{"orders", 0}, 60}};
  share.share_lags = {{{"orders", 0}, 25}};
  const ConsumerGroup group = *Step()->FindGroup("workers");
  EXPECT_EQ(group.total_lag, 25) << "not 40: some records beyond the start are done";
  EXPECT_EQ(group.offsets.at(0).committed, 60);
  admin_.groups.erase("workers");
  EXPECT_EQ(After(seconds(5))->FindGroup("workers"), nullptr);
}

}  // namespace
}  // namespace levelwind::collectors
