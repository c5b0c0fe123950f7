// ReplicaDistribution, the four resource usage goals, LeaderReplicaDistribution,
// LeaderBytesInDistribution and the disk goal of the kafka-assigner pair.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMb = 1 << 20;

/// Broker b has counts[b - 1] partitions, each with one replica.
ClusterSnapshot Counts(const std::vector<int>& counts) {
  SnapshotBuilder builder = Brokers(static_cast<int>(counts.size()));
  for (std::size_t b = 0; b < counts.size(); ++b) {
    builder.AddTopic(fmt::format("t{:02}", b), Repeat({static_cast<BrokerId>(b + 1)}, counts[b]));
  }
  return builder.Build();
}

TEST(ReplicaDistributionGoal, EdgesAreFloorAndCeil) {
  const std::string goal = "ReplicaDistributionGoal";
  // Mean 10, half width 0.09: 9.1 to 10.9 becomes 9 to 11.
  EXPECT_EQ(JudgeNow(Counts({9, 10, 11}), goal).violations, 0);
  EXPECT_EQ(JudgeNow(Counts({8, 11, 11}), goal).violations, 1);
  EXPECT_EQ(JudgeNow(Counts({9, 9, 12}), goal).violations, 1);
  // Mean 100: 91 to 109, as Cruise Control's threshold 1.10 with margin 0.9 says.
  EXPECT_EQ(JudgeNow(Counts({91, 100, 109}), goal).violations, 0);
  EXPECT_EQ(JudgeNow(Counts({90, 100, 110}), goal).violations, 2);
}

TEST(ReplicaDistributionGoal, ItsThresholdIsItsOwn) {
  PlannerOptions options;
  options.balance_thresholds.replicas = 1.20;  // 0.18: 82 to 118.
  EXPECT_EQ(JudgeNow(Counts({82, 100, 118}), "ReplicaDistributionGoal", options).violations, 0);
  EXPECT_EQ(JudgeNow(Counts({81, 100, 119}), "ReplicaDistributionGoal", options).violations, 2);
  options.balance_thresholds.replicas = 1.10;
  options.distribution_threshold_multiplier = 2;
  EXPECT_EQ(JudgeNow(Counts({82, 100, 118}), "ReplicaDistributionGoal", options).violations, 0);
  options.distribution_threshold_multiplier = 1;
  options.balance_thresholds.leaders = 1.20;
  EXPECT_EQ(JudgeNow(Counts({82, 100, 118}), "ReplicaDistributionGoal", options).violations, 2);
}

TEST(ReplicaDistributionGoal, ActsAlone) {
  const ClusterSnapshot snapshot = Counts({20, 10, 0});
  const Proposal proposal = Plan(snapshot, Only({"replica-distribution"}));
  EXPECT_EQ(VerdictOf(proposal, "ReplicaDistributionGoal").violations_before, 2);
  EXPECT_EQ(VerdictOf(proposal, "ReplicaDistributionGoal").violations_after, 0);
  EXPECT_EQ(proposal.replica_moves, 9) << "to 11, 10, 9: not one more than the band asks for";
  for (const Move& move : proposal.moves) EXPECT_EQ(move.goal, "ReplicaDistributionGoal");
}

TEST(ReplicaDistributionGoal, ExcludedTopicsCountButStay) {
  const ClusterSnapshot snapshot = Counts({20, 10, 0});
  PlannerOptions options = Only({"replica-distribution"});
  options.exclude_topics = "t00";
  const Proposal proposal = Plan(snapshot, options);
  for (const Move& move : proposal.moves) EXPECT_NE(move.partition.topic, "t00");
  EXPECT_EQ(VerdictOf(proposal, "ReplicaDistributionGoal").violations_after, 2)
      << "broker 1 keeps its 20, the others have to share what they have";
}

struct UsageCase {
  const char* goal;
  double BalanceThresholds::*threshold;
};

class UsageGoals : public ::testing::TestWithParam<UsageCase> {
 public:
  /// Brokers with these loads, in percent of the mean, in every resource: partitions of one
  /// percent.
  static ClusterSnapshot Percent(const std::vector<int>& percent) {
    ClusterSnapshot snapshot = Counts(percent);
    SetLoads(snapshot, {1e6, 3e6, kUnknown, 0.5});
    for (Replica& r : snapshot.replicas) r.size_bytes = 10 * kMb;
    return snapshot;
  }
};

TEST_P(UsageGoals, TheBandIsNinePercentEachWay) {
  EXPECT_EQ(JudgeNow(Percent({91, 100, 109}), GetParam().goal).violations, 0);
  const GoalTally tally = JudgeNow(Percent({90, 100, 110}), GetParam().goal);
  EXPECT_EQ(tally.violations, 2);
  EXPECT_NEAR(tally.cost, 0.02, 1e-4);
}

