#include "planner/goals/replica_distribution_goal.h"

#include "planner/goals/distribution_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeReplicaDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<DistributionGoal>(
      GoalInfo{.name = "ReplicaDistributionGoal",
               .alias = "replica-distribution",
               .kind = GoalKind::kDistribution,
               .lane = kReplicas,
               .weight = kOtherPrice,
               .phrase = "holds {} of the replicas",
               .about = "replica count within its band"},
      HalfWidthOf(options, options.balance_thresholds.replicas));
}

}  // namespace levelwind::planner
