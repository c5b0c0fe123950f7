#include "planner/goals/cpu_usage_distribution_goal.h"

#include "planner/goals/distribution_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeCpuUsageDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<DistributionGoal>(GoalInfo{.name = "CpuUsageDistributionGoal",
                                                     .alias = "cpu-usage",
                                                     .kind = GoalKind::kDistribution,
                                                     .lane = kCpu,
                                                     .weight = kOtherPrice,
                                                     .phrase = "uses {} of the cpu",
                                                     .about = "cpu use within its band"},
                                            HalfWidthOf(options, options.balance_thresholds.cpu));
}

}  // namespace levelwind::planner
