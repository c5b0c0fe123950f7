// ReplicaCapacity, DiskCapacity, NetworkInboundCapacity, NetworkOutboundCapacity and CpuCapacity,
// and PotentialNwOut, which is one on paper.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMb = 1 << 20;

/// Two brokers on two racks and ten partitions with one replica each, all on broker 1, of 10 MB,
/// 10 MB/s in, 10 MB/s out and 10 percent of cpu: 100 of everything.
ClusterSnapshot AllOnOne() {
  ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1}, 10)).Build();
  SetLoads(snapshot, {10e6, 10e6, kUnknown, 10});
  for (Replica& r : snapshot.replicas) r.size_bytes = 10 * kMb;
  return snapshot;
}

struct CapacityCase {
  const char* goal;
  double threshold;  ///< Cruise Control's default.
  double BrokerCapacity::*capacity;
  double unit;  ///< The load of broker 1 is 100 of these.
};

class CapacityGoals : public ::testing::TestWithParam<CapacityCase> {
 protected:
  /// The cluster with `capacity` x unit on both brokers.
  static ClusterSnapshot With(double capacity) {
    ClusterSnapshot snapshot = AllOnOne();
    for (Broker& b : snapshot.brokers) b.capacity.*GetParam().capacity = capacity * GetParam().unit;
    return snapshot;
  }
};

TEST_P(CapacityGoals, TheShareItselfIsAllowed) {
  const double exact = 100 / GetParam().threshold;
  EXPECT_EQ(JudgeNow(With(exact * 1.0001), GetParam().goal).violations, 0);
  const GoalTally over = JudgeNow(With(exact * 0.99), GetParam().goal);
  EXPECT_EQ(over.violations, 1);
  EXPECT_NEAR(over.cost, 2 * 0.01, 1e-3) << "in mean brokers: the load is two of them";
}

TEST_P(CapacityGoals, ItActsAloneAndOnlyAsFarAsItMust) {
  // A third of its share too much: three of ten partitions have to go, no more for balance.
  const ClusterSnapshot snapshot = With(75 / GetParam().threshold);
  const Proposal proposal = Plan(snapshot, Only({GetParam().goal}));
  EXPECT_EQ(VerdictOf(proposal, GetParam().goal).violations_before, 1);
  EXPECT_EQ(VerdictOf(proposal, GetParam().goal).violations_after, 0);
  EXPECT_TRUE(VerdictOf(proposal, GetParam().goal).hard);
  EXPECT_EQ(proposal.moves.size(), 3U);
  for (const Move& move : proposal.moves) EXPECT_EQ(move.goal, GetParam().goal);
}

TEST_P(CapacityGoals, UnknownCapacityIsNotJudged) {
  const Proposal proposal = Plan(AllOnOne(), Only({GetParam().goal}));
  EXPECT_TRUE(proposal.empty());
  EXPECT_FALSE(VerdictOf(proposal, GetParam().goal).judged);
  EXPECT_THAT(VerdictOf(proposal, GetParam().goal).note, HasSubstr("capacities unknown"));
}

TEST_P(CapacityGoals, WhatCannotBeMetIsSaid) {
  // Both together may hold 80, and there are 100.
  const Proposal proposal = Plan(With(40 / GetParam().threshold), Only({GetParam().goal}));
  EXPECT_GE(VerdictOf(proposal, GetParam().goal).violations_after, 1);
  EXPECT_THAT(VerdictOf(proposal, GetParam().goal).note, HasSubstr("worst: broker"));
}

