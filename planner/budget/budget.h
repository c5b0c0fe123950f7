#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/cluster_snapshot.h"
#include "planner/planner_options.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// A plan in the order in which it is best carried out, within the limits of the options.
struct Schedule {
  std::vector<std::uint32_t> moves;  ///< Partition records that change, first to last.
  double makespan_s = 0;           ///< Estimated; NaN where sizes or the copying rate are unknown.
  double makespan_bound_s = 0;     ///< No order of these moves is faster.
  std::size_t left_out = 0;        ///< Changes that are not in it.
  std::vector<std::string> notes;  ///< What was left out or forced, and why.
};

/// Orders the way from `start`, the present placement, to `end` and cuts it to
/// options.max_replica_moves, max_bytes and max_duration_s, all kept exactly: what mends a hard
/// rule first, then what relieves most per byte (order/order.h); for the duration, the longest
/// prefix of that order whose estimated time fits. What is left out is put back in `end`, so that
/// what remains is the plan.
///
/// Where a limit cannot be judged it is kept in any case: replicas of unknown size are not copied
/// under a limit of bytes, and nothing is copied under a limit of time when sizes or the rate are
/// unknown.
Schedule ScheduleWithin(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                        const Placement& start, Placement& end);

/// Orders a plan that is somebody else's: without limits, nothing is left out; what fits into no
/// safe order comes last, with a note.
Schedule ScheduleAll(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                     const Placement& start, const Placement& end);

}  // namespace levelwind::planner
