#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// DiskUsageDistributionGoal: disk use within mean x (1 -+ half width), the mean weighted by
/// capacity where every serving broker's is known. Soft.
std::shared_ptr<Goal> MakeDiskUsageDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
