#include "planner/goals/preferred_leader_election_goal.h"

#include "planner/goals/requirements.h"

namespace levelwind::planner {
namespace {

class PreferredLeaderElectionGoal final : public Goal {
 public:
  using Goal::Goal;

  void Require(GoalRequirements& requirements) const override {
    requirements.elect_preferred = true;
  }

  GoalTally Judge(const Placement& /*placement*/) const override { return {}; }
};

}  // namespace

std::shared_ptr<Goal> MakePreferredLeaderElectionGoal(const PlannerOptions& /*options*/) {
  return std::make_shared<PreferredLeaderElectionGoal>(
      GoalInfo{.name = "PreferredLeaderElectionGoal",
               .alias = "preferred-leaders",
               .kind = GoalKind::kPreferredLeaders,
               .lane = kLeaders,
               .about = "partitions led by the first of their replicas",
               .per_partition = true});
}

}  // namespace levelwind::planner
