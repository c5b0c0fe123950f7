// Where the partitions of a topic go that does not exist yet.
#include "planner/rebalance/place_topic.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Brokers 1 and 2 hold everything; 3 and 4 have nothing.
ClusterSnapshot HalfEmpty() {
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "a")
      .AddBroker(4, "b")
      .AddTopic("old", {{1, 2}, {2, 1}, {1, 2}, {2, 1}})
      .Build();
}

TopicWish Wish(std::int32_t partitions, std::int32_t factor) {
  return {.name = "new.topic", .partitions = partitions, .replication_factor = factor};
}

TEST(PlaceTopic, GoesWhereLeastIsWithRacksApart) {
  const ClusterSnapshot snapshot = HalfEmpty();
  const auto placed = PlaceTopic(snapshot, {}, Wish(4, 2));
  ASSERT_TRUE(placed.ok()) << placed.error();
  ASSERT_EQ(placed->replicas.size(), 4U);
  std::map<BrokerId, int> leaders;
  for (const auto& replicas : placed->replicas) {
    EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()), (std::set<BrokerId>{3, 4}));
    ++leaders[replicas.front()];
  }
  EXPECT_EQ(leaders[3], 2);
  EXPECT_EQ(leaders[4], 2);
}

TEST(PlaceTopic, EveryWishOnRandomClustersIsLegal) {
  for (std::uint64_t seed = testing::FirstSeed(); seed < testing::FirstSeed() + 30; ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    const auto serving = std::ranges::count_if(snapshot.brokers, &Broker::serving);
    if (serving == 0) continue;
    const auto factor = static_cast<std::int32_t>(std::min<std::ptrdiff_t>(serving, 3));
    const auto placed =
        PlaceTopic(snapshot, {}, Wish(static_cast<std::int32_t>(seed % 40) + 1, factor));
    ASSERT_TRUE(placed.ok()) << placed.error();
    for (const auto& replicas : placed->replicas) {
      EXPECT_EQ(replicas.size(), static_cast<std::size_t>(factor));
      EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()).size(), replicas.size());
      for (const BrokerId id : replicas) EXPECT_TRUE(snapshot.FindBroker(id)->serving()) << id;
    }
    for (const GoalVerdict& goal : placed->goals) {
      if (!goal.hard) continue;
      EXPECT_LE(goal.violations_after, goal.violations_before) << goal.goal;
    }
  }
}

TEST(PlaceTopic, ABusyTopicSpreadsItsLeadersByWhatTheyBear) {
  // Broker 1 leads a busy partition and as many replicas as the others.
  using Spec = SnapshotBuilder::PartitionSpec;
  const std::vector<Spec> busy = {{{1}, 1 << 20, 9e6, kNoBroker},
                                  {{2}, 1 << 20, 1e6, kNoBroker},
                                  {{3}, 1 << 20, 1e6, kNoBroker}};
  const ClusterSnapshot snapshot = SnapshotBuilder()
                                       .AddBroker(1, "a")
                                       .AddBroker(2, "b")
                                       .AddBroker(3, "c")
                                       .AddTopic("busy", busy)
                                       .Build();
  TopicWish wish = Wish(4, 1);
  wish.bytes_in_per_s = 16e6;
  const auto placed = PlaceTopic(snapshot, {}, wish);
  ASSERT_TRUE(placed.ok()) << placed.error();
  std::map<BrokerId, int> leaders;
  for (const auto& replicas : placed->replicas) ++leaders[replicas.front()];
  EXPECT_EQ(leaders[2], 2);
  EXPECT_EQ(leaders[3], 2);
}

TEST(PlaceTopic, OptionsAboutBrokersHoldAndOtherWorkDoesNot) {
  PlannerOptions options;
  options.excluded_destinations = {3};
  options.exclude_topics = ".*";
  options.max_replica_moves = 0;
  options.leadership_only = true;
  const auto placed = PlaceTopic(HalfEmpty(), options, Wish(6, 2));
  ASSERT_TRUE(placed.ok()) << placed.error();
  for (const auto& replicas : placed->replicas) {
    EXPECT_EQ(std::ranges::count(replicas, 3), 0);
    EXPECT_EQ(std::ranges::count(replicas, 1), 1) << "nobody else is left on rack a";
  }
}

