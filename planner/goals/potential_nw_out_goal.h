#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// PotentialNwOutGoal: the outbound rate that a broker had if it led all that it holds is at most
/// network_capacity_threshold of its capacity. Where all brokers together could have to send more
/// than that, as few as possible are let go, those that are highest now. Soft.
std::shared_ptr<Goal> MakePotentialNwOutGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