TEST_P(UsageGoals, ItsThresholdIsItsOwn) {
  PlannerOptions options;
  options.balance_thresholds.*GetParam().threshold = 1.20;
  EXPECT_EQ(JudgeNow(Percent({82, 100, 118}), GetParam().goal, options).violations, 0);
  EXPECT_EQ(JudgeNow(Percent({81, 100, 119}), GetParam().goal, options).violations, 2);
}

TEST_P(UsageGoals, ActsAlone) {
  const Proposal proposal = Plan(Percent({130, 100, 70}), Only({GetParam().goal}));
  EXPECT_EQ(VerdictOf(proposal, GetParam().goal).violations_before, 2);
  EXPECT_EQ(VerdictOf(proposal, GetParam().goal).violations_after, 0);
  EXPECT_FALSE(VerdictOf(proposal, GetParam().goal).hard);
  for (const Move& move : proposal.moves) EXPECT_EQ(move.goal, GetParam().goal);
}

TEST_P(UsageGoals, UnknownLoadIsNotJudged) {
  ClusterSnapshot snapshot = Percent({130, 100, 70});
  SetLoads(snapshot, PartitionLoad());
  for (Replica& r : snapshot.replicas) r.size_bytes = kUnknownCount;
  const Proposal proposal = Plan(snapshot, Only({GetParam().goal}));
  EXPECT_TRUE(proposal.empty());
  EXPECT_FALSE(VerdictOf(proposal, GetParam().goal).judged);
  EXPECT_THAT(VerdictOf(proposal, GetParam().goal).note, HasSubstr("loads unknown"));
}

INSTANTIATE_TEST_SUITE_P(
    All, UsageGoals,
    ::testing::Values(
        UsageCase{"DiskUsageDistributionGoal", &BalanceThresholds::disk},
        UsageCase{"NetworkInboundUsageDistributionGoal", &BalanceThresholds::network_in},
        UsageCase{"NetworkOutboundUsageDistributionGoal", &BalanceThresholds::network_out},
        UsageCase{"CpuUsageDistributionGoal", &BalanceThresholds::cpu},
        UsageCase{"LeaderBytesInDistributionGoal", &BalanceThresholds::leader_bytes_in}),
    [](const auto& test) { return std::string(test.param.goal); });

struct LowUseCase {
  const char* goal;
  double LowUtilizationThresholds::*threshold;
  double BrokerCapacity::*capacity;
  double mean;    ///< What a mean broker of Percent() bears.
  double margin;  ///< Share of the threshold up to which a broker is level.
};

class LowUse : public ::testing::TestWithParam<LowUseCase> {
 protected:
  /// Brokers that use 15, 10 and 5 percent of their capacity.
  static ClusterSnapshot Used() {
    ClusterSnapshot snapshot = UsageGoals::Percent({150, 100, 50});
    for (Broker& b : snapshot.brokers) b.capacity.*GetParam().capacity = 10 * GetParam().mean;
    return snapshot;
  }
  static PlannerOptions Low(double threshold) {
    PlannerOptions options = Only({GetParam().goal});
    options.low_utilization.*GetParam().threshold = threshold;
    return options;
  }
};

TEST_P(LowUse, IsLevelUpToTheThreshold) {
  EXPECT_EQ(JudgeNow(Used(), GetParam().goal, Low(0)).violations, 2);
  EXPECT_EQ(JudgeNow(Used(), GetParam().goal, Low(0.0999)).violations, 2) << "10 % is not low";
  const double enough = 0.15 / GetParam().margin;
  EXPECT_EQ(JudgeNow(Used(), GetParam().goal, Low(1.001 * enough)).violations, 0);
  EXPECT_EQ(JudgeNow(Used(), GetParam().goal, Low(0.999 * enough)).violations, 1);
  const Proposal proposal = Plan(Used(), Low(1.001 * enough));
  EXPECT_TRUE(proposal.empty());
  EXPECT_THAT(VerdictOf(proposal, GetParam().goal).note, HasSubstr("use is low (10 % of capacity"));
}

TEST_P(LowUse, NeedsEveryCapacity) {
  ClusterSnapshot snapshot = Used();
  snapshot.brokers[2].capacity.*GetParam().capacity = kUnknown;
  const Proposal proposal = Plan(snapshot, Low(0.5));
  EXPECT_FALSE(proposal.empty()) << "what is not known to be low is levelled";
  EXPECT_THAT(VerdictOf(proposal, GetParam().goal).note, HasSubstr("capacity not known"));
}

