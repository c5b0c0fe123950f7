// TopicReplicaDistribution, TopicLeaderReplicaDistribution and MinTopicLeadersPerBroker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::HasSubstr;

/// One topic of `total` partitions with one replica on 5 brokers, of which broker 1 has `first`.
ClusterSnapshot FirstHas(int first, int total) {
  Specs specs = Repeat({1}, first);
  for (int i = 0; i < total - first; ++i) specs.push_back({.replicas = {2 + i % 4}});
  return Brokers(5).AddTopic("t", specs).Build();
}

class TopicCountGoals : public ::testing::TestWithParam<const char*> {};

TEST_P(TopicCountGoals, TheGapIsBetweenTwoAndForty) {
  // Mean 2: ceil(3.6) = 4 more than 2.
  EXPECT_EQ(JudgeNow(FirstHas(6, 10), GetParam()).violations, 0);
  EXPECT_EQ(JudgeNow(FirstHas(7, 10), GetParam()).violations, 1);
  EXPECT_EQ(JudgeNow(FirstHas(8, 10), GetParam()).cost, 2);
  // Mean 0.8: the gap is at least two, above ceil(0.8) = 1.
  EXPECT_EQ(JudgeNow(FirstHas(3, 4), GetParam()).violations, 0);
  EXPECT_EQ(JudgeNow(FirstHas(4, 4), GetParam()).violations, 1);
  // Mean 60: 1.8 x 60 is cut to 40.
  EXPECT_EQ(JudgeNow(FirstHas(100, 300), GetParam()).violations, 0);
  EXPECT_EQ(JudgeNow(FirstHas(101, 300), GetParam()).violations, 1);
}

TEST_P(TopicCountGoals, ThresholdAndGapsAreOptions) {
  PlannerOptions options;
  options.topic_replica_balance_threshold = options.topic_leader_balance_threshold = 1.5;
  options.topic_replica_min_gap = options.topic_leader_min_gap = 1;
  // Mean 2: ceil(0.9) = 1.
  EXPECT_EQ(JudgeNow(FirstHas(3, 10), GetParam(), options).violations, 0);
  EXPECT_EQ(JudgeNow(FirstHas(4, 10), GetParam(), options).violations, 1);
}

TEST_P(TopicCountGoals, ActsAlone) {
  const ClusterSnapshot snapshot = FirstHas(8, 10);
  const Proposal proposal = Plan(snapshot, Only({GetParam()}));
  EXPECT_EQ(VerdictOf(proposal, GetParam()).violations_after, 0);
  ASSERT_EQ(proposal.moves.size(), 2U);
  EXPECT_EQ(proposal.moves[0].goal, GetParam());
  EXPECT_THAT(proposal.moves[0].reason, HasSubstr("of this topic (at most 6)"));
}

TEST_P(TopicCountGoals, ExcludedTopicsStay) {
  PlannerOptions options = Only({GetParam()});
  options.exclude_topics = "t";
  const Proposal proposal = Plan(FirstHas(8, 10), options);
  EXPECT_TRUE(proposal.empty());
  EXPECT_EQ(VerdictOf(proposal, GetParam()).violations_after, 1) << "but it is counted";
}

INSTANTIATE_TEST_SUITE_P(All, TopicCountGoals,
                         ::testing::Values("TopicReplicaDistributionGoal",
                                           "TopicLeaderReplicaDistributionGoal"),
                         [](const auto& test) { return std::string(test.param); });

TEST(TopicLeaderReplicaDistributionGoal, LeadershipIsEnough) {
  const ClusterSnapshot snapshot = Brokers(5).AddTopic("t", Repeat({1, 2}, 10)).Build();
  const Proposal proposal = Plan(snapshot, Only({"topic-leaders"}));
  EXPECT_EQ(proposal.replica_moves, 0);
  EXPECT_EQ(proposal.leader_moves, 4);
  EXPECT_EQ(VerdictOf(proposal, "TopicLeaderReplicaDistributionGoal").violations_after, 0);
}

PlannerOptions MinLeadersOf(const std::string& topics, int least = 1) {
  PlannerOptions options = Only({"MinTopicLeadersPerBrokerGoal"});
  options.min_leader_topics = topics;
  options.min_topic_leaders = least;
  return options;
}

