#include "planner/goals/disk_usage_distribution_goal.h"

#include "planner/goals/distribution_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeDiskUsageDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<DistributionGoal>(GoalInfo{.name = "DiskUsageDistributionGoal",
                                                     .alias = "disk-usage",
                                                     .kind = GoalKind::kDistribution,
                                                     .lane = kDisk,
                                                     .weight = kDiskPrice,
                                                     .phrase = "holds {} of the data",
                                                     .about = "disk use within its band"},
                                            HalfWidthOf(options, options.balance_thresholds.disk));
}

}  // namespace levelwind::planner
