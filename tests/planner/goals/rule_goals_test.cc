// BrokerSetAware, HotPartitionIsolation, ConsumerFetchLocality and PreferredLeaderElection.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::HasSubstr;

/// Brokers 1 to 3 are set "a", 4 to 6 set "b", 7 is in none.
PlannerOptions Sets(std::vector<std::string> goals = {"BrokerSetAwareGoal"}) {
  PlannerOptions options = Only(std::move(goals));
  for (BrokerId b = 1; b <= 6; ++b)
    options.broker_sets.push_back(fmt::format("{}={}", b, b <= 3 ? "a" : "b"));
  return options;
}

bool InSet(const std::vector<BrokerId>& ids, BrokerId first, BrokerId last) {
  return std::ranges::all_of(ids, [&](BrokerId id) { return id >= first && id <= last; });
}

TEST(BrokerSetAwareGoal, ATopicStaysWhereMostOfItIs) {
  Specs orders = Repeat({1, 2}, 3);
  orders.push_back({.replicas = {1, 4}});
  orders.push_back({.replicas = {7, 3}});
  const ClusterSnapshot snapshot =
      Brokers(7).AddTopic("orders", orders).AddTopic("users", Repeat({4, 5}, 3)).Build();
  EXPECT_EQ(JudgeNow(snapshot, "BrokerSetAwareGoal", Sets()).violations, 2);
  const Proposal proposal = Plan(snapshot, Sets());
  ASSERT_EQ(proposal.moves.size(), 2U);
  EXPECT_THAT(proposal.moves[0].reason,
              HasSubstr("belongs on broker set a, of which broker 4 is not a member"));
  EXPECT_EQ(VerdictOf(proposal, "BrokerSetAwareGoal").violations_after, 0);
  const auto after = After(snapshot, proposal);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(InSet(after[i], 1, 3)) << i;
  for (std::size_t i = 5; i < 8; ++i) EXPECT_TRUE(InSet(after[i], 4, 6)) << i;
}

TEST(BrokerSetAwareGoal, ATopicOutsideOfAllSetsGoesToOneByItsName) {
  const ClusterSnapshot snapshot = Brokers(7).AddTopic("t", Repeat({7}, 4)).Build();
  const Proposal proposal = Plan(snapshot, Sets());
  EXPECT_EQ(VerdictOf(proposal, "BrokerSetAwareGoal").violations_after, 0);
  const auto after = After(snapshot, proposal);
  const bool in_a = InSet(after[0], 1, 3);
  for (const auto& ids : after) EXPECT_TRUE(in_a ? InSet(ids, 1, 3) : InSet(ids, 4, 6));
}

TEST(BrokerSetAwareGoal, BalancingDoesNotLeaveTheSet) {
  // Set a has six times the replicas of set b; counts can be evened out within the sets only.
  const ClusterSnapshot snapshot =
      Brokers(6).AddTopic("a", Repeat({1}, 36)).AddTopic("b", Repeat({4}, 6)).Build();
  const Proposal proposal = Plan(snapshot, Sets({"BrokerSetAwareGoal", "ReplicaDistributionGoal"}));
  EXPECT_EQ(VerdictOf(proposal, "BrokerSetAwareGoal").violations_after, 0);
  const auto after = After(snapshot, proposal);
  for (BrokerId b = 1; b <= 6; ++b) EXPECT_NEAR(Holds(after, b), b <= 3 ? 12 : 2, b <= 3 ? 5 : 1);
}

TEST(BrokerSetAwareGoal, ASetThatIsTooSmallIsAViolationThatStays) {
  PlannerOptions options = Only({"BrokerSetAwareGoal"});
  options.broker_sets = {"1=a", "2=a"};
  const ClusterSnapshot snapshot = Brokers(4).AddTopic("t", Repeat({1, 2, 3}, 2)).Build();
  const Proposal proposal = Plan(snapshot, options);
  EXPECT_TRUE(proposal.empty());
  EXPECT_EQ(VerdictOf(proposal, "BrokerSetAwareGoal").violations_after, 2);
}

