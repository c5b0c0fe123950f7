#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// RackAwareDistributionGoal: the replicas of a partition are as even over the racks as they can
/// be: no rack with room has two fewer than another. Unlike RackAwareGoal it also says how more
/// replicas than racks are spread. Replicas on dead or leaving brokers do not count. Hard; not in
/// the default list.
std::shared_ptr<Goal> MakeRackAwareDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
