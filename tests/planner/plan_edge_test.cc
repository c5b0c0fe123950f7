// Corners: clusters without brokers, racks, loads or hope, and options that make no sense.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "planner/goals/goal_set.h"
#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Proposal Plan(const ClusterSnapshot& snapshot, const PlannerOptions& options = PlannerOptions()) {
  Result<Proposal> proposal = PlanRebalance(snapshot, options);
  if (!proposal.ok()) {
    ADD_FAILURE() << proposal.error();
    return {};
  }
  return *std::move(proposal);
}

const GoalVerdict& VerdictOf(const Proposal& proposal, std::string_view goal) {
  const auto found = std::ranges::find(proposal.goals, goal, &GoalVerdict::goal);
  static const GoalVerdict kNone;
  if (found != proposal.goals.end()) return *found;
  ADD_FAILURE() << "no verdict for " << goal;
  return kNone;
}

std::vector<std::vector<BrokerId>> AllOn(BrokerId a, BrokerId b, int partitions) {
  return std::vector<std::vector<BrokerId>>(static_cast<std::size_t>(partitions), {a, b});
}

TEST(PlanEdge, NothingToPlanIsSaidInWords) {
  EXPECT_THAT(Plan({}).summary, HasSubstr("no brokers"));
  EXPECT_THAT(Plan(SnapshotBuilder().AddBroker(1, "a").Build()).summary,
              HasSubstr("no partitions"));
  const auto dead = SnapshotBuilder()
                        .AddBroker(1, "a", BrokerState::kDead)
                        .AddBroker(2, "b", BrokerState::kDead)
                        .AddTopic("t", AllOn(1, 2, 3))
                        .Build();
  EXPECT_TRUE(Plan(dead).empty());
  EXPECT_THAT(Plan(dead).summary, HasSubstr("no broker is serving"));
}

TEST(PlanEdge, OneBrokerIsLevel) {
  const Proposal proposal = Plan(SnapshotBuilder()
                                     .AddBroker(1, "a")
                                     .AddTopic("t", std::vector<std::vector<BrokerId>>{{1}, {1}})
                                     .Build());
  EXPECT_TRUE(proposal.empty());
  EXPECT_EQ(proposal.summary, "already level: every goal is inside its band");
  EXPECT_EQ(proposal.score_after, 100);
}

TEST(PlanEdge, WithoutRacksEveryBrokerIsItsOwn) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "")
                            .AddBroker(2, "")
                            .AddBroker(3, "")
                            .AddTopic("t", AllOn(1, 2, 12))
                            .Build();
  const Proposal proposal = Plan(snapshot);
  EXPECT_FALSE(proposal.empty());
  EXPECT_EQ(VerdictOf(proposal, "RackAwareGoal").violations_after, 0);
  for (const BrokerBalance& broker : proposal.brokers) EXPECT_EQ(broker.leaders_after, 4);
}

TEST(PlanEdge, DeadBrokerIsEmptiedOntoOtherRacksOnly) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b", BrokerState::kDead)
                            .AddBroker(3, "b")
                            .AddBroker(4, "a")
                            .AddTopic("t", Specs(10, {.replicas = {1, 2}}))
                            .Build();
  const Proposal proposal = Plan(snapshot);
  EXPECT_EQ(VerdictOf(proposal, kDrainGoal).violations_after, 0);
  ASSERT_EQ(proposal.moves.size(), 10U);
  for (const Move& move : proposal.moves) {
    EXPECT_EQ(std::ranges::count(move.after, 3), 1) << "the only broker left on rack b";
    EXPECT_EQ(std::ranges::count(move.after, 2), 0);
  }
}

TEST(PlanEdge, MoreReplicasThanBrokersLeftKeepsTheFactorAndSaysWhy) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c", BrokerState::kDead)
                            .AddTopic("t", Specs(4, {.replicas = {1, 2, 3}}))
                            .Build();
  const Proposal proposal = Plan(snapshot);
  for (const Move& move : proposal.moves) EXPECT_EQ(move.after.size(), 3U);
  const GoalVerdict& drain = VerdictOf(proposal, kDrainGoal);
  EXPECT_EQ(drain.violations_after, 4);
  EXPECT_THAT(drain.note, HasSubstr("no serving broker is left"));
}

