// Going on from what is left of an earlier plan.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "planner/rebalance/plan_seeds.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;

/// 60 partitions of all sizes on brokers 1 and 2; 3 to 6 are empty.
ClusterSnapshot Crowded() {
  SnapshotBuilder builder;
  for (int b = 1; b <= 6; ++b) builder.AddBroker(b, b % 2 == 0 ? "even" : "odd");
  ClusterSnapshot snapshot = builder.AddTopic("t", Specs(60, {.replicas = {1, 2}})).Build();
  for (std::size_t i = 0; i < snapshot.replicas.size(); ++i) {
    snapshot.replicas[i].size_bytes = std::int64_t(1 + i / 2 % 7) << 30;
  }
  return snapshot;
}

Proposal Planned(const ClusterSnapshot& snapshot, const PlannerOptions& options) {
  auto proposal = PlanRebalance(snapshot, options);
  EXPECT_TRUE(proposal.ok()) << proposal.error();
  return proposal.ok() ? *std::move(proposal) : Proposal{};
}

std::vector<Assignment> AsAssignments(const Proposal& proposal) {
  std::vector<Assignment> plan;
  for (const Move& move : proposal.moves) plan.push_back({move.partition, move.after});
  return plan;
}

/// Where each partition goes.
std::map<TopicPartition, std::vector<BrokerId>> Targets(const Proposal& proposal) {
  std::map<TopicPartition, std::vector<BrokerId>> targets;
  for (const Move& move : proposal.moves) targets[move.partition] = move.after;
  return targets;
}

Proposal FirstMoves(Proposal proposal, std::size_t count) {
  proposal.moves.resize(std::min(count, proposal.moves.size()));
  return proposal;
}

TEST(WarmStart, TheRestOfAGoodPlanIsThePlan) {
  const ClusterSnapshot before = Crowded();
  const Proposal whole = Planned(before, {});
  ASSERT_GT(whole.moves.size(), 20U);
  // Half way; the next search has another seed, so that alone it would end elsewhere.
  const ClusterSnapshot half = testing::Carried(before, FirstMoves(whole, whole.moves.size() / 2));
  PlannerOptions options;
  options.seed = 77;
  const Proposal cold = Planned(half, options);
  options.earlier_plan = AsAssignments(whole);
  const Proposal warm = Planned(half, options);
  const auto wanted = Targets(whole);
  std::size_t kept = 0;
  for (const auto& [partition, after] : Targets(warm)) {
    const auto found = wanted.find(partition);
    kept += found != wanted.end() && found->second == after ? 1U : 0U;
  }
  EXPECT_EQ(kept, warm.moves.size()) << "every move is one of the earlier plan";
  EXPECT_LE(warm.bytes_to_move, whole.bytes_to_move);
  EXPECT_NE(Targets(cold), Targets(warm)) << "or this test shows nothing";
  for (const GoalVerdict& goal : warm.goals) {
    EXPECT_EQ(goal.violations_after, 0) << goal.goal;
  }
  EXPECT_TRUE(Planned(testing::Carried(half, warm), options).empty());
}

TEST(WarmStart, WhatIsNoLongerLegalIsLeftOut) {
  const ClusterSnapshot before = Crowded();
  PlannerOptions options;
  options.earlier_plan = AsAssignments(Planned(before, {}));
  ClusterSnapshot now = before;
  now.brokers[2].state = BrokerState::kDead;  // 3
  now.partitions[5].reassigning = true;
  options.excluded_destinations = {4};
  options.demoted_brokers = {5};
  options.earlier_plan.push_back({{"gone", 0}, {1, 2}});
  options.earlier_plan.push_back({{"t", 99}, {1, 2}});
  options.earlier_plan.push_back({{"t", 0}, {1, 42}});
  options.earlier_plan.push_back({{"t", 1}, {6, 6}});
  options.earlier_plan.push_back({{"t", 2}, {6}});
  options.earlier_plan.push_back({{"t", 3}, {2, 6}});  // One rack.
  options.earlier_plan.push_back({{"t", 4}, {}});
  const Proposal proposal = Planned(now, options);
  EXPECT_FALSE(proposal.empty());
  for (const Move& move : proposal.moves) {
    EXPECT_NE(move.partition, (TopicPartition{"t", 5}));
    for (const BrokerId id : move.Added()) EXPECT_TRUE(id != 3 && id != 4) << id;
    EXPECT_NE(move.after.front(), 5) << move.partition.ToString();
    EXPECT_NE(move.after[0] % 2, move.after[1] % 2) << "two racks";
  }
}

TEST(WarmStart, NothingLeftIsAPlanFromTheStart) {
  const ClusterSnapshot before = Crowded();
  const Proposal cold = Planned(before, {});
  PlannerOptions options;
  for (const Partition& p : before.partitions) {
    options.earlier_plan.push_back({before.NameOf(p), before.ReplicaIds(p)});
  }
  EXPECT_EQ(testing::Describe(Planned(before, options)), testing::Describe(cold));
}

TEST(WarmStart, IsTheSameOnAnyNumberOfThreads) {
  const ClusterSnapshot before = Crowded();
  PlannerOptions options;
  options.earlier_plan = AsAssignments(FirstMoves(Planned(before, {}), 9));
  const auto one = PlanWithSeeds(before, options, 3, RunInTurn);
  const auto backwards =
      PlanWithSeeds(before, options, 3, [](const std::vector<std::function<void()>>& tasks) {
        for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) (*task)();
      });
  ASSERT_TRUE(one.ok() && backwards.ok());
  EXPECT_EQ(testing::Describe(*one), testing::Describe(*backwards));
}

}  // namespace
}  // namespace levelwind::planner
