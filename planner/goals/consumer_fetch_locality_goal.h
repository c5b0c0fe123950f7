#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// ConsumerFetchLocalityGoal, ours: each partition has a replica on each rack from which members of
/// consumer groups read it, so that they can fetch without leaving their rack
/// (replica.selector.class with client.rack). Where a member runs is told by
/// options.consumer_racks. Racks without a serving broker do not count; of more racks than replicas
/// those with the most members count. Violations are partitions. Soft; not in the default list.
std::shared_ptr<Goal> MakeConsumerFetchLocalityGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
