#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// NetworkInboundCapacityGoal: a broker's inbound rate, replication included, is at most
/// network_capacity_threshold of its capacity. Hard.
std::shared_ptr<Goal> MakeNetworkInboundCapacityGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
