#pragma once

// Internal to rebalance/: the steps that all ways of planning share.

#include <optional>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/goals/bands.h"
#include "planner/planner_options.h"
#include "planner/relief/relief_task.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/solve.h"

namespace levelwind::planner {

/// A snapshot made ready for the search.
struct Prepared {
  GoalSet goals;
  FlatCluster cluster;
  Bands bands;
  std::vector<Seats> warm;           ///< Where the search starts; empty: where everything is.
  std::optional<ReliefTask> relief;  ///< Set: disks are relieved, and nothing else is sought.
};

/// Whether the search starts from preferred leaders, whose elections are part of the plan (where
/// PreferredLeaderElectionGoal is wanted), or from those that lead now.
enum class Elections : bool { kNone, kAsWanted };

/// Errors: as PlanRebalance.
Result<Prepared> Prepare(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                         Elections elections = Elections::kAsWanted);

/// Searches from prepared.warm with options.seed.
Solution Search(const Prepared& prepared, const PlannerOptions& options);

/// Whether the first goal, by priority, to which the plan makes a difference (Severity) gets worse.
/// The search itself sees to it that none does; so it is the elections it started from, and the
/// plan is made again without them.
bool ElectionsCost(const Prepared& prepared, const Proposal& proposal);

/// Orders the solution, cuts it to the limits, checks it and puts it into words.
Result<Proposal> Finish(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                        const Prepared& prepared, const Solution& solution);

/// A plan from one seed and what it was made of.
struct Whole {
  Prepared prepared;
  Solution solution;
  Proposal proposal;
};

/// All of the above in turn, without elections where they cost. Errors: as PlanRebalance.
Result<Whole> PlanWhole(const ClusterSnapshot& snapshot, const PlannerOptions& options);

}  // namespace levelwind::planner
