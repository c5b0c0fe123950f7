#include "planner/goals/cpu_capacity_goal.h"

#include "planner/goals/capacity_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeCpuCapacityGoal(const PlannerOptions& options) {
  return std::make_shared<CapacityGoal>(GoalInfo{.name = "CpuCapacityGoal",
                                                 .alias = "cpu-capacity",
                                                 .kind = GoalKind::kCapacity,
                                                 .hard = true,
                                                 .lane = kCpu,
                                                 .phrase = "uses {} of the cpu",
                                                 .about = "cpu use under its share"},
                                        options.cpu_capacity_threshold);
}

}  // namespace levelwind::planner
