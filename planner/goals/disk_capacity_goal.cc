#include "planner/goals/disk_capacity_goal.h"

#include "planner/goals/capacity_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeDiskCapacityGoal(const PlannerOptions& options) {
  return std::make_shared<CapacityGoal>(
      GoalInfo{.name = "DiskCapacityGoal",
               .alias = "disk-capacity",
               .kind = GoalKind::kCapacity,
               .hard = true,
               .lane = kDisk,
               .phrase = "holds {} of the data",
               .about = "disk use under its share of the capacity"},
      options.disk_capacity_threshold);
}

}  // namespace levelwind::planner
