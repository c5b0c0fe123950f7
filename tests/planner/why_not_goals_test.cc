// What each kind of goal says of one move, and what is concluded of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "planner/explain/why_not.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;
using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;

PlannerOptions Only(std::vector<std::string> goals) {
  PlannerOptions options;
  options.goals = std::move(goals);
  return options;
}

WhyNotAnswer Ask(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                 const TopicPartition& partition, BrokerId to) {
  const Result<WhyNotAnswer> answer = ExplainWhyNot(snapshot, options, partition, to);
  if (answer.ok()) return *answer;
  ADD_FAILURE() << answer.error();
  return {};
}

GoalOpinion First(const WhyNotAnswer& answer) {
  if (!answer.goals.empty()) return answer.goals.front();
  ADD_FAILURE() << "no goal was asked";
  return {};
}

/// Broker 1 holds and leads six of eight partitions; partition 7 is led by 2 and followed by 1.
ClusterSnapshot Crowded() {
  Specs specs(6, {.replicas = {1, 3}});
  specs.push_back({.replicas = {2, 3}});
  specs.push_back({.replicas = {2, 1}});
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "c")
      .AddTopic("t", specs)
      .Build();
}

TEST(WhyNotGoals, ABrokerThatHasItsShareOfTheTopic) {
  PlannerOptions options = Only({"TopicReplicaDistributionGoal"});
  options.topic_replica_balance_threshold = 1.01;
  options.topic_replica_min_gap = 0;
  options.topic_replica_max_gap = 0;
  const WhyNotAnswer answer = Ask(Crowded(), options, {"t", 6}, 1);
  EXPECT_EQ(First(answer).opinion, Opinion::kWorse);
  EXPECT_EQ(First(answer).sentence, "broker 1 would hold 8 of the topic's replicas, at most 6");
  EXPECT_EQ(answer.conclusion, "no: worse for TopicReplicaDistributionGoal");
}

TEST(WhyNotGoals, ABrokerThatLeadsItsShareOfTheTopic) {
  PlannerOptions options = Only({"TopicLeaderReplicaDistributionGoal"});
  options.topic_leader_balance_threshold = 1.01;
  options.topic_leader_min_gap = 0;
  options.topic_leader_max_gap = 0;
  const WhyNotAnswer answer = Ask(Crowded(), options, {"t", 7}, 1);
  EXPECT_TRUE(answer.leadership);
  EXPECT_EQ(First(answer).opinion, Opinion::kWorse);
  EXPECT_EQ(First(answer).sentence, "broker 1 would lead 7 of the topic's partitions, at most 3");
}

TEST(WhyNotGoals, ATopicThatCannotCrowdABroker) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddTopic("t", Specs{{.replicas = {1}}})
                            .Build();
  const WhyNotAnswer answer = Ask(snapshot, Only({"TopicReplicaDistributionGoal"}), {"t", 0}, 2);
  EXPECT_EQ(First(answer).opinion, Opinion::kSame);
  EXPECT_EQ(First(answer).sentence, "the topic is too small to crowd a broker");
  EXPECT_EQ(answer.conclusion, "it would bring nothing: no goal is better for it");
}

TEST(WhyNotGoals, PreferredLeadersAreNoReason) {
  const WhyNotAnswer answer = Ask(Crowded(), Only({"PreferredLeaderElectionGoal"}), {"t", 7}, 1);
  EXPECT_EQ(First(answer).opinion, Opinion::kSame);
  EXPECT_THAT(First(answer).sentence, HasSubstr("first of the replicas"));
}

