#include "planner/rebalance/plan_rebalance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "planner/budget/budget.h"
#include "planner/explain/explain.h"
#include "planner/explain/proposal_builder.h"
#include "planner/goals/bands.h"
#include "planner/goals/goal_set.h"
#include "planner/rebalance/planning.h"
#include "planner/rebalance/warm_start.h"
#include "planner/relief/relief_words.h"
#include "planner/relief/relieve.h"
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
  LW_RETURN_IF_ERROR(CheckRange(o.transfer.rate_bytes_per_s, 0, 1e15, "transfer.rate_bytes_per_s"));
  LW_RETURN_IF_ERROR(
      CheckRange(o.transfer.max_moves_per_broker, 1, 1e6, "transfer.max_moves_per_broker"));
  LW_RETURN_IF_ERROR(
      CheckRange(o.transfer.max_moves_cluster, 1, 1e6, "transfer.max_moves_cluster"));
  LW_RETURN_IF_ERROR(CheckRange(o.transfer.disk_share, 0.01, 1, "transfer.disk_share"));
  LW_RETURN_IF_ERROR(CheckRange(o.low_use_threshold, 0, 1, "low_use_threshold"));
  if (!o.leadership_only) return Ok();
  const char* moves = !o.leaving_brokers.empty()       ? "emptying brokers"
                      : !o.new_brokers.empty()         ? "filling new brokers"
                      : o.only_offline_replicas        ? "saving offline replicas"
                      : !o.replication_factors.empty() ? "changing replication factors"
                                                       : nullptr;
  if (moves == nullptr) return Ok();
  return InvalidArgument(
      fmt::format("leadership_only moves no replica, which {} needs: ask for one of them", moves));
}

bool Limited(const PlannerOptions& options) {
  return options.max_replica_moves >= 0 || options.max_bytes >= 0 || options.max_duration_s >= 0;
}

/// Where no order brings a cluster all the way, searches again from what the order allows: moves
/// that counted on those left out are no longer the best ones. Ends where a plan of the carried
/// out plan would find nothing either.
void GoOnFromWhatFits(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                      const Prepared& prepared, const Placement& start, Placement& end,
                      Schedule& schedule) {
  constexpr int kTimes = 4;
  for (int time = 0; time < kTimes && schedule.left_out > 0 && !Limited(options); ++time) {
    const Solution more =
        SolveFrom(prepared.cluster, prepared.bands, prepared.goals, options, end.Save());
    if (!more.changed) return;
    Placement further = start;
    further.Restore(more.partitions);
    Schedule way = ScheduleWithin(snapshot, options, start, further);
    if (!Better(Judge(further, prepared.goals), Judge(end, prepared.goals))) return;
    end = std::move(further);
    schedule = std::move(way);
  }
}

}  // namespace

Result<Prepared> Prepare(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                         Elections elections) {
  LW_RETURN_IF_ERROR(CheckOptions(options));
  Prepared prepared;
  LW_ASSIGN_OR_RETURN(prepared.goals, MakeGoals(options));
  // Who leads has nothing to do with how full a disk is.
  const bool relief = options.relieve_disks && !options.relieved_brokers.empty();
  if (elections == Elections::kNone || relief) prepared.goals.requirements.elect_preferred = false;
  LW_ASSIGN_OR_RETURN(prepared.cluster, Flatten(snapshot, prepared.goals, options));
  prepared.bands =
      ComputeBands(prepared.cluster, prepared.cluster.partitions, prepared.goals, options);
  if (relief) {
    prepared.relief = ReadReliefTask(snapshot, prepared.cluster, prepared.bands, options);
  }
  prepared.warm = WarmStart(snapshot, prepared.cluster, options.earlier_plan);
  return prepared;
}

Solution Search(const Prepared& prepared, const PlannerOptions& options) {
  if (prepared.relief) {
    const Placement start(prepared.cluster, prepared.bands);
    return Relieve(*prepared.relief, start, prepared.goals, options);
  }
  return Solve(prepared.cluster, prepared.bands, prepared.goals, options, prepared.warm);
}

Result<Proposal> Finish(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                        const Prepared& prepared, const Solution& solution) {
  const Placement start(prepared.cluster, prepared.bands);
  Placement end = start;
  if (solution.changed) end.Restore(solution.partitions);
  Schedule schedule = ScheduleWithin(snapshot, options, start, end);
  if (!prepared.relief) GoOnFromWhatFits(snapshot, options, prepared, start, end, schedule);
  LW_RETURN_IF_ERROR(CheckHardRules(prepared.cluster, end.Save()));
  std::optional<ReliefWords> relief;
  if (prepared.relief) relief.emplace(*prepared.relief, options, start, end);
  return BuildProposal({snapshot, options, prepared.goals, start, end, schedule, solution.prices,
                        relief ? &*relief : nullptr});
}

bool ElectionsCost(const Prepared& prepared, const Proposal& proposal) {
  if (!prepared.goals.requirements.elect_preferred) return false;
  const auto kind_of = [&](const GoalVerdict& verdict) {
    for (const Goal* goal : prepared.goals.ordered) {
      if (goal->name == verdict.goal) return goal->kind;
    }
    return GoalKind::kRule;
  };
  for (const bool hard : {true, false}) {
    for (const GoalVerdict& goal : proposal.goals) {
      if (goal.hard != hard) continue;
      const GoalKind kind = kind_of(goal);
      const std::int32_t was = Severity(kind, {goal.violations_before, goal.cost_before});
      const std::int32_t is = Severity(kind, {goal.violations_after, goal.cost_after});
      if (was != is) return is > was;
    }
  }
  return false;
}

Result<Whole> PlanWhole(const ClusterSnapshot& snapshot, const PlannerOptions& options) {
  Whole whole;
  for (const Elections elections : {Elections::kAsWanted, Elections::kNone}) {
    LW_ASSIGN_OR_RETURN(whole.prepared, Prepare(snapshot, options, elections));
    whole.solution = Search(whole.prepared, options);
    LW_ASSIGN_OR_RETURN(whole.proposal, Finish(snapshot, options, whole.prepared, whole.solution));
    if (!ElectionsCost(whole.prepared, whole.proposal)) break;
  }
  return whole;
}

Result<Proposal> PlanRebalance(const ClusterSnapshot& snapshot, const PlannerOptions& options) {
  LW_ASSIGN_OR_RETURN(Whole whole, PlanWhole(snapshot, options));
  return std::move(whole.proposal);
}

}  // namespace levelwind::planner
