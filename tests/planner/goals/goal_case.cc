#include "tests/planner/goals/goal_case.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "planner/rebalance/plan_rebalance.h"
#include "planner/search/judge.h"

namespace levelwind::planner::testing {

SnapshotBuilder Brokers(int count, int racks) {
  SnapshotBuilder builder;
  for (int b = 0; b < count; ++b) {
    builder.AddBroker(b + 1, fmt::format("r{}", racks > 0 ? b % racks : b));
  }
  return builder;
}

Specs Repeat(std::vector<BrokerId> replicas, int times) {
  SnapshotBuilder::PartitionSpec spec;
  spec.replicas = std::move(replicas);
  return Specs(static_cast<std::size_t>(times), spec);
}

void SetLoads(ClusterSnapshot& snapshot, const PartitionLoad& load) {
  for (Partition& p : snapshot.partitions) p.load = load;
}

PlannerOptions Only(std::vector<std::string> goals) {
  PlannerOptions options;
  options.goals = std::move(goals);
  return options;
}

GoalTally JudgeNow(const ClusterSnapshot& snapshot, const std::string& goal,
                   PlannerOptions options) {
  options.goals = {goal};
  const GoalSet goals = MakeGoals(options).value();
  const FlatCluster cluster = Flatten(snapshot, goals, options).value();
  const Placement placement(cluster, ComputeBands(cluster, cluster.partitions, goals, options));
  return Judge(placement, goals).goals[0];
}

Proposal Plan(const ClusterSnapshot& snapshot, const PlannerOptions& options) {
  Result<Proposal> proposal = PlanRebalance(snapshot, options);
  if (!proposal.ok()) {
    ADD_FAILURE() << proposal.error();
    return {};
  }
  return *std::move(proposal);
}

const GoalVerdict& VerdictOf(const Proposal& proposal, std::string_view goal) {
  static const GoalVerdict kNone;
  const auto found = std::ranges::find(proposal.goals, goal, &GoalVerdict::goal);
  if (found != proposal.goals.end()) return *found;
  ADD_FAILURE() << "no verdict for " << goal;
  return kNone;
}

std::vector<std::vector<BrokerId>> After(const ClusterSnapshot& snapshot,
                                         const Proposal& proposal) {
  std::vector<std::vector<BrokerId>> partitions;
  for (const Partition& p : snapshot.partitions) {
    const auto move = std::ranges::find(proposal.moves, snapshot.NameOf(p), &Move::partition);
    partitions.push_back(move != proposal.moves.end() ? move->after : snapshot.ReplicaIds(p));
  }
  return partitions;
}

int Holds(const std::vector<std::vector<BrokerId>>& partitions, BrokerId broker) {
  return static_cast<int>(std::ranges::count_if(
      partitions, [&](const auto& ids) { return std::ranges::find(ids, broker) != ids.end(); }));
}

int Leads(const std::vector<std::vector<BrokerId>>& partitions, BrokerId broker) {
  return static_cast<int>(
      std::ranges::count_if(partitions, [&](const auto& ids) { return ids.front() == broker; }));
}

}  // namespace levelwind::planner::testing
