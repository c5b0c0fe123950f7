#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// KafkaAssignerDiskUsageDistributionGoal: disk use within its band, by swaps only: each broker
/// keeps as many replicas and leaders as it has. Replicas that must leave a dead or leaving broker
/// are moved first; while there are any, counts are not kept. Cruise Control reports it as hard; so
/// do we. Not in the default list.
std::shared_ptr<Goal> MakeKafkaAssignerDiskUsageGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
