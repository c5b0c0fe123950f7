#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// PreferredLeaderElectionGoal: the first replica of each partition leads where it is in sync. Not
/// judged on placements: who leads is an observation. The proposal counts the partitions. Soft.
std::shared_ptr<Goal> MakePreferredLeaderElectionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
