#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// CpuUsageDistributionGoal: cpu use within its band around the capacity-weighted mean. Soft.
std::shared_ptr<Goal> MakeCpuUsageDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
