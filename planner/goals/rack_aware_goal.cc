#include "planner/goals/rack_aware_goal.h"

#include "planner/goals/rack_spread.h"
#include "planner/goals/requirements.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

class RackAwareGoal final : public Goal {
 public:
  using Goal::Goal;

  void Require(GoalRequirements& requirements) const override {
    requirements.distinct_racks = true;
  }

  GoalTally Judge(const Placement& placement) const override { return TallyRacks(placement); }

  std::optional<std::string> WhyMove(const Placement& start, const PartitionRecord& before,
                                     const PartitionRecord& after) const override {
    return WhyOtherRacks(start.cluster(), before, after);
  }
};

}  // namespace

std::shared_ptr<Goal> MakeRackAwareGoal(const PlannerOptions& /*options*/) {
  return std::make_shared<RackAwareGoal>(
      GoalInfo{.name = "RackAwareGoal",
               .alias = "rack-aware",
               .kind = GoalKind::kRack,
               .hard = true,
               .about = "replicas of a partition on distinct racks",
               .per_partition = true});
}

}  // namespace levelwind::planner
