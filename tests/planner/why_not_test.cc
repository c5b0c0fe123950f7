#include "planner/explain/why_not.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kMiB = 1 << 20;

/// Brokers 1 and 2 hold everything; 3 shares the rack of 1, 4 is alone on rack c, 5 is dead.
SnapshotBuilder Skewed() {
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "a")
      .AddBroker(4, "c")
      .AddBroker(5, "c", levelwind::BrokerState::kDead)
      .AddTopic("t", Specs(20, {.replicas = {1, 2}, .size_bytes = 10 * kMiB}));
}

WhyNotAnswer Ask(const ClusterSnapshot& snapshot, const TopicPartition& partition, BrokerId to,
                 const PlannerOptions& options = {}) {
  return ExplainWhyNot(snapshot, options, partition, to).value();
}

GoalOpinion Of(const WhyNotAnswer& answer, std::string_view goal) {
  const auto found = std::ranges::find(answer.goals, goal, &GoalOpinion::goal);
  if (found != answer.goals.end()) return *found;
  ADD_FAILURE() << "no opinion of " << goal;
  return {};
}

TEST(WhyNot, AnEmptyBrokerWouldHelpManyGoals) {
  const WhyNotAnswer answer = Ask(Skewed().Build(), {"t", 3}, 4);
  EXPECT_EQ(answer.to, 4);
  EXPECT_EQ(answer.bytes, 10 * kMiB);
  EXPECT_FALSE(answer.leadership);
  EXPECT_EQ(Of(answer, "DiskUsageDistributionGoal").opinion, Opinion::kBetter);
  EXPECT_THAT(Of(answer, "DiskUsageDistributionGoal").sentence,
              HasSubstr("broker 4 0 B -> 10 MiB (band 91 MiB to 109 MiB)"));
  EXPECT_EQ(Of(answer, "NetworkInboundUsageDistributionGoal").opinion, Opinion::kNotJudged);
  EXPECT_THAT(answer.conclusion, StartsWith("it would help ReplicaDistributionGoal"));
}

TEST(WhyNot, TheReplicaThatDoesLeastHarmIsAskedFor) {
  // To rack a may go only the replica that is there already.
  const WhyNotAnswer answer = Ask(Skewed().Build(), {"t", 3}, 3);
  EXPECT_EQ(answer.from, 1);
  EXPECT_EQ(Of(answer, "RackAwareGoal").opinion, Opinion::kSame);
}

TEST(WhyNot, RacksForbid) {
  // Whichever of the two moves to rack c, where the third is, a rack is lost.
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c")
                            .AddBroker(4, "c")
                            .AddTopic("t", Specs{{.replicas = {1, 2, 3}}, {.replicas = {4}}})
                            .Build();
  const WhyNotAnswer within = Ask(snapshot, {"t", 0}, 4);
  EXPECT_EQ(within.from, 3) << "the one that is on rack c already may";
  EXPECT_EQ(Of(within, "RackAwareGoal").opinion, Opinion::kSame);
  const auto pair = SnapshotBuilder()
                        .AddBroker(1, "a")
                        .AddBroker(2, "a")
                        .AddBroker(3, "b")
                        .AddBroker(4, "b")
                        .AddTopic("t", Specs{{.replicas = {1}}, {.replicas = {1, 2}}})
                        .Build();
  EXPECT_EQ(Of(Ask(pair, {"t", 1}, 3), "RackAwareGoal").opinion, Opinion::kBetter);
}

TEST(WhyNot, ACapacityForbids) {
  ClusterSnapshot snapshot = Skewed().Build();
  for (Broker& broker : snapshot.brokers) broker.capacity.disk_bytes = 1000.0 * kMiB;
  snapshot.brokers[3].capacity.disk_bytes = 10.0 * kMiB;
  const WhyNotAnswer answer = Ask(snapshot, {"t", 3}, 4);
  EXPECT_EQ(Of(answer, "DiskCapacityGoal").opinion, Opinion::kForbids);
  EXPECT_EQ(Of(answer, "DiskCapacityGoal").sentence,
            "broker 4 would bear 10 MiB of 8.0 MiB allowed");
  EXPECT_EQ(answer.conclusion, "no: DiskCapacityGoal would be broken");
}

TEST(WhyNot, ABrokerThatHoldsItIsAskedForTheLead) {
  const WhyNotAnswer answer = Ask(Skewed().Build(), {"t", 3}, 2);
  EXPECT_TRUE(answer.leadership);
  EXPECT_EQ(answer.from, 1);
  EXPECT_EQ(answer.bytes, 0);
  EXPECT_EQ(Of(answer, "LeaderReplicaDistributionGoal").opinion, Opinion::kBetter);
  EXPECT_EQ(Ask(Skewed().Build(), {"t", 3}, 1).conclusion, "it already leads the partition");
}

TEST(WhyNot, DeadBrokersAndPartitionsThatMayNotMoveAreSaid) {
  EXPECT_EQ(Ask(Skewed().Build(), {"t", 3}, 5).conclusion, "no: broker 5 is dead");
  ClusterSnapshot snapshot = Skewed().Build();
  snapshot.partitions[3].reassigning = true;
  EXPECT_THAT(Ask(snapshot, {"t", 3}, 4).conclusion, HasSubstr("is being reassigned"));
  snapshot.partitions[4].leader = kNoBroker;
  EXPECT_THAT(Ask(snapshot, {"t", 4}, 4).conclusion, HasSubstr("has no leader"));
  snapshot.replicas[snapshot.partitions[5].first_replica + 1U].in_sync = false;
  EXPECT_THAT(Ask(snapshot, {"t", 5}, 4).conclusion, HasSubstr("catching up"));
  PlannerOptions options;
  options.exclude_topics = "t";
  EXPECT_THAT(Ask(snapshot, {"t", 6}, 4, options).conclusion, HasSubstr("topic filter"));
}

TEST(WhyNot, WhatDoesNotExistIsNamed) {
  const auto snapshot = Skewed().Build();
  EXPECT_EQ(ExplainWhyNot(snapshot, {}, {"t", 99}, 4).error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(ExplainWhyNot(snapshot, {}, {"t", 3}, 77).error().message(),
              HasSubstr("there is no broker 77"));
}

TEST(WhyNot, PartitionsAreReadFromTheLastDash) {
  EXPECT_EQ(ParseTopicPartition("orders-eu-7").value(), (TopicPartition{"orders-eu", 7}));
  EXPECT_EQ(ParseTopicPartition("t--1").value(), (TopicPartition{"t-", 1}));
  for (const std::string_view bad : {"", "7", "-7", "t-", "t-x", "t-1x", "t-99999999999"}) {
    EXPECT_FALSE(ParseTopicPartition(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace levelwind::planner
