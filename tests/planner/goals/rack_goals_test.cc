// RackAwareGoal, RackAwareDistributionGoal and KafkaAssignerEvenRackAwareGoal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

/// Brokers 1, 2, 3 on rack r0, 4, 5, 6 on rack r1.
SnapshotBuilder TwoRacks() {
  SnapshotBuilder builder;
  for (int b = 1; b <= 6; ++b) builder.AddBroker(b, b <= 3 ? "r0" : "r1");
  return builder;
}

TEST(RackAwareGoal, CountsPartitionsOnFewerRacksThanTheyCouldBeOn) {
  const auto judge = [](std::vector<BrokerId> replicas) {
    return JudgeNow(TwoRacks().AddTopic("t", Repeat(std::move(replicas), 1)).Build(),
                    "RackAwareGoal");
  };
  EXPECT_EQ(judge({1, 4}).violations, 0);
  EXPECT_EQ(judge({1, 2}).violations, 1);
  EXPECT_EQ(judge({1}).violations, 0);
  EXPECT_EQ(judge({1, 2, 4}).violations, 0) << "more replicas than racks: both racks are enough";
  EXPECT_EQ(judge({1, 2, 3}).violations, 1);
  EXPECT_EQ(judge({1, 2, 3, 4}).violations, 0) << "how even they are is not its business";
}

TEST(RackAwareGoal, ABrokerWithoutARackIsOneByItself) {
  const auto snapshot =
      SnapshotBuilder().AddBroker(1, "").AddBroker(2, "").AddTopic("t", Repeat({1, 2}, 1)).Build();
  EXPECT_EQ(JudgeNow(snapshot, "RackAwareGoal").violations, 0);
}

TEST(RackAwareGoal, AReplicaOnADeadBrokerIsOnNoRack) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b", BrokerState::kDead)
                            .AddBroker(3, "b")
                            .AddTopic("t", Repeat({1, 2}, 1))
                            .Build();
  EXPECT_EQ(JudgeNow(snapshot, "RackAwareGoal").violations, 1);
}

TEST(RackAwareGoal, ActsAloneAndSaysWhichBrokersShareARack) {
  const auto snapshot =
      TwoRacks().AddTopic("t", Repeat({1, 2}, 1)).AddTopic("u", Repeat({1, 4}, 9)).Build();
  const Proposal proposal = Plan(snapshot, Only({"rack-aware"}));
  ASSERT_EQ(proposal.moves.size(), 1U) << "nothing but the clash may be touched";
  EXPECT_EQ(proposal.moves[0].partition.topic, "t");
  EXPECT_EQ(proposal.moves[0].goal, "RackAwareGoal");
  EXPECT_THAT(proposal.moves[0].reason, HasSubstr("broker 1 and broker 2 are both on rack r0"));
  EXPECT_TRUE(VerdictOf(proposal, "RackAwareGoal").hard);
  EXPECT_EQ(VerdictOf(proposal, "RackAwareGoal").violations_after, 0);
}

TEST(RackAwareDistributionGoal, WantsNoRackTwoAheadOfAnother) {
  const auto judge = [](std::vector<BrokerId> replicas) {
    return JudgeNow(TwoRacks().AddTopic("t", Repeat(std::move(replicas), 1)).Build(),
                    "RackAwareDistributionGoal");
  };
  EXPECT_EQ(judge({1, 4}).violations, 0);
  EXPECT_EQ(judge({1, 2}).violations, 1);
  EXPECT_EQ(judge({1, 2, 4}).violations, 0) << "two and one is as even as three can be";
  EXPECT_EQ(judge({1, 2, 4, 5}).violations, 0);
  EXPECT_EQ(judge({1, 2, 3, 4}).violations, 1) << "three and one";
  EXPECT_EQ(judge({1, 2, 3, 4}).cost, 1);
}

TEST(RackAwareDistributionGoal, ARackWithoutRoomIsNoneToFill) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "b")
                            .AddBroker(4, "b")
                            .AddTopic("t", Repeat({1, 2, 3, 4}, 1))
                            .Build();
  EXPECT_EQ(JudgeNow(snapshot, "RackAwareDistributionGoal").violations, 0);
}

