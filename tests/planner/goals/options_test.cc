// Which goals are hard, in which order they count, and what their options may be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <regex>
#include <set>
#include <string>

#include "planner/goals/goal_options.h"
#include "planner/goals/goal_set.h"
#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GoalCatalog, HasEveryGoalOnceAndKeepsTheDefaultOrder) {
  std::set<std::string_view> names;
  for (const GoalInfo& goal : AllGoals()) {
    EXPECT_TRUE(names.insert(goal.name).second) << goal.name;
    EXPECT_TRUE(names.insert(goal.alias).second) << goal.alias;
    EXPECT_FALSE(goal.about.empty()) << goal.name;
  }
  const auto defaults = DefaultGoalNames();
  EXPECT_EQ(defaults.size(), 17U);
  EXPECT_EQ(defaults.front(), "RackAwareGoal");
  EXPECT_EQ(defaults.back(), "PreferredLeaderElectionGoal");
  for (const char* other :
       {"RackAwareDistributionGoal", "BrokerSetAwareGoal", "MinTopicLeadersPerBrokerGoal",
        "KafkaAssignerEvenRackAwareGoal", "KafkaAssignerDiskUsageDistributionGoal",
        "HotPartitionIsolationGoal", "ConsumerFetchLocalityGoal"}) {
    EXPECT_TRUE(names.contains(other)) << other;
    EXPECT_EQ(std::ranges::count(defaults, other), 0) << other;
  }
}

TEST(HardGoals, AreThoseThatTheUserNames) {
  PlannerOptions options = Only({"RackAwareGoal", "disk-usage", "cpu-capacity"});
  const auto hard = [&] {
    std::string letters;
    const GoalSet goals = MakeGoals(options).value();
    for (const Goal* goal : goals.ordered) letters += goal->hard ? 'h' : 's';
    return letters;
  };
  EXPECT_EQ(hard(), "hsh") << "each goal's habit";
  options.hard_goals = {"DiskUsageDistributionGoal"};
  EXPECT_EQ(hard(), "shs");
  options.hard_goals = {"none"};
  EXPECT_EQ(hard(), "sss");
  options.hard_goals = {"ReplicaDistributionGoal"};
  EXPECT_THAT(MakeGoals(options).error().message(),
              HasSubstr("ReplicaDistributionGoal, which is not a goal of this plan"));
  options.hard_goals = {"disk-usag"};
  EXPECT_THAT(MakeGoals(options).error().message(), HasSubstr("did you mean disk-usage?"));
}

/// Two brokers with ten replicas each; those of broker 1 are four times as large. Levelling the
/// disks by single moves costs the counts; one of both goals must yield if only whole replicas of
/// one size are on each broker and sizes differ that much.
ClusterSnapshot DiskAgainstCounts() {
  Specs big(2, {.replicas = {1}, .size_bytes = 100 << 20});
  Specs small(4, {.replicas = {2}, .size_bytes = 10 << 20});
  return Brokers(2).AddTopic("big", big).AddTopic("small", small).Build();
}

TEST(Priority, AHigherGoalIsNotSacrificedToLowerOnes) {
  // Counts 3 and 3 (band 2..4), disk 200 and 40 of a mean of 120: one big one has to move and
  // then counts are 1 and 5, or it is swapped against two or three small ones.
  PlannerOptions options = Only({"ReplicaDistributionGoal", "DiskUsageDistributionGoal"});
  const Proposal proposal = Plan(DiskAgainstCounts(), options);
  EXPECT_EQ(VerdictOf(proposal, "ReplicaDistributionGoal").violations_after, 0);
  EXPECT_EQ(VerdictOf(proposal, "DiskUsageDistributionGoal").violations_after, 0);
}

TEST(Priority, WhatCannotBeHadWithoutItIsNotDone) {
  // Six replicas of one size on broker 1 and six of another on broker 2: counts are level. Leader
  // bytes could be levelled only by moving counts out of their band.
  Specs big(6, {.replicas = {1}, .bytes_in_per_s = 3e6});
  Specs small(6, {.replicas = {2}, .bytes_in_per_s = 1e4});
  const ClusterSnapshot snapshot = Brokers(2).AddTopic("big", big).AddTopic("small", small).Build();
  PlannerOptions options = Only({"LeaderReplicaDistributionGoal", "LeaderBytesInDistributionGoal"});
  const Proposal counts_first = Plan(snapshot, options);
  EXPECT_EQ(VerdictOf(counts_first, "LeaderReplicaDistributionGoal").violations_after, 0);
  std::ranges::reverse(options.goals);
  const Proposal bytes_first = Plan(snapshot, options);
  EXPECT_EQ(VerdictOf(bytes_first, "LeaderBytesInDistributionGoal").violations_after, 0);
}

TEST(GoalOptions, AreChecked) {
  struct Case {
    std::function<void(PlannerOptions&)> set;
    const char* says;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Case& c : {
           Case{[](auto& o) { o.balance_thresholds.disk = 1.0; }, "disk_balance_threshold is 1"},
           Case{[&](auto& o) { o.balance_thresholds.cpu = nan; }, "cpu_balance_threshold"},
           Case{[](auto& o) { o.low_utilization.disk = 1.5; }, "disk_low_utilization_threshold"},
           Case{[](auto& o) { o.distribution_threshold_multiplier = 0.5; }, "multiplier is 0.5"},
           Case{[](auto& o) { o.topic_leader_balance_threshold = 0; }, "topic_leader_balance"},
           Case{[](auto& o) { o.topic_replica_min_gap = 50; }, "must not be above the most"},
           Case{[](auto& o) { o.min_topic_leaders = -1; }, "min_topic_leaders is -1"},
           Case{[](auto& o) { o.min_leader_topics = "("; }, "min_leader_topics"},
           Case{[](auto& o) { o.hot_partition_share = 0; }, "hot_partition_share is 0"},
           Case{[](auto& o) { o.broker_sets = {"1"}; }, "\"1\" is not ID=SET"},
           Case{[](auto& o) { o.broker_sets = {"x=a"}; }, "\"x=a\" is not ID=SET"},
           Case{[](auto& o) {
                  o.broker_sets = {"1=a", "1=b"};
                },
                "broker 1 is in two sets"},
           Case{[](auto& o) { o.consumer_racks = {"(=r1"}; }, "consumer_racks"},
           Case{[](auto& o) { o.consumer_racks = {"=r1"}; }, "is not PATTERN=RACK"},
       }) {
    PlannerOptions options;
    c.set(options);
    const auto proposal = PlanRebalance({}, options);
    ASSERT_FALSE(proposal.ok()) << c.says;
    EXPECT_EQ(proposal.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(proposal.error().message(), HasSubstr(c.says));
  }
}

TEST(GoalOptions, AConsumerPatternMayHaveAnEqualsSign) {
  const auto racks = ParseConsumerRacks({"zone=a.*=r1"});
  ASSERT_TRUE(racks.ok()) << racks.error();
  EXPECT_EQ(racks->front().rack, "r1");
  EXPECT_TRUE(std::regex_search("zone=abc", racks->front().pattern));
}

TEST(GoalOptions, BrokerListsMustBeBrokersOfTheCluster) {
  const ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1}, 2)).Build();
  PlannerOptions options;
  options.demoted_brokers = {1, 9};
  EXPECT_THAT(PlanRebalance(snapshot, options).error().message(),
              HasSubstr("demoted_brokers names broker 9"));
}

}  // namespace
}  // namespace levelwind::planner::testing
