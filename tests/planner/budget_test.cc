// Limits of a plan: kept exactly, spent on what relieves most.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "model/proposal.h"
#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;
using ::testing::Contains;
using ::testing::HasSubstr;

PlannerOptions Fast() {
  PlannerOptions options;
  options.effort = Effort::kFast;
  return options;
}

double SoftCost(const Proposal& proposal, bool after) {
  double sum = 0;
  for (const GoalVerdict& goal : proposal.goals) sum += after ? goal.cost_after : goal.cost_before;
  return sum;
}

TEST(Budget, EveryLimitIsKeptExactlyOnRandomClusters) {
  int cut = 0;
  for (std::uint64_t seed = testing::FirstSeed(); seed < testing::FirstSeed() + 60; ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    const Proposal whole = PlanRebalance(snapshot, Fast()).value();
    if (whole.replica_moves == 0) continue;
    PlannerOptions options = Fast();
    options.max_replica_moves = whole.replica_moves / 2;
    const Proposal few = PlanRebalance(snapshot, options).value();
    EXPECT_LE(few.replica_moves, options.max_replica_moves);
    options = Fast();
    options.max_bytes = whole.bytes_to_move / 2;
    const Proposal small = PlanRebalance(snapshot, options).value();
    EXPECT_LE(small.bytes_to_move, options.max_bytes);
    if (IsKnown(whole.makespan_s)) {
      options = Fast();
      options.max_duration_s = whole.makespan_s / 2;
      const Proposal quick = PlanRebalance(snapshot, options).value();
      EXPECT_LE(quick.makespan_s, options.max_duration_s);
    }
    cut += few.moves.size() < whole.moves.size() ? 1 : 0;
    // A limit that the whole plan keeps changes nothing.
    options = Fast();
    options.max_replica_moves = whole.replica_moves;
    EXPECT_EQ(testing::Describe(PlanRebalance(snapshot, options).value()),
              testing::Describe(whole));
  }
  EXPECT_GT(cut, 30);
}

ClusterSnapshot Skewed() {
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "a")
      .AddBroker(4, "b")
      .AddTopic("t", Specs(40, {.replicas = {1, 2}}))
      .Build();
}

TEST(Budget, MoreAllowanceBringsMoreRelief) {
  const Proposal whole = PlanRebalance(Skewed(), {}).value();
  ASSERT_GT(whole.bytes_to_move, 8 << 20);
  double before = SoftCost(whole, false);
  for (const int share : {4, 2, 1}) {
    PlannerOptions options;
    options.max_bytes = whole.bytes_to_move / share;
    const Proposal part = PlanRebalance(Skewed(), options).value();
    EXPECT_LT(SoftCost(part, true), before);
    before = SoftCost(part, true);
  }
}

TEST(Budget, NothingAllowedLeavesLeaderMovesOnly) {
  for (const int which : {0, 1, 2}) {
    PlannerOptions options;
    if (which == 0) options.max_replica_moves = 0;
    if (which == 1) options.max_bytes = 0;
    if (which == 2) options.max_duration_s = 0;
    const Proposal proposal = PlanRebalance(Skewed(), options).value();
    EXPECT_EQ(proposal.replica_moves, 0);
    EXPECT_GT(proposal.leader_moves, 0) << "they copy nothing and take no time";
    EXPECT_EQ(proposal.makespan_s, 0);
    EXPECT_THAT(proposal.notes, Contains(HasSubstr("plan again afterwards")));
  }
}

TEST(Budget, HardRulesAreMendedFirstAndTheRestOfThemIsSaid) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c", BrokerState::kDead)
                            .AddBroker(4, "d")
                            .AddTopic("gone", Specs(4, {.replicas = {1, 3}}))
                            .AddTopic("skew", Specs(30, {.replicas = {1, 2}}))
                            .Build();
  PlannerOptions options;
  options.max_replica_moves = 3;
  const Proposal proposal = PlanRebalance(snapshot, options).value();
  EXPECT_EQ(proposal.replica_moves, 3);
  for (const Move& move : proposal.moves) {
    if (move.kind != MoveKind::kReplica) continue;
    EXPECT_EQ(move.partition.topic, "gone");
  }
  EXPECT_THAT(proposal.notes,
              Contains(HasSubstr("1 of the partitions left out break a hard rule")));
}

TEST(Budget, WhatCannotBeJudgedIsNotCopied) {
  ClusterSnapshot snapshot = Skewed();
  for (Replica& replica : snapshot.replicas) replica.size_bytes = kUnknownCount;
  const Proposal whole = PlanRebalance(snapshot, {}).value();
  EXPECT_GT(whole.replica_moves, 0);
  EXPECT_FALSE(IsKnown(whole.makespan_s));
  PlannerOptions options;
  options.max_bytes = std::int64_t{1} << 50;
  EXPECT_EQ(PlanRebalance(snapshot, options).value().replica_moves, 0);
  options = {};
  options.max_duration_s = 1e9;
  EXPECT_EQ(PlanRebalance(snapshot, options).value().replica_moves, 0);
  options = {};
  options.max_duration_s = 1e9;
  options.transfer.rate_bytes_per_s = 0;
  EXPECT_EQ(PlanRebalance(Skewed(), options).value().replica_moves, 0) << "no rate, no time";
}

}  // namespace
}  // namespace levelwind::planner
