#pragma once

#include "planner/goals/goal_set.h"
#include "planner/planner_options.h"
#include "planner/relief/relief_task.h"
#include "planner/search/placement.h"
#include "planner/search/solve.h"

namespace levelwind::planner {

/// What least of it has to leave for a disk to count as relieved, in bytes: float sums are no
/// better.
double ReliefRounding(const FlatCluster& cluster);

/// Moves replicas off the brokers of the task, whose disks are too full, and nothing else: as much
/// as their disks need, or as near to that as can be, and then as few bytes as can be. Within
/// options.max_bytes and max_replica_moves. Replicas go where they break no rule more than they do
/// now; no capacity or band of a goal is broken more, but those of goals after DiskCapacityGoal
/// where a disk cannot be relieved otherwise. What is broken already and has nothing to do with the
/// disks stays as it is.
///
/// Branch and bound, the largest replicas first: within a thousandth of the fewest bytes unless the
/// bound of its steps is met, which takes more replicas than people read in a plan. Deterministic,
/// whatever the seed.
Solution Relieve(const ReliefTask& task, const Placement& start, const GoalSet& goals,
                 const PlannerOptions& options);

}  // namespace levelwind::planner
