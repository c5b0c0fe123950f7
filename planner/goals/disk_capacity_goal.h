#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// DiskCapacityGoal: a broker's disk use is at most disk_capacity_threshold of its capacity.
/// Brokers whose capacity is unknown are not judged. Hard.
std::shared_ptr<Goal> MakeDiskCapacityGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
