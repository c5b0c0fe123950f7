#include "planner/goals/kafka_assigner_even_rack_aware_goal.h"

#include <array>

#include "planner/goals/band_builder.h"
#include "planner/goals/lane_share.h"
#include "planner/goals/rack_spread.h"
#include "planner/goals/requirements.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

constexpr std::array kCounts = {kReplicas, kLeaders};

class EvenRackAwareGoal final : public Goal {
 public:
  using Goal::Goal;

  void Require(GoalRequirements& requirements) const override {
    requirements.distinct_racks = true;
  }

  void AddBands(BandBuilder& bands) const override {
    for (const Lane count : kCounts) bands.AddDistribution(count, kOtherPrice, 0);
  }

  GoalTally Judge(const Placement& placement) const override {
    GoalTally tally = TallyRacks(placement);
    for (const Lane count : kCounts) {
      const GoalTally uneven = TallyLane(placement, count, false);
      tally.violations += uneven.violations;
      tally.cost += uneven.cost;
    }
    return tally;
  }

  std::optional<std::string> WhyMove(const Placement& start, const PartitionRecord& before,
                                     const PartitionRecord& after) const override {
    return WhyOtherRacks(start.cluster(), before, after);
  }
};

}  // namespace

std::shared_ptr<Goal> MakeKafkaAssignerEvenRackAwareGoal(const PlannerOptions& /*options*/) {
  return std::make_shared<EvenRackAwareGoal>(
      GoalInfo{.name = "KafkaAssignerEvenRackAwareGoal",
               .alias = "kafka-assigner-even-rack-aware",
               .kind = GoalKind::kRack,
               .hard = true,
               .phrase = "holds {} of the replicas",
               .about = "distinct racks, and counts of replicas and leaders as even as can be",
               .by_default = false});
}

}  // namespace levelwind::planner