TEST(MinTopicLeadersPerBrokerGoal, EachBrokerLeadsSomeOfEachTopicThatIsNamed) {
  const ClusterSnapshot snapshot = Brokers(3)
                                       .AddTopic("lead-me", Repeat({1, 2, 3}, 6))
                                       .AddTopic("other", Repeat({1, 2, 3}, 6))
                                       .Build();
  const std::string goal = "MinTopicLeadersPerBrokerGoal";
  EXPECT_EQ(JudgeNow(snapshot, goal, MinLeadersOf("lead-.*")).violations, 2);
  EXPECT_EQ(JudgeNow(snapshot, goal, MinLeadersOf("lead-.*", 2)).cost, 4);
  EXPECT_EQ(JudgeNow(snapshot, goal, MinLeadersOf("lead-.*|other")).violations, 4);
  const Proposal proposal = Plan(snapshot, MinLeadersOf("lead-.*", 2));
  EXPECT_EQ(VerdictOf(proposal, goal).violations_after, 0);
  EXPECT_TRUE(VerdictOf(proposal, goal).hard);
  EXPECT_EQ(proposal.replica_moves, 0) << "followers take the lead";
  ASSERT_EQ(proposal.leader_moves, 4);
  for (const Move& move : proposal.moves) EXPECT_EQ(move.partition.topic, "lead-me");
  EXPECT_THAT(proposal.moves[0].reason, HasSubstr("(at least 2)"));
}

TEST(MinTopicLeadersPerBrokerGoal, ZeroMeansAsManyAsEachCanHave) {
  const ClusterSnapshot snapshot = Brokers(3).AddTopic("t", Repeat({1, 2, 3}, 8)).Build();
  const Proposal proposal = Plan(snapshot, MinLeadersOf("t", 0));
  EXPECT_EQ(VerdictOf(proposal, "MinTopicLeadersPerBrokerGoal").violations_after, 0);
  for (BrokerId b = 1; b <= 3; ++b) EXPECT_GE(Leads(After(snapshot, proposal), b), 2);
}

TEST(MinTopicLeadersPerBrokerGoal, BrokersWithoutAReplicaGetOne) {
  const ClusterSnapshot snapshot = Brokers(3).AddTopic("t", Repeat({1, 2}, 4)).Build();
  const Proposal proposal = Plan(snapshot, MinLeadersOf("t"));
  EXPECT_EQ(VerdictOf(proposal, "MinTopicLeadersPerBrokerGoal").violations_after, 0);
  EXPECT_GE(Leads(After(snapshot, proposal), 3), 1);
  EXPECT_EQ(proposal.replica_moves, 1);
}

TEST(MinTopicLeadersPerBrokerGoal, TooFewPartitionsIsSaid) {
  const ClusterSnapshot snapshot = Brokers(4).AddTopic("t", Repeat({1, 2}, 3)).Build();
  const Proposal proposal = Plan(snapshot, MinLeadersOf("t"));
  const GoalVerdict& verdict = VerdictOf(proposal, "MinTopicLeadersPerBrokerGoal");
  EXPECT_EQ(verdict.violations_after, 1) << "three brokers lead one each";
  EXPECT_THAT(verdict.note, HasSubstr("1 topics have too few partitions"));
}

TEST(MinTopicLeadersPerBrokerGoal, BalancingKeepsTheLeast) {
  // Leader counts want every leader of "t" off broker 1, which leads the whole of "u".
  const ClusterSnapshot snapshot =
      Brokers(2).AddTopic("t", Repeat({1, 2}, 4)).AddTopic("u", Repeat({1, 2}, 12)).Build();
  PlannerOptions options = MinLeadersOf("t", 2);
  options.goals.emplace_back("leader-distribution");
  const Proposal proposal = Plan(snapshot, options);
  EXPECT_EQ(VerdictOf(proposal, "MinTopicLeadersPerBrokerGoal").violations_after, 0);
  EXPECT_EQ(VerdictOf(proposal, "LeaderReplicaDistributionGoal").violations_after, 0);
}

TEST(MinTopicLeadersPerBrokerGoal, WithoutTopicsItIsNotJudgedAndABadPatternIsRefused) {
  const ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1, 2}, 4)).Build();
  const Proposal proposal = Plan(snapshot, MinLeadersOf(""));
  EXPECT_FALSE(VerdictOf(proposal, "MinTopicLeadersPerBrokerGoal").judged);
  EXPECT_THAT(PlanRebalance(snapshot, MinLeadersOf("(")).error().message(),
              HasSubstr("min_leader_topics"));
}

}  // namespace
}  // namespace levelwind::planner::testing
