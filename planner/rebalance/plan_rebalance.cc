#include "planner/rebalance/plan_rebalance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "planner/budget/budget.h"
#include "planner/explain/explain.h"
#include "planner/explain/proposal_builder.h"
#include "planner/goals/bands.h"
#include "planner/goals/goal_table.h"
#include "planner/rebalance/planning.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/judge.h"
#include "planner/search/placement.h"
#include "planner/search/solve.h"

namespace levelwind::planner {
namespace {

Status CheckRange(double value, double low, double high, std::string_view name) {
  if (value >= low && value <= high) return Ok();
  return InvalidArgument(
      fmt::format("planner option {} is {}; it must be {} to {}", name, value, low, high));
}

Status CheckOptions(const PlannerOptions& o) {
  LW_RETURN_IF_ERROR(CheckRange(o.band_margin, 0.005, 1, "band_margin"));
  LW_RETURN_IF_ERROR(CheckRange(o.cpu_capacity_threshold, 0.01, 1, "cpu_capacity_threshold"));
  LW_RETURN_IF_ERROR(
      CheckRange(o.network_capacity_threshold, 0.01, 1, "network_capacity_threshold"));
  LW_RETURN_IF_ERROR(CheckRange(o.disk_capacity_threshold, 0.01, 1, "disk_capacity_threshold"));
  LW_RETURN_IF_ERROR(CheckRange(static_cast<double>(o.max_replicas_per_broker), 1, 10'000'000,
                                "max_replicas_per_broker"));
  LW_RETURN_IF_ERROR(CheckRange(o.transfer.rate_bytes_per_s, 0, 1e15, "transfer.rate_bytes_per_s"));
  LW_RETURN_IF_ERROR(
      CheckRange(o.transfer.max_moves_per_broker, 1, 1e6, "transfer.max_moves_per_broker"));
  LW_RETURN_IF_ERROR(
      CheckRange(o.transfer.max_moves_cluster, 1, 1e6, "transfer.max_moves_cluster"));
  LW_RETURN_IF_ERROR(CheckRange(o.transfer.disk_share, 0.01, 1, "transfer.disk_share"));
  LW_RETURN_IF_ERROR(CheckRange(o.low_use_threshold, 0, 1, "low_use_threshold"));
  LW_RETURN_IF_ERROR(CheckRange(o.min_mean_rate_bytes_per_s, 0, 1e15, "min_mean_rate_bytes_per_s"));
  return CheckRange(o.min_mean_disk_bytes, 0, 1e18, "min_mean_disk_bytes");
}

}  // namespace

Result<Prepared> Prepare(const ClusterSnapshot& snapshot, const PlannerOptions& options) {
  LW_RETURN_IF_ERROR(CheckOptions(options));
  Prepared prepared;
  LW_ASSIGN_OR_RETURN(prepared.goals.ordered, ResolveGoals(options.goals));
  LW_ASSIGN_OR_RETURN(prepared.cluster, Flatten(snapshot, prepared.goals, options));
  prepared.bands =
      ComputeBands(prepared.cluster, prepared.cluster.partitions, prepared.goals, options);
  return prepared;
}

Result<Proposal> Finish(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                        const Prepared& prepared, const Solution& solution) {
  const Placement start(prepared.cluster, prepared.bands);
  Placement end = start;
  if (solution.changed) end.Restore(solution.partitions);
  const Schedule schedule = ScheduleWithin(snapshot, options, start, end);
  LW_RETURN_IF_ERROR(CheckHardRules(prepared.cluster, end.Save()));
  return BuildProposal({snapshot, options, prepared.goals, start, end, schedule});
}

Result<Proposal> PlanRebalance(const ClusterSnapshot& snapshot, const PlannerOptions& options) {
  LW_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(snapshot, options));
  return Finish(snapshot, options, prepared,
                Solve(prepared.cluster, prepared.bands, prepared.goals, options));
}

}  // namespace levelwind::planner
