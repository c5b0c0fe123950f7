#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// NetworkInboundUsageDistributionGoal: inbound rate, replication included, within its band around
/// the capacity-weighted mean. Soft.
std::shared_ptr<Goal> MakeNetworkInboundUsageDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
