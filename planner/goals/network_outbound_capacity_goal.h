#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// NetworkOutboundCapacityGoal: a broker's outbound rate is at most network_capacity_threshold of
/// its capacity. Hard.
std::shared_ptr<Goal> MakeNetworkOutboundCapacityGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
