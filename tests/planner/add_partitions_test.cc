// Where the partitions go that a topic is to have more.
#include "planner/rebalance/add_partitions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "planner/requested.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using ::testing::HasSubstr;
using Brokers = std::vector<BrokerId>;

/// Brokers 1 and 2 hold everything; 3 and 4 have nothing.
ClusterSnapshot HalfEmpty() {
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "a")
      .AddBroker(4, "b")
      .AddTopic("old.one", {{1, 2}, {2, 1}})
      .AddTopic("other", {{1, 2}, {2, 1}})
      .Build();
}

TEST(AddPartitions, TheyFollowOnWhatIsThereAndGoWhereLeastIs) {
  const auto plan = ProposePartitions(HalfEmpty(), {}, {"old.one=4"});
  ASSERT_TRUE(plan.ok()) << plan.error();
  ASSERT_EQ(plan->moves.size(), 2U);
  std::set<BrokerId> leaders;
  for (std::size_t i = 0; i < 2; ++i) {
    const Move& move = plan->moves[i];
    EXPECT_EQ(move.kind, MoveKind::kNewPartition);
    EXPECT_EQ(move.partition.ToString(), fmt::format("old.one-{}", i + 2));
    EXPECT_TRUE(move.before.empty());
    EXPECT_EQ(std::set<BrokerId>(move.after.begin(), move.after.end()), (std::set<BrokerId>{3, 4}));
    EXPECT_TRUE(move.Added().empty()) << "nothing is copied";
    leaders.insert(move.after.front());
  }
  EXPECT_EQ(leaders.size(), 2U);
  EXPECT_EQ(plan->bytes_to_move, 0);
  EXPECT_EQ(plan->replica_moves, 0);
  EXPECT_THAT(plan->summary, HasSubstr("2 new partitions: old.one from 2 to 4"));
  EXPECT_THAT(plan->summary, HasSubstr("keys"));
  const auto third = std::ranges::find(plan->brokers, 3, &BrokerBalance::broker);
  ASSERT_NE(third, plan->brokers.end());
  EXPECT_EQ(third->replicas_before, 0);
  EXPECT_EQ(third->replicas_after, 2);
}

TEST(AddPartitions, SeveralTopicsAndRandomClustersAreLegal) {
  for (std::uint64_t seed = testing::FirstSeed(); seed < testing::FirstSeed() + 40; ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    std::vector<std::string> wishes;
    std::map<std::string, std::uint32_t> first;
    for (const Topic& topic : snapshot.topics) {
      if (wishes.size() == 3) break;
      wishes.push_back(fmt::format("{}={}", topic.name, topic.partition_count + 1 + seed % 5));
      first[topic.name] = topic.partition_count;
    }
    const auto plan = ProposePartitions(snapshot, {}, wishes);
    if (!plan.ok()) {
      EXPECT_EQ(plan.error().code(), ErrorCode::kFailedPrecondition) << plan.error();
      continue;
    }
    EXPECT_EQ(plan->moves.size(), wishes.size() * (1 + seed % 5));
    for (const Move& move : plan->moves) {
      EXPECT_EQ(move.partition.partition, static_cast<std::int32_t>(first[move.partition.topic]++));
      EXPECT_EQ(std::set<BrokerId>(move.after.begin(), move.after.end()).size(), move.after.size());
      for (const BrokerId id : move.after) EXPECT_TRUE(snapshot.FindBroker(id)->serving()) << id;
    }
  }
}

TEST(AddPartitions, WrongWishesSayWhy) {
  const ClusterSnapshot snapshot = HalfEmpty();
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{"old.one"}, "write TOPIC=N"},          {{"old.one=x"}, "whole number"},
      {{"old.one=0"}, "whole number"},         {{"old.one=100001"}, "100000"},
      {{"old.one=1"}, "cannot take any away"}, {{"nope=3"}, "no topic 'nope'"},
      {{"other=3", "other=4"}, "named twice"},
  };
  for (const auto& [wishes, why] : wrong) {
    const auto plan = ProposePartitions(snapshot, {}, wishes);
    ASSERT_FALSE(plan.ok()) << wishes.front();
    EXPECT_THAT(plan.error().message(), HasSubstr(why));
  }
  const auto enough = ProposePartitions(snapshot, {}, {"other=2"});
  ASSERT_TRUE(enough.ok()) << enough.error();
  EXPECT_TRUE(enough->empty());
  EXPECT_THAT(enough->summary, HasSubstr("as many partitions"));
}

TEST(AddPartitions, UnclearTopicsAreHeld_I17) {
  ClusterSnapshot moving = HalfEmpty();
  moving.partitions[0].reassigning = true;
  const auto plan = ProposePartitions(moving, {}, {"old.one=4"});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code(), ErrorCode::kFailedPrecondition);
  ClusterSnapshot offline = HalfEmpty();
  offline.partitions[1].leader = kNoBroker;
  EXPECT_FALSE(ProposePartitions(offline, {}, {"old.one=4"}).ok());
  EXPECT_TRUE(ProposePartitions(offline, {}, {"other=4"}).ok()) << "another topic's trouble";
}

TEST(AddPartitions, ItIsAPlanOfItsOwnKind) {
  const ClusterSnapshot snapshot = HalfEmpty();
  PlanRequest request;
  request.partitions = {"other=3"};
  request.excluded_destinations = {3};
  const auto plan = PlanRequested(snapshot, Requested({}, request), request);
  ASSERT_TRUE(plan.ok()) << plan.error();
  for (const Move& move : plan->moves) EXPECT_FALSE(std::ranges::count(move.after, 3));
  request.remove_brokers = {1};
  const auto both = PlanRequested(snapshot, Requested({}, request), request);
  ASSERT_FALSE(both.ok());
  EXPECT_THAT(both.error().message(), HasSubstr("remove_brokers"));
}

}  // namespace
}  // namespace levelwind::planner
