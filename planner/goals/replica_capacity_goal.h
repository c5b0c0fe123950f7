#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// ReplicaCapacityGoal: a broker holds max_replicas_per_broker replicas at most. Hard.
std::shared_ptr<Goal> MakeReplicaCapacityGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