INSTANTIATE_TEST_SUITE_P(
    All, LowUse,
    ::testing::Values(
        LowUseCase{"DiskUsageDistributionGoal", &LowUtilizationThresholds::disk,
                   &BrokerCapacity::disk_bytes, 1000.0 * kMb, 0.9},
        LowUseCase{"NetworkInboundUsageDistributionGoal", &LowUtilizationThresholds::network_in,
                   &BrokerCapacity::network_in_bytes_per_s, 100 * 1e6, 0.9},
        LowUseCase{"NetworkOutboundUsageDistributionGoal", &LowUtilizationThresholds::network_out,
                   &BrokerCapacity::network_out_bytes_per_s, 100 * 3e6, 0.9},
        LowUseCase{"CpuUsageDistributionGoal", &LowUtilizationThresholds::cpu,
                   &BrokerCapacity::cpu_percent, 50, 0.9},
        LowUseCase{"LeaderBytesInDistributionGoal", &LowUtilizationThresholds::network_in,
                   &BrokerCapacity::network_in_bytes_per_s, 100 * 1e6, 1.0}),
    [](const auto& test) { return std::string(test.param.goal); });

TEST(DiskUsageDistributionGoal, TheMeanIsWeightedByCapacity) {
  ClusterSnapshot snapshot = Counts({20, 10});
  snapshot.brokers[0].capacity.disk_bytes = 200.0 * kMb;
  snapshot.brokers[1].capacity.disk_bytes = 100.0 * kMb;
  EXPECT_EQ(JudgeNow(snapshot, "DiskUsageDistributionGoal").violations, 0);
  snapshot.brokers[0].capacity.disk_bytes = kUnknown;
  EXPECT_EQ(JudgeNow(snapshot, "DiskUsageDistributionGoal").violations, 2)
      << "half-known capacities cannot be compared";
}

TEST(LeaderBytesInDistributionGoal, UsesLeadershipAndIgnoresCapacity) {
  ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1, 2}, 20)).Build();
  SetLoads(snapshot, {1e6, kUnknown, kUnknown, kUnknown});
  for (Broker& b : snapshot.brokers) b.capacity.network_in_bytes_per_s = 1e9 * b.id;
  const Proposal proposal = Plan(snapshot, Only({"leader-bytes-in"}));
  EXPECT_EQ(proposal.replica_moves, 0);
  EXPECT_EQ(Leads(After(snapshot, proposal), 1), 10) << "20 x 0.09 = 1.8 is inside, but not 2";
  EXPECT_EQ(VerdictOf(proposal, "LeaderBytesInDistributionGoal").violations_after, 0);
}

TEST(LeaderReplicaDistributionGoal, EdgesAreRoundedButNotPastFloorAndCeilOfTheMean) {
  const std::string goal = "LeaderReplicaDistributionGoal";
  EXPECT_EQ(JudgeNow(Counts({4, 4, 4}), goal).violations, 0);
  EXPECT_EQ(JudgeNow(Counts({3, 4, 5}), goal).violations, 2) << "0.09 of 4 is no whole leader";
  EXPECT_EQ(JudgeNow(Counts({4, 4, 5}), goal).violations, 0);
  EXPECT_EQ(JudgeNow(Counts({91, 100, 109}), goal).violations, 0);
  EXPECT_EQ(JudgeNow(Counts({90, 100, 110}), goal).violations, 2);
}

TEST(LeaderReplicaDistributionGoal, ActsAloneWithoutBytes) {
  const ClusterSnapshot snapshot = Brokers(3).AddTopic("t", Repeat({1, 2, 3}, 30)).Build();
  const Proposal proposal = Plan(snapshot, Only({"leader-distribution"}));
  EXPECT_EQ(VerdictOf(proposal, "LeaderReplicaDistributionGoal").violations_after, 0);
  EXPECT_EQ(proposal.replica_moves, 0);
  for (BrokerId b = 1; b <= 3; ++b) EXPECT_NEAR(Leads(After(snapshot, proposal), b), 10, 1);
}

TEST(KafkaAssignerDiskUsageDistributionGoal, SwapsAndKeepsCounts) {
  // Ten replicas each; those of broker 1 are four times as large.
  ClusterSnapshot snapshot =
      Brokers(2).AddTopic("big", Repeat({1}, 10)).AddTopic("small", Repeat({2}, 10)).Build();
  for (std::size_t i = 0; i < 20; ++i) snapshot.replicas[i].size_bytes = (i < 10 ? 40 : 10) * kMb;
  const std::string goal = "KafkaAssignerDiskUsageDistributionGoal";
  EXPECT_EQ(JudgeNow(snapshot, goal).violations, 2);
  const Proposal proposal = Plan(snapshot, Only({goal}));
  EXPECT_EQ(VerdictOf(proposal, goal).violations_after, 0);
  const auto after = After(snapshot, proposal);
  EXPECT_EQ(Holds(after, 1), 10);
  EXPECT_EQ(Holds(after, 2), 10);
  // The disk usage goal itself would just move a few of the big ones.
  const Proposal plain = Plan(snapshot, Only({"disk-usage"}));
  EXPECT_NE(Holds(After(snapshot, plain), 1), 10);
}

}  // namespace
}  // namespace levelwind::planner::testing
