#include "planner/relief/relieve.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "planner/relief/relief_search.h"
#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

/// The lanes that must not get worse: all, or those of the goals up to DiskCapacityGoal.
LaneFlags LanesTo(const GoalSet& goals, bool all) {
  LaneFlags kept{};
  kept[kDisk] = true;
  for (const bool hard : {true, false}) {
    for (const Goal* goal : goals.ordered) {
      if (goal->hard != hard) continue;
      const bool disk = goal->kind == GoalKind::kCapacity && goal->lane == kDisk;
      const bool laned = goal->kind == GoalKind::kCapacity ||
                         goal->kind == GoalKind::kDistribution ||
                         goal->kind == GoalKind::kPotentialOut;
      if (laned) kept[goal->lane] = true;
      if (disk && !all) return kept;
    }
  }
  return kept;
}

/// Whether it leaves less on the disks than the other.
bool FreesMore(const ReliefChoice& one, const ReliefChoice& other, double rounding) {
  if (one.over < other.over - rounding) return true;
  return one.over <= other.over + rounding && one.lacking < other.lacking - rounding;
}

/// From the cheapest look to the dearest: one target for each replica does nearly always; all of
/// them, where room is scarce; at last at the price of less important goals, but not for a margin.
ReliefChoice Choose(const ReliefTask& task, Placement& placement, BrokerIndex broker,
                    const GoalSet& goals, ReliefLimits limits) {
  const double rounding = ReliefRounding(placement.cluster());
  ReliefChoice best;
  for (const bool all_lanes : {true, false}) {
    limits.margin = all_lanes;
    for (const ReliefWidth width : {ReliefWidth::kEmptiest, ReliefWidth::kAll}) {
      ReliefSearch search(task, placement, broker, LanesTo(goals, all_lanes), limits);
      const ReliefChoice choice = search.Run(width);
      const bool as_much = !FreesMore(best, choice, rounding);
      const bool cheaper = as_much && all_lanes && choice.bytes < best.bytes;
      if (FreesMore(choice, best, rounding) || cheaper) best = choice;
      if (best.lacking <= rounding && search.is_near_least()) return best;
    }
    if (best.over <= rounding) return best;
  }
  return best;
}

/// The fullest first: it has the first choice of what room there is.
std::vector<BrokerIndex> ByNeed(const ReliefTask& task) {
  std::vector<std::pair<double, BrokerIndex>> order;
  for (const BrokerIndex b : task.brokers) {
    double need = 0;
    for (const ReliefDisk& disk : task.disks) {
      if (disk.broker == b) need = std::max(need, disk.need);
    }
    if (need > 0) order.emplace_back(-need, b);
  }
  std::ranges::sort(order);
  std::vector<BrokerIndex> brokers;
  for (const auto& [need, b] : order) brokers.push_back(b);
  return brokers;
}

}  // namespace

double ReliefRounding(const FlatCluster& cluster) {
  return 0.5 * kJudgeRounding * cluster.unit[kDisk];
}

Solution Relieve(const ReliefTask& task, const Placement& start, const GoalSet& goals,
                 const PlannerOptions& options) {
  Placement placement = start;
  placement.Own();
  ReliefLimits limits;
  if (options.max_bytes >= 0) limits.bytes = static_cast<double>(options.max_bytes);
  if (options.max_replica_moves >= 0) {
    limits.moves = static_cast<std::size_t>(options.max_replica_moves);
  }
  ReliefTask left = task;
  Solution solution;
  for (const BrokerIndex broker : ByNeed(task)) {
    const ReliefChoice choice = Choose(left, placement, broker, goals, limits);
    for (const ReliefStep& step : choice.steps) {
      const PartitionRecord& record = placement.partition(step.partition);
      placement.Move(step.partition, Placement::SlotOf(record, broker), step.to);
      left.room[step.to] -= step.bytes;
      limits.bytes -= step.bytes;
      --limits.moves;
      solution.changed = true;
    }
    placement.RecomputeLoads();
  }
  solution.partitions = placement.Save();
  return solution;
}

}  // namespace levelwind::planner
