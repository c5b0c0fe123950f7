#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// RackAwareGoal: the replicas of a partition are on distinct racks, on as many as there are when
/// the replication factor exceeds them. A broker without a rack is a rack of its own. Replicas on
/// dead or leaving brokers do not count. Hard.
std::shared_ptr<Goal> MakeRackAwareGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