TEST(PlanEdge, SenselessLoadsAreUnknownAndNeverZero) {
  ClusterSnapshot snapshot =
      SnapshotBuilder().AddBroker(1, "a").AddBroker(2, "b").AddTopic("t", AllOn(1, 2, 10)).Build();
  for (Partition& p : snapshot.partitions) {
    p.load.bytes_in_per_s = std::numeric_limits<double>::infinity();
    p.load.bytes_out_per_s = -5;
  }
  const Proposal proposal = Plan(snapshot);
  EXPECT_THAT(proposal.notes, Contains(HasSubstr("negative or impossibly large produce rate")));
  EXPECT_THAT(VerdictOf(proposal, "LeaderBytesInDistributionGoal").note, HasSubstr("unknown"));
  for (const BrokerBalance& broker : proposal.brokers) EXPECT_EQ(broker.leaders_after, 5);
}

TEST(PlanEdge, AFewUnknownRatesTakeTheirTopicsMean) {
  Specs specs(20, {.replicas = {1, 2}, .bytes_in_per_s = 1e6});
  specs[3].bytes_in_per_s = kUnknown;
  const auto snapshot =
      SnapshotBuilder().AddBroker(1, "a").AddBroker(2, "b").AddTopic("t", specs).Build();
  const Proposal proposal = Plan(snapshot);
  EXPECT_THAT(proposal.notes, Contains(HasSubstr("unknown for 1 of 20")));
  EXPECT_EQ(VerdictOf(proposal, "LeaderBytesInDistributionGoal").violations_after, 0);
  EXPECT_NEAR(proposal.brokers[0].leader_bytes_in_after, 10e6, 1.0);
}

TEST(PlanEdge, EqualAndZeroLoadsDoNotTrouble) {
  const auto snapshot =
      SnapshotBuilder()
          .AddBroker(1, "a")
          .AddBroker(2, "b")
          .AddTopic("t", Specs(8, {.replicas = {1, 2}, .size_bytes = 0, .bytes_in_per_s = 0}))
          .Build();
  const Proposal proposal = Plan(snapshot);
  for (const BrokerBalance& broker : proposal.brokers) EXPECT_EQ(broker.leaders_after, 4);
  EXPECT_EQ(proposal.bytes_to_move, 0);
}

TEST(PlanEdge, OneGiantPartitionIsNotDraggedAbout) {
  Specs specs(12, {.replicas = {1}, .size_bytes = 10 << 20, .bytes_in_per_s = 1e5});
  specs[0].size_bytes = std::int64_t{100} << 30;
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c")
                            .AddTopic("t", specs)
                            .Build();
  const Proposal proposal = Plan(snapshot);
  for (const Move& move : proposal.moves) EXPECT_NE(move.partition.partition, 0);
  EXPECT_THAT(VerdictOf(proposal, "DiskUsageDistributionGoal").note, HasSubstr("by one partition"));
}

TEST(PlanEdge, LostPreferredLeaderIsAnElectionWithoutBytes) {
  Specs specs(6, {.replicas = {1, 2}});
  for (std::size_t i = 3; i < 6; ++i) specs[i].replicas = {2, 1};
  specs[0].leader = 2;
  const auto snapshot =
      SnapshotBuilder().AddBroker(1, "a").AddBroker(2, "b").AddTopic("t", specs).Build();
  const Proposal proposal = Plan(snapshot);
  ASSERT_EQ(proposal.moves.size(), 1U);
  const Move& move = proposal.moves[0];
  EXPECT_EQ(move.kind, MoveKind::kLeader);
  EXPECT_EQ(move.before, move.after);
  EXPECT_EQ(move.leader_before, 2);
  EXPECT_EQ(move.goal, "PreferredLeaderElectionGoal");
  EXPECT_EQ(proposal.leader_moves, 1);
  EXPECT_EQ(proposal.bytes_to_move, 0);
  EXPECT_EQ(VerdictOf(proposal, "PreferredLeaderElectionGoal").violations_before, 1);
}