TEST(RackAwareDistributionGoal, ActsWhereRackAwareIsContent) {
  const auto snapshot = TwoRacks().AddTopic("t", Repeat({1, 2, 3, 4}, 1)).Build();
  EXPECT_TRUE(Plan(snapshot, Only({"rack-aware"})).empty());
  const Proposal proposal = Plan(snapshot, Only({"rack-aware-distribution"}));
  ASSERT_EQ(proposal.moves.size(), 1U);
  const auto after = proposal.moves[0].after;
  EXPECT_EQ(std::ranges::count_if(after, [](BrokerId id) { return id <= 3; }), 2);
  EXPECT_EQ(proposal.moves[0].Added().size(), 1U);
  EXPECT_EQ(proposal.moves[0].goal, "RackAwareDistributionGoal");
}

TEST(RackAwareDistributionGoal, BalancingDoesNotUndoIt) {
  // Counts pull replicas onto the three brokers of rack r0; two of each four have to stay on r1.
  const auto snapshot = TwoRacks()
                            .AddTopic("even", Repeat({4, 5, 6, 1}, 10))
                            .AddTopic("other", Repeat({4, 5}, 10))
                            .Build();
  const Proposal proposal =
      Plan(snapshot, Only({"rack-aware-distribution", "replica-distribution"}));
  EXPECT_EQ(VerdictOf(proposal, "RackAwareDistributionGoal").violations_after, 0);
  EXPECT_EQ(VerdictOf(proposal, "ReplicaDistributionGoal").violations_after, 0);
}

TEST(KafkaAssignerEvenRackAwareGoal, WantsFloorOrCeilOfReplicasAndLeaders) {
  const std::string goal = "KafkaAssignerEvenRackAwareGoal";
  // 7 replicas on 3 brokers: 2 or 3 each; with margins 1.10 four would be outside as well.
  const auto even = Brokers(3)
                        .AddTopic("t", Repeat({1}, 3))
                        .AddTopic("u", Repeat({2}, 2))
                        .AddTopic("v", Repeat({3}, 2))
                        .Build();
  EXPECT_EQ(JudgeNow(even, goal).violations, 0);
  // 30 replicas: 9 is within any margin of 10, but is not floor or ceil of the mean.
  const auto uneven = Brokers(3)
                          .AddTopic("t", Repeat({1}, 9))
                          .AddTopic("u", Repeat({2}, 11))
                          .AddTopic("v", Repeat({3}, 10))
                          .Build();
  EXPECT_EQ(JudgeNow(uneven, goal).violations, 4) << "two brokers, in replicas and in leaders";
  EXPECT_EQ(JudgeNow(uneven, "ReplicaDistributionGoal").violations, 0);
  const Proposal proposal = Plan(uneven, Only({goal}));
  EXPECT_EQ(VerdictOf(proposal, goal).violations_after, 0);
  EXPECT_TRUE(VerdictOf(proposal, goal).hard);
  const auto after = After(uneven, proposal);
  for (BrokerId b = 1; b <= 3; ++b) EXPECT_EQ(Holds(after, b), 10);
}

TEST(KafkaAssignerEvenRackAwareGoal, SeparatesRacks) {
  const auto snapshot = TwoRacks().AddTopic("t", Repeat({1, 2}, 6)).Build();
  EXPECT_GE(JudgeNow(snapshot, "KafkaAssignerEvenRackAwareGoal").violations, 6);
  const Proposal proposal = Plan(snapshot, Only({"KafkaAssignerEvenRackAwareGoal"}));
  EXPECT_EQ(VerdictOf(proposal, "KafkaAssignerEvenRackAwareGoal").violations_after, 0);
  for (const auto& ids : After(snapshot, proposal)) EXPECT_NE(ids[0] <= 3, ids[1] <= 3);
}

}  // namespace
}  // namespace levelwind::planner::testing