TEST(WhyNotGoals, RulesForbidWhatBreaksThemMoreAndLikeWhatMendsThem) {
  const auto snapshot =
      SnapshotBuilder()
          .AddBroker(1, "a")
          .AddBroker(2, "b")
          .AddBroker(3, "c")
          .AddBroker(4, "d")
          .AddTopic(
              "t",
              Specs{{.replicas = {1}}, {.replicas = {1}}, {.replicas = {2}}, {.replicas = {3}}})
          .Build();
  PlannerOptions options = Only({"BrokerSetAwareGoal"});
  options.broker_sets = {"1=x", "2=x", "3=y", "4=y"};
  const WhyNotAnswer out = Ask(snapshot, options, {"t", 0}, 4);
  EXPECT_EQ(First(out).opinion, Opinion::kForbids);
  EXPECT_EQ(First(out).sentence, "the partition would be further from what it wants");
  EXPECT_EQ(out.conclusion, "no: BrokerSetAwareGoal would be broken");
  const WhyNotAnswer home = Ask(snapshot, options, {"t", 3}, 2);
  EXPECT_EQ(First(home).opinion, Opinion::kBetter);
  EXPECT_EQ(First(home).sentence, "the partition would be nearer to what it wants");
  const WhyNotAnswer within = Ask(snapshot, options, {"t", 0}, 2);
  EXPECT_EQ(First(within).opinion, Opinion::kSame);
  EXPECT_EQ(First(within).sentence, "this move does not change it");
  // The same rule of a goal that is not hard only weighs.
  options.hard_goals = {"none"};
  EXPECT_EQ(First(Ask(snapshot, options, {"t", 0}, 4)).opinion, Opinion::kWorse);
  options.broker_sets.clear();
  EXPECT_EQ(First(Ask(snapshot, options, {"t", 0}, 4)).sentence,
            "has no rule about this partition");
}

/// Partition 0 (80 MiB) and five of 1 MiB on broker 1, one of 1 MiB on 2, nothing on 3.
ClusterSnapshot Heavy(double capacity_mib) {
  Specs specs{{.replicas = {1}, .size_bytes = 80 * kMiB}};
  for (int i = 0; i < 5; ++i) specs.push_back({.replicas = {1}});
  specs.push_back({.replicas = {2}});
  ClusterSnapshot snapshot = SnapshotBuilder()
                                 .AddBroker(1, "a")
                                 .AddBroker(2, "b")
                                 .AddBroker(3, "c")
                                 .AddTopic("t", specs)
                                 .Build();
  for (Broker& broker : snapshot.brokers) {
    broker.capacity.disk_bytes = capacity_mib * static_cast<double>(kMiB);
  }
  return snapshot;
}

TEST(WhyNotGoals, ABrokerOverItsCapacityIsRelieved) {
  const WhyNotAnswer answer = Ask(Heavy(101), Only({"DiskCapacityGoal"}), {"t", 1}, 3);
  EXPECT_EQ(First(answer).opinion, Opinion::kBetter);
  EXPECT_THAT(First(answer).sentence, HasSubstr("; broker 1 is over its capacity"));
  EXPECT_EQ(answer.conclusion,
            "it would help DiskCapacityGoal: a plan may do this, or the same with less");
}

TEST(WhyNotGoals, UnknownCapacitiesAreSaid) {
  const WhyNotAnswer none = Ask(Heavy(kUnknown), Only({"DiskCapacityGoal"}), {"t", 1}, 3);
  EXPECT_EQ(First(none).opinion, Opinion::kNotJudged);
  EXPECT_EQ(First(none).sentence, "capacities or loads are unknown");
  ClusterSnapshot one = Heavy(1000);
  one.brokers[2].capacity.disk_bytes = kUnknown;
  const WhyNotAnswer answer = Ask(one, Only({"DiskCapacityGoal"}), {"t", 1}, 3);
  EXPECT_EQ(First(answer).opinion, Opinion::kSame);
  EXPECT_EQ(First(answer).sentence, "the capacity of broker 3 is unknown");
}

