#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/cluster_snapshot.h"
#include "planner/goals/bands.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/solve.h"

namespace levelwind::planner {

/// A solution in the order in which it is best carried out, within the limits of the options.
struct Schedule {
  std::vector<std::uint32_t> moves;  ///< Partition records that change, first to last.
  double makespan_s = 0;           ///< Estimated; NaN where sizes or the copying rate are unknown.
  double makespan_bound_s = 0;     ///< No order of these moves is faster.
  std::size_t left_out = 0;        ///< Changes of the solution that are not in it.
  std::vector<std::string> notes;  ///< What was left out or forced, and why.
};

/// Orders a solution and cuts it to options.max_replica_moves, max_bytes and max_duration_s, all
/// kept exactly: what mends a hard rule first, then what relieves most per byte (order/order.h);
/// for the duration, the longest prefix of that order whose estimated time fits. What is left out
/// is taken out of `solution`, so that what remains is the plan.
///
/// Where a limit cannot be judged it is kept in any case: replicas of unknown size are not copied
/// under a limit of bytes, and nothing is copied under a limit of time when sizes or the rate are
/// unknown.
Schedule ScheduleWithin(const ClusterSnapshot& snapshot, const FlatCluster& cluster,
                        const Bands& bands, const PlannerOptions& options, Solution& solution);

/// Orders a solution that is somebody else's: without limits, nothing is left out; what fits into
/// no safe order comes last, with a note.
Schedule ScheduleAll(const ClusterSnapshot& snapshot, const FlatCluster& cluster,
                     const Bands& bands, const PlannerOptions& options, const Solution& solution);

}  // namespace levelwind::planner
