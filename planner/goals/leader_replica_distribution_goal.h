#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// LeaderReplicaDistributionGoal: leaders per broker within mean x (1 -+ half width), rounded to
/// the nearest but never past floor and ceil of the mean. Soft.
std::shared_ptr<Goal> MakeLeaderReplicaDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