TEST(WhyNotGoals, WhatHelpsOneGoalAndHarmsAnotherIsWeighed) {
  // Counts want a replica on 3, disks do not want the giant there: each goal says its own.
  const WhyNotAnswer answer = Ask(
      Heavy(kUnknown), Only({"ReplicaDistributionGoal", "DiskUsageDistributionGoal"}), {"t", 0}, 2);
  ASSERT_EQ(answer.goals.size(), 2U);
  EXPECT_EQ(answer.goals[0].opinion, Opinion::kBetter);
  PlannerOptions leaders = Only({"ReplicaDistributionGoal", "TopicReplicaDistributionGoal"});
  leaders.topic_replica_balance_threshold = 1.01;
  leaders.topic_replica_min_gap = 0;
  leaders.topic_replica_max_gap = 0;
  // Topic t is crowded on 2, which else has the fewest replicas.
  const auto snapshot =
      SnapshotBuilder()
          .AddBroker(1, "a")
          .AddBroker(2, "b")
          .AddTopic(
              "t",
              Specs{{.replicas = {1}}, {.replicas = {2}}, {.replicas = {2}}, {.replicas = {2}}})
          .AddTopic("u", Specs(12, {.replicas = {1}}))
          .Build();
  const WhyNotAnswer mixed = Ask(snapshot, leaders, {"t", 0}, 2);
  EXPECT_EQ(mixed.conclusion,
            "it is weighed: better for ReplicaDistributionGoal, worse for "
            "TopicReplicaDistributionGoal");
}

TEST(WhyNotGoals, BrokersToBeEmptiedGetNothing) {
  PlannerOptions options = Only({"ReplicaDistributionGoal"});
  options.leaving_brokers = {3};
  const WhyNotAnswer answer = Ask(Heavy(kUnknown), options, {"t", 1}, 3);
  EXPECT_EQ(answer.conclusion, "no: broker 3 is to be emptied");
  EXPECT_THAT(First(answer).sentence, ::testing::EndsWith("; broker 3 0 replicas -> 1 replicas"))
      << "it has no band";
}

TEST(WhyNotGoals, APartitionWithMoreReplicasThanAPlanCanMoveStays) {
  SnapshotBuilder builder;
  std::vector<BrokerId> eight;
  for (BrokerId b = 1; b <= 9; ++b) builder.AddBroker(b, "");
  for (BrokerId b = 1; b <= 8; ++b) eight.push_back(b);
  const auto snapshot = builder.AddTopic("t", Specs{{.replicas = eight}}).Build();
  EXPECT_EQ(Ask(snapshot, {}, {"t", 0}, 9).conclusion,
            "no: it has more than 7 replicas: it is left where it is");
}

TEST(WhyNotGoals, TheJsonSaysWhatTheAnswerSays) {
  const WhyNotAnswer answer = Ask(Heavy(101), Only({"DiskCapacityGoal"}), {"t", 1}, 3);
  const auto json = nlohmann::json::parse(WhyNotJson(answer));
  EXPECT_EQ(json["topic"], "t");
  EXPECT_EQ(json["partition"], 1);
  EXPECT_EQ(json["from"], 1);
  EXPECT_EQ(json["to"], 3);
  EXPECT_EQ(json["leadership"], false);
  EXPECT_EQ(json["bytes"], kMiB);
  EXPECT_EQ(json["conclusion"], answer.conclusion);
  ASSERT_EQ(json["goals"].size(), 1U);
  EXPECT_EQ(json["goals"][0]["goal"], "DiskCapacityGoal");
  EXPECT_EQ(json["goals"][0]["hard"], true);
  EXPECT_EQ(json["goals"][0]["says"], "better");
  EXPECT_EQ(json["goals"][0]["why"], answer.goals[0].sentence);
  // Nothing could go there: null, never a number.
  EXPECT_TRUE(nlohmann::json::parse(WhyNotJson(WhyNotAnswer()))["from"].is_null());
  EXPECT_TRUE(nlohmann::json::parse(WhyNotJson(WhyNotAnswer()))["bytes"].is_null());
}

TEST(WhyNotGoals, EveryOpinionHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (const Opinion opinion : {Opinion::kForbids, Opinion::kWorse, Opinion::kSame,
                                Opinion::kBetter, Opinion::kNotJudged}) {
    words.insert(OpinionName(opinion));
  }
  EXPECT_EQ(words.size(), 5U);
  EXPECT_FALSE(words.contains("?"));
}

}  // namespace
}  // namespace levelwind::planner