TEST_P(CapacityGoals, AnOverfullClusterIsLevelledAllTheSame) {
  // 100 on two brokers that may hold 40 each: as much too much however it is spread, but better
  // shared than all on one.
  const double capacity = 40 / GetParam().threshold;
  const Proposal proposal = Plan(With(capacity), PlannerOptions());
  EXPECT_EQ(VerdictOf(proposal, GetParam().goal).violations_before, 1);
  EXPECT_EQ(VerdictOf(proposal, GetParam().goal).violations_after, 2);
  EXPECT_LT(VerdictOf(proposal, GetParam().goal).cost_after,
            VerdictOf(proposal, GetParam().goal).cost_before);
  EXPECT_EQ(Holds(After(With(capacity), proposal), 1), 5);
  // And then it is as good as it gets: level, whatever the count of those above the line.
  ClusterSnapshot level =
      Brokers(2).AddTopic("t", Repeat({1}, 5)).AddTopic("u", Repeat({2}, 5)).Build();
  SetLoads(level, {10e6, 10e6, kUnknown, 10});
  for (Replica& r : level.replicas) r.size_bytes = 10 * kMb;
  for (Broker& b : level.brokers) b.capacity.*GetParam().capacity = capacity * GetParam().unit;
  EXPECT_TRUE(Plan(level, PlannerOptions()).empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, CapacityGoals,
    ::testing::Values(CapacityCase{"DiskCapacityGoal", 0.8, &BrokerCapacity::disk_bytes,
                                   double(kMb)},
                      CapacityCase{"NetworkInboundCapacityGoal", 0.8,
                                   &BrokerCapacity::network_in_bytes_per_s, 1e6},
                      CapacityCase{"NetworkOutboundCapacityGoal", 0.8,
                                   &BrokerCapacity::network_out_bytes_per_s, 1e6},
                      CapacityCase{"CpuCapacityGoal", 0.7, &BrokerCapacity::cpu_percent, 1}),
    [](const auto& test) { return std::string(test.param.goal); });

TEST(NetworkOutboundCapacityGoal, LeadershipMovesComeFirst) {
  ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1, 2}, 10)).Build();
  SetLoads(snapshot, {1e6, 10e6, kUnknown, kUnknown});
  for (Broker& b : snapshot.brokers) b.capacity.network_out_bytes_per_s = 100e6;
  const Proposal proposal = Plan(snapshot, Only({"NetworkOutboundCapacityGoal"}));
  EXPECT_EQ(VerdictOf(proposal, "NetworkOutboundCapacityGoal").violations_after, 0);
  EXPECT_EQ(proposal.replica_moves, 0);
  EXPECT_EQ(proposal.leader_moves, 2) << "from ten to eight";
}

TEST(ReplicaCapacityGoal, TheLimitItselfIsAllowed) {
  const ClusterSnapshot snapshot = AllOnOne();
  PlannerOptions options = Only({"ReplicaCapacityGoal"});
  options.max_replicas_per_broker = 10;
  EXPECT_EQ(JudgeNow(snapshot, "ReplicaCapacityGoal", options).violations, 0);
  options.max_replicas_per_broker = 9;
  EXPECT_EQ(JudgeNow(snapshot, "ReplicaCapacityGoal", options).violations, 1);
  const Proposal proposal = Plan(snapshot, options);
  EXPECT_EQ(proposal.moves.size(), 1U);
  EXPECT_EQ(VerdictOf(proposal, "ReplicaCapacityGoal").violations_after, 0);
}

TEST(PotentialNwOutGoal, CountsWhatABrokerWouldSendIfItLedEverything) {
  // Each of three brokers leads a third, but 1 and 2 hold everything: 90 MB/s against 80 allowed.
  ClusterSnapshot snapshot =
      Brokers(4).AddTopic("a", Repeat({1, 2}, 5)).AddTopic("b", Repeat({2, 1}, 4)).Build();
  SetLoads(snapshot, {1e6, 10e6, kUnknown, kUnknown});
  for (Broker& b : snapshot.brokers) b.capacity.network_out_bytes_per_s = 100e6;
  EXPECT_EQ(JudgeNow(snapshot, "PotentialNwOutGoal").violations, 2);
  EXPECT_EQ(JudgeNow(snapshot, "NetworkOutboundCapacityGoal").violations, 0);
  const Proposal proposal = Plan(snapshot, Only({"PotentialNwOutGoal"}));
  EXPECT_EQ(VerdictOf(proposal, "PotentialNwOutGoal").violations_after, 0);
  EXPECT_FALSE(VerdictOf(proposal, "PotentialNwOutGoal").hard);
  EXPECT_EQ(proposal.replica_moves, 2) << "one off each";
}

TEST(PotentialNwOutGoal, WhereNotAllCanMeetItTheHighestAreExempt) {
  ClusterSnapshot snapshot = Brokers(2).AddTopic("a", Repeat({1, 2}, 10)).Build();
  SetLoads(snapshot, {1e6, 10e6, kUnknown, kUnknown});
  for (Broker& b : snapshot.brokers) b.capacity.network_out_bytes_per_s = 100e6;
  const Proposal proposal = Plan(snapshot, Only({"PotentialNwOutGoal"}));
  EXPECT_THAT(VerdictOf(proposal, "PotentialNwOutGoal").note, HasSubstr("2 of 2 exempted"));
  EXPECT_TRUE(proposal.empty());
}

}  // namespace
}  // namespace levelwind::planner::testing
