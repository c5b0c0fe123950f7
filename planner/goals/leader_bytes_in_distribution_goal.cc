#include "planner/goals/leader_bytes_in_distribution_goal.h"

#include "planner/goals/distribution_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeLeaderBytesInDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<DistributionGoal>(
      GoalInfo{.name = "LeaderBytesInDistributionGoal",
               .alias = "leader-bytes-in",
               .kind = GoalKind::kDistribution,
               .lane = kLeaderIn,
               .weight = kOtherPrice,
               .phrase = "leads {} of the produced bytes",
               .about = "produced bytes of the led partitions within their band"},
      HalfWidthOf(options, options.balance_thresholds.leader_bytes_in));
}

}  // namespace levelwind::planner
