#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// LeaderBytesInDistributionGoal: produced bytes of the partitions that a broker leads within their
/// band around the mean; capacities do not count. Cruise Control looks at the upper edge only and
/// at 1.10 without margin: this is the stricter reading. Soft.
std::shared_ptr<Goal> MakeLeaderBytesInDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
