#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// ReplicaDistributionGoal: replicas per broker within floor and ceil of mean x (1 -+ half width);
/// see BalanceThresholds for the half width. Soft.
std::shared_ptr<Goal> MakeReplicaDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
