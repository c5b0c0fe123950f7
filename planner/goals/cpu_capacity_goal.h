#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// CpuCapacityGoal: a broker's cpu use is at most cpu_capacity_threshold of its capacity. Hard.
std::shared_ptr<Goal> MakeCpuCapacityGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
