#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// NetworkOutboundUsageDistributionGoal: outbound rate within its band around the capacity-weighted
/// mean. Soft.
std::shared_ptr<Goal> MakeNetworkOutboundUsageDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
