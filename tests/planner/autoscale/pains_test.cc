// What users of KEDA's Kafka scaler suffer from: each is shown with KEDA's own formulas (B2), and
// ours on the same looks does not do it. Numbers of issues are those of kedacore/keda.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>

#include "planner/autoscale_sim/baselines.h"
#include "planner/autoscale_sim/group_sim.h"
#include "tests/planner/autoscale/group_world.h"

namespace levelwind::planner::sim {
namespace {

/// Looks at a group of `partitions` with fixed members, and what an algorithm makes of them.
class Feed {
 public:
  Feed(int partitions, int replicas, std::string_view algorithm, bool to_zero = false) {
    load_.partitions = partitions;
    load_.to_zero = to_zero;
    scaler_ = MakeScaler(algorithm, load_, Protocol::kEager);
    const auto count = static_cast<std::size_t>(partitions);
    look.log_end.assign(count, 1000);
    look.committed.assign(count, 1000);
    look.commit_t.assign(count, 0);
    look.replicas = look.pods = replicas;
    for (int m = 0; m < replicas; ++m)
      look.members.push_back({static_cast<std::uint64_t>(m + 1), 0, 0});
    const auto size = static_cast<std::int32_t>(partitions);
    look.owner = DealRange({.topic_sizes = {&size, 1}, .members = std::max(1, replicas)});
  }

  /// `change(look)` makes five seconds pass; the last answer.
  int Run(int seconds, const std::function<void(Look&)>& change) {
    int wanted = look.replicas;
    for (int i = 0; i < seconds; i += 5) {
      look.t += 5;
      look.seen_at = look.t;
      change(look);
      look.last_stable = look.log_end;
      wanted = scaler_->Want(look);
    }
    return wanted;
  }
  std::string Why() const { return scaler_->Why(); }

  Look look;

 private:
  Workload load_;
  std::unique_ptr<Scaler> scaler_;
};

void Work(Look& look, std::size_t p, std::int64_t arrives, std::int64_t done) {
  look.log_end[p] += arrives;
  look.committed[p] = std::min(look.log_end[p], look.committed[p] + done);
  look.commit_t[p] = look.t;
}

// 4791, 2908: the metric is capped at threshold x partitions, and HPA tolerates 10 %.
TEST(Pains, Two_TheLastTenPercentCanBeReached) {
  const auto overloaded = [](Look& look) {
    for (std::size_t p = 0; p < 24; ++p) Work(look, p, 6000, 4500);
  };
  Feed keda(24, 22, "B2"), ours(24, 22, "B10");
  EXPECT_EQ(keda.Run(600, overloaded), 22) << "KEDA stays short of its 24 partitions";
  EXPECT_EQ(ours.Run(600, overloaded), 24) << ours.Why();
}

// 4483: a floored division lets a lag through that HPA then rounds up.
TEST(Pains, Three_NeverMoreMembersThanPartitions) {
  Feed keda(5, 5, "B2"), ours(5, 5, "B10");
  ours.Run(600, [](Look& look) {
    for (std::size_t p = 0; p < 5; ++p) Work(look, p, 50000, 4500);
  });
  keda.look.log_end.assign(5, 1000);
  keda.look.committed.assign(5, 1000);
  keda.look.log_end[0] = 1027;
  EXPECT_EQ(std::ceil(static_cast<double>(KedaLag(keda.look, 5)) / 5), 6)
      << "six replicas for five partitions";
  EXPECT_EQ(ours.Run(60, [](Look& look) { Work(look, 0, 50000, 0); }), 5);
}

// 3904, 7516: one record that cannot be processed, and the group grows to its maximum.
TEST(Pains, Five_APoisonRecordIsNotLoad) {
  const auto poisoned = [](Look& look) {
    for (std::size_t p = 0; p < 12; ++p) Work(look, p, 1700, p == 7 ? 0 : 1700);
    look.commit_t[7] = 5;
  };
  Feed keda(12, 6, "B2"), ours(12, 6, "B10");
  int keda_wants = 0;
  for (int i = 0; i < 40; ++i) {
    keda_wants = keda.Run(15, poisoned);
    keda.look.replicas = keda.look.pods = keda_wants;
  }
  EXPECT_EQ(keda_wants, 12);
  EXPECT_EQ(ours.Run(600, poisoned), 6);
  EXPECT_THAT(ours.Why(), testing::HasSubstr("stuck"));
}

// 2033, 2612, 4910: a group that has never committed is taken for one that is behind.
TEST(Pains, Six_WithoutACommitNothingIsBehind) {
  const auto quiet = [](Look& look) { look.committed.assign(look.committed.size(), -1); };
  Feed keda(12, 1, "B2", true), ours(12, 1, "B10", true);
  EXPECT_GE(keda.Run(1200, quiet), 1) << "KEDA counts a record a partition and never goes to zero";
  EXPECT_EQ(ours.Run(1200, quiet), 0) << ours.Why();
}

// 2908, 3997: one hot partition, and everybody is scaled.
TEST(Pains, Seven_AHotPartitionDoesNotScaleEveryone) {
  const Workload load = MakeWorkload(6, 3, 2.5);
  const auto peak = [&](std::string_view algorithm) {
    const auto scaler = MakeScaler(algorithm, load, Protocol::kEager);
    GroupSim sim(load, Protocol::kEager, 3, *scaler);
    float most = 0;
    for (const Minute& minute : sim.Run().minutes) most = std::max(most, minute.replicas);
    return most;
  };
  EXPECT_GE(peak("B2"), 40);
  EXPECT_LE(peak("B10"), 20);
}

// 5675: behind a transaction there is a marker that nobody reads: lag one for good.
TEST(Pains, Eight_TransactionMarkersAreNoLag) {
  const Workload load = MakeWorkload(11, 1, 2.8);  // nothing arrives from 1.5 h on
  const auto at_the_end = [&](std::string_view algorithm) {
    const auto scaler = MakeScaler(algorithm, load, Protocol::kEager);
    GroupSim sim(load, Protocol::kEager, 1, *scaler);
    return sim.Run().minutes.back().replicas;
  };
  EXPECT_GE(at_the_end("B2"), 1);
  EXPECT_EQ(at_the_end("B10"), 0);
}

// 4098, 7414: end offsets that cannot be read count as no lag, and the group is scaled to zero.
TEST(Pains, Eleven_BrokersThatDoNotAnswerAreNotIdleness) {
  const auto busy = [](Look& look) {
    for (std::size_t p = 0; p < 12; ++p) Work(look, p, 1500, 1500);
  };
  const auto broken = [](Look& look) { look.log_end.assign(look.log_end.size(), -1); };
  Feed keda(12, 6, "B2", true), ours(12, 6, "B10", true);
  keda.Run(300, busy);
  ours.Run(300, busy);
  EXPECT_EQ(keda.Run(600, broken), 0) << "KEDA counts no lag where it could read nothing";
  EXPECT_EQ(ours.Run(600, broken), 6);
  EXPECT_THAT(ours.Why(), testing::HasSubstr("unknown_held"));
}

}  // namespace
}  // namespace levelwind::planner::sim
