#include "planner/goals/replica_capacity_goal.h"

#include "planner/goals/capacity_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeReplicaCapacityGoal(const PlannerOptions& /*options*/) {
  return std::make_shared<CapacityGoal>(
      GoalInfo{.name = "ReplicaCapacityGoal",
               .alias = "replica-capacity",
               .kind = GoalKind::kCapacity,
               .hard = true,
               .lane = kReplicas,
               .phrase = "holds {} replicas",
               .about = "no more replicas on a broker than allowed"},
      1.0);
}

}  // namespace levelwind::planner
