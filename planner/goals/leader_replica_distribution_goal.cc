#include "planner/goals/leader_replica_distribution_goal.h"

#include "planner/goals/distribution_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeLeaderReplicaDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<DistributionGoal>(
      GoalInfo{.name = "LeaderReplicaDistributionGoal",
               .alias = "leader-distribution",
               .kind = GoalKind::kDistribution,
               .lane = kLeaders,
               .weight = kOtherPrice,
               .phrase = "leads {} of the partitions",
               .about = "leader count within its band"},
      HalfWidthOf(options, options.balance_thresholds.leaders));
}

}  // namespace levelwind::planner
