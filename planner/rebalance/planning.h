#pragma once

// Internal to rebalance/: the steps that all ways of planning share.

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/goals/bands.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/solve.h"

namespace levelwind::planner {

/// A snapshot made ready for the search.
struct Prepared {
  GoalSet goals;
  FlatCluster cluster;
  Bands bands;
};

/// Errors: as PlanRebalance.
Result<Prepared> Prepare(const ClusterSnapshot& snapshot, const PlannerOptions& options);

/// Orders the solution, cuts it to the limits, checks it and puts it into words.
Result<Proposal> Finish(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                        const Prepared& prepared, const Solution& solution);

}  // namespace levelwind::planner