TEST(PlanEdge, ReassigningPartitionsAreCountedWhereTheyWillBe) {
  ClusterSnapshot snapshot =
      SnapshotBuilder()
          .AddBroker(1, "a")
          .AddBroker(2, "b")
          .AddTopic("t", std::vector<std::vector<BrokerId>>{{1}, {1}, {1, 2}, {1, 2}})
          .Build();
  for (const std::int32_t number : {2, 3}) {
    snapshot.partitions[static_cast<std::size_t>(number)].reassigning = true;
    snapshot.reassignments.push_back({{"t", number}, {1, 2}, {2}, {1}});
  }
  const Proposal proposal = Plan(snapshot);
  EXPECT_TRUE(proposal.empty()) << testing::Describe(proposal);
  EXPECT_THAT(proposal.notes, Contains(HasSubstr("2 partitions are being reassigned")));
}

TEST(PlanEdge, CapacityIsKeptEvenAgainstTheBands) {
  ClusterSnapshot snapshot =
      SnapshotBuilder()
          .AddBroker(1, "a")
          .AddBroker(2, "b")
          .AddTopic("t", Specs(10, {.replicas = {1}, .size_bytes = 100 << 20}))
          .Build();
  snapshot.brokers[0].capacity.disk_bytes = 1000.0 * (1 << 20);  // 80 % of it: 8 partitions.
  snapshot.brokers[1].capacity.disk_bytes = 300.0 * (1 << 20);   // 80 % of it: 2 partitions.
  const Proposal proposal = Plan(snapshot);
  EXPECT_EQ(VerdictOf(proposal, "DiskCapacityGoal").violations_before, 1);
  EXPECT_EQ(VerdictOf(proposal, "DiskCapacityGoal").violations_after, 0);
  EXPECT_EQ(proposal.brokers[1].replicas_after, 2);
}

TEST(PlanEdge, ExcludedTopicsStay) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c")
                            .AddTopic("keep.me", AllOn(1, 2, 12))
                            .AddTopic("orders", AllOn(1, 2, 12))
                            .Build();
  PlannerOptions options;
  options.exclude_topics = "keep\\..*";
  const Proposal proposal = Plan(snapshot, options);
  EXPECT_FALSE(proposal.empty());
  for (const Move& move : proposal.moves) EXPECT_EQ(move.partition.topic, "orders");
}

TEST(PlanEdge, MoveLimitsCutButKeepWhatMendsHardRules) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c")
                            .AddBroker(4, "d", BrokerState::kRemoving)
                            .AddTopic("drain", AllOn(4, 2, 3))
                            .AddTopic("skew", AllOn(1, 2, 30))
                            .Build();
  PlannerOptions options;
  const Proposal whole = Plan(snapshot, options);
  EXPECT_GT(whole.replica_moves, 6);
  options.max_replica_moves = 6;
  const Proposal cut = Plan(snapshot, options);
  EXPECT_LE(cut.replica_moves, 6);
  EXPECT_EQ(VerdictOf(cut, kDrainGoal).violations_after, 0);
  EXPECT_THAT(cut.notes, Contains(HasSubstr("plan again afterwards")));
}

TEST(PlanEdge, BadOptionsAreRefusedWithTheNextStep) {
  PlannerOptions options;
  options.goals = {"DiskUsageDistribtionGoal"};
  auto result = PlanRebalance({}, options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(result.error().message(), HasSubstr("did you mean DiskUsageDistributionGoal?"));
  options.goals = {"RackAwareGoal", "rack-aware"};
  EXPECT_THAT(PlanRebalance({}, options).error().message(), HasSubstr("twice"));
  options = {};
  options.band_margin = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(PlanRebalance({}, options).error().message(), HasSubstr("band_margin"));
  options = {};
  options.include_topics = "(";
  EXPECT_THAT(PlanRebalance({}, options).error().message(), HasSubstr("regular expression"));
}

TEST(PlanEdge, OnlyTheGoalsAskedForAreJudged) {
  PlannerOptions options;
  options.goals = {"leader-distribution", "RackAwareGoal"};
  const auto snapshot =
      SnapshotBuilder().AddBroker(1, "a").AddBroker(2, "b").AddTopic("t", AllOn(1, 2, 10)).Build();
  const Proposal proposal = Plan(snapshot, options);
  ASSERT_EQ(proposal.goals.size(), 2U);
  EXPECT_EQ(proposal.goals[0].goal, "LeaderReplicaDistributionGoal");
  EXPECT_EQ(proposal.goals[0].violations_after, 0);
  EXPECT_EQ(proposal.replica_moves, 0) << "leadership costs no bytes";
}

}  // namespace
}  // namespace levelwind::planner