TEST(BrokerSetAwareGoal, WithoutSetsItIsNotJudged) {
  const ClusterSnapshot snapshot = Brokers(4).AddTopic("t", Repeat({1, 2, 3}, 2)).Build();
  const Proposal proposal = Plan(snapshot, Only({"BrokerSetAwareGoal"}));
  EXPECT_FALSE(VerdictOf(proposal, "BrokerSetAwareGoal").judged);
  EXPECT_EQ(VerdictOf(proposal, "BrokerSetAwareGoal").note, "not judged: no broker sets are given");
}

/// Four brokers; partitions of "hot" are led by broker 1 and followed by 2; each is as much as all
/// 40 of "cold" on one broker.
ClusterSnapshot TwoHot() {
  Specs cold;
  for (int i = 0; i < 40; ++i) cold.push_back({.replicas = {1 + i % 4}, .bytes_in_per_s = 1e5});
  Specs hot(2, {.replicas = {1, 2}, .bytes_in_per_s = 1e6});
  return Brokers(4).AddTopic("cold", cold).AddTopic("hot", hot).Build();
}

TEST(HotPartitionIsolationGoal, NoBrokerLeadsTwoWhileOthersLeadNone) {
  EXPECT_EQ(JudgeNow(TwoHot(), "HotPartitionIsolationGoal").violations, 1);
  PlannerOptions options = Only({"HotPartitionIsolationGoal"});
  const Proposal proposal = Plan(TwoHot(), options);
  ASSERT_EQ(proposal.moves.size(), 1U);
  EXPECT_EQ(proposal.replica_moves, 0) << "the follower takes the lead";
  EXPECT_THAT(proposal.moves[0].reason, HasSubstr("broker 1 leads other hot partitions"));
  EXPECT_EQ(VerdictOf(proposal, "HotPartitionIsolationGoal").violations_after, 0);
  options.hot_partition_share = 1.5;  // 1e6 of a mean of 1.5e6 produced bytes is none then.
  EXPECT_EQ(JudgeNow(TwoHot(), "HotPartitionIsolationGoal", options).violations, 0);
}

TEST(HotPartitionIsolationGoal, MoreHotPartitionsThanBrokersAreSpreadEvenly) {
  Specs hot(6, {.replicas = {1, 2}, .bytes_in_per_s = 1e6});
  const ClusterSnapshot snapshot = Brokers(4).AddTopic("hot", hot).Build();
  const Proposal proposal = Plan(snapshot, Only({"hot-partitions"}));
  EXPECT_EQ(VerdictOf(proposal, "HotPartitionIsolationGoal").violations_after, 0);
  for (BrokerId b = 1; b <= 4; ++b) EXPECT_LE(Leads(After(snapshot, proposal), b), 2);
}

TEST(HotPartitionIsolationGoal, UnknownLoadsAreNotJudged) {
  const ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1, 2}, 2)).Build();
  const Proposal proposal = Plan(snapshot, Only({"hot-partitions"}));
  EXPECT_FALSE(VerdictOf(proposal, "HotPartitionIsolationGoal").judged);
}

/// Racks r0, r1, r2; "t" is on r0 and r1, its consumers run on host-2 (rack r2) and host-0 (r0).
ClusterSnapshot ReadFromFar() {
  ClusterSnapshot snapshot = Brokers(3).AddTopic("t", Repeat({1, 2}, 2)).Build();
  ConsumerGroup group;
  group.name = "g";
  group.owners = {{"app", "/host-2", ""}, {"app", "/host-0", ""}, {"app", "/laptop", ""}};
  group.offsets = {{.partition = 0, .owner = 0}, {.partition = 1, .owner = 1}};
  snapshot.groups = {group};
  return snapshot;
}

PlannerOptions Locality() {
  PlannerOptions options = Only({"ConsumerFetchLocalityGoal"});
  options.consumer_racks = {"host-0$=r0", "host-2$=r2", "host-9$=r9"};
  return options;
}