TEST(PlaceTopic, WhatKafkaWouldRefuseIsRefusedWithTheReason) {
  const ClusterSnapshot snapshot = HalfEmpty();
  const auto refused = [&](TopicWish wish) {
    const auto placed = PlaceTopic(snapshot, {}, wish);
    return placed.ok() ? "placed" : placed.error().ToString();
  };
  TopicWish wish = Wish(1, 5);
  EXPECT_THAT(refused(wish), HasSubstr("replication factor 5: 4 brokers may receive replicas"));
  wish = Wish(0, 1);
  EXPECT_THAT(refused(wish), HasSubstr("cannot have 0 partitions: 1 to 100000"));
  wish = Wish(1, 8);
  EXPECT_THAT(refused(wish), HasSubstr("replication factor 8: 1 to 7"));
  for (const char* name : {"", ".", "..", "a b", "a/b", "gr\xc3\xbcn"}) {
    wish = Wish(1, 1);
    wish.name = name;
    EXPECT_THAT(refused(wish), HasSubstr("no name for a topic")) << name;
  }
  wish.name = std::string(250, 'a');
  EXPECT_THAT(refused(wish), HasSubstr("no name for a topic"));
  wish.name = "old";
  EXPECT_THAT(refused(wish), HasSubstr("topic old exists already"));
  wish = Wish(1, 1);
  wish.bytes = -1;
  EXPECT_THAT(refused(wish), HasSubstr("cannot have -1 bytes"));
}

TEST(PlaceTopic, TheJsonHasTheWordsOfKafkasTool) {
  TopicPlacement placement;
  placement.topic = "t";
  placement.replicas = {{1, 2}, {3, 1}};
  GoalVerdict& goal = placement.goals.emplace_back();
  goal.goal = "RackAwareGoal";
  goal.hard = true;
  EXPECT_EQ(PlacementJson(placement),
            R"({"topic":"t","replicas":[[1,2],[3,1]],"assignment":"1:2,3:1","goals":[)"
            R"({"goal":"RackAwareGoal","hard":true,"judged":true,"violations":0,"note":""}]})");
}

TEST(Relief, TakesTheFewestBytesOffTheFullDiskAndTouchesNothingElse) {
  // Broker 1 is above 80 of 100 MiB by 5; broker 2 is fuller than that, but was not named.
  std::vector<SnapshotBuilder::PartitionSpec> specs;
  for (int i = 0; i < 17; ++i) specs.push_back({.replicas = {1}, .size_bytes = 5 << 20});
  for (int i = 0; i < 18; ++i) specs.push_back({.replicas = {2}, .size_bytes = 5 << 20});
  specs.push_back({.replicas = {3}, .size_bytes = 5 << 20});
  ClusterSnapshot snapshot = SnapshotBuilder()
                                 .AddBroker(1, "a")
                                 .AddBroker(2, "b")
                                 .AddBroker(3, "c")
                                 .AddTopic("t", specs)
                                 .Build();
  for (Broker& broker : snapshot.brokers) broker.capacity.disk_bytes = 100 << 20;
  PlannerOptions options;
  options.relieved_brokers = {1};
  options.goals = {"RackAwareGoal", "DiskCapacityGoal"};
  const auto plan = PlanRebalance(snapshot, options);
  ASSERT_TRUE(plan.ok()) << plan.error();
  ASSERT_EQ(plan->moves.size(), 1U) << testing::Describe(*plan);
  EXPECT_THAT(plan->moves[0].before, ElementsAre(1));
  EXPECT_THAT(plan->moves[0].after, ElementsAre(3));
  options.relieved_brokers = {9};
  EXPECT_THAT(PlanRebalance(snapshot, options).error().ToString(),
              HasSubstr("relieve_brokers names broker 9, which is not in the cluster"));
}

}  // namespace
}  // namespace levelwind::planner
