#pragma once

#include <vector>

#include "planner/bounds/hopeless.h"
#include "planner/goals/bands.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/judge.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// Where every movable partition should be, parallel to FlatCluster::partitions.
struct Solution {
  std::vector<Seats> partitions;
  bool changed = false;  ///< False: stay as you are.
  PriceCache prices{};   ///< What proofs of hopeless bands have summed up: words need it again.
};

/// Searches a better placement. Runs again from its own result until that run finds nothing worth
/// moving, so that planning a planned cluster gives an empty plan; a cluster that ends level needs
/// no second run. The first run starts from `warm`, parallel to FlatCluster::partitions, if it is
/// not empty; one that meets every band from there is the only one.
Solution Solve(const FlatCluster& cluster, const Bands& bands, const GoalSet& goals,
               const PlannerOptions& options, const std::vector<Seats>& warm = {});

/// The same, as if everything were where `from` says, parallel to FlatCluster::partitions.
Solution SolveFrom(const FlatCluster& cluster, const Bands& bands, const GoalSet& goals,
                   const PlannerOptions& options, const std::vector<Seats>& from);

/// The rules that no result may break, checked record by record. Errors: Internal.
Status CheckHardRules(const FlatCluster& cluster, const std::vector<Seats>& result);

}  // namespace levelwind::planner