TEST(ConsumerFetchLocalityGoal, AReplicaOnTheRackOfEachReader) {
  EXPECT_EQ(JudgeNow(ReadFromFar(), "ConsumerFetchLocalityGoal", Locality()).violations, 1);
  const Proposal proposal = Plan(ReadFromFar(), Locality());
  ASSERT_EQ(proposal.moves.size(), 1U) << "the other one is read from its own rack";
  EXPECT_EQ(proposal.moves[0].partition.partition, 0);
  EXPECT_EQ(std::ranges::count(proposal.moves[0].after, 3), 1);
  EXPECT_THAT(proposal.moves[0].reason, HasSubstr("consumers on rack r2"));
  EXPECT_EQ(VerdictOf(proposal, "ConsumerFetchLocalityGoal").violations_after, 0);
  EXPECT_FALSE(VerdictOf(proposal, "ConsumerFetchLocalityGoal").hard);
}

TEST(ConsumerFetchLocalityGoal, OfMoreRacksThanReplicasThoseWithMostMembersCount) {
  ClusterSnapshot snapshot = Brokers(3).AddTopic("t", Repeat({2}, 1)).Build();
  ConsumerGroup group;
  group.owners = {{"a", "/host-2", ""}, {"b", "/host-2", ""}, {"c", "/host-0", ""}};
  group.offsets = {
      {.partition = 0, .owner = 0}, {.partition = 0, .owner = 1}, {.partition = 0, .owner = 2}};
  snapshot.groups = {group};
  const Proposal proposal = Plan(snapshot, Locality());
  ASSERT_EQ(proposal.moves.size(), 1U);
  EXPECT_EQ(proposal.moves[0].after, std::vector<BrokerId>{3});
}

TEST(ConsumerFetchLocalityGoal, UnknownRacksAreNotJudged) {
  PlannerOptions options = Only({"consumer-locality"});
  const Proposal none = Plan(ReadFromFar(), options);
  EXPECT_THAT(VerdictOf(none, "ConsumerFetchLocalityGoal").note, HasSubstr("plan.consumer_racks"));
  EXPECT_FALSE(VerdictOf(none, "ConsumerFetchLocalityGoal").judged);
  options.consumer_racks = {"nobody=r0"};
  EXPECT_FALSE(VerdictOf(Plan(ReadFromFar(), options), "ConsumerFetchLocalityGoal").judged);
}

TEST(PreferredLeaderElectionGoal, ElectsAndNothingElse) {
  Specs specs = Repeat({1, 2}, 6);
  for (int i = 0; i < 4; ++i) specs[static_cast<std::size_t>(i)].leader = 2;
  const ClusterSnapshot snapshot = Brokers(2).AddTopic("t", specs).Build();
  const Proposal proposal = Plan(snapshot, Only({"PreferredLeaderElectionGoal"}));
  ASSERT_EQ(proposal.moves.size(), 4U);
  for (const Move& move : proposal.moves) {
    EXPECT_EQ(move.before, move.after);
    EXPECT_EQ(move.goal, "PreferredLeaderElectionGoal");
  }
  EXPECT_EQ(VerdictOf(proposal, "PreferredLeaderElectionGoal").violations_before, 4);
  EXPECT_EQ(VerdictOf(proposal, "PreferredLeaderElectionGoal").violations_after, 0);
}

TEST(PreferredLeaderElectionGoal, AFirstReplicaThatIsNotInSyncIsNotElected) {
  Specs specs = Repeat({1, 2}, 1);
  specs[0].leader = 2;
  ClusterSnapshot snapshot = Brokers(2).AddTopic("t", specs).Build();
  snapshot.replicas[0].in_sync = false;
  EXPECT_TRUE(Plan(snapshot, Only({"PreferredLeaderElectionGoal"})).empty());
}

}  // namespace
}  // namespace levelwind::planner::testing
