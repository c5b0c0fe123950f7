#include "planner/goals/capacity_goal.h"

#include "planner/goals/band_builder.h"
#include "planner/goals/lane_share.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

void CapacityGoal::AddBands(BandBuilder& bands) const { bands.AddCapacity(lane, share_); }

GoalTally CapacityGoal::Judge(const Placement& placement) const {
  return TallyLane(placement, lane, true);
}

std::string CapacityGoal::NotJudged(const Placement& end) const {
  if (end.bands().capacity[lane]) return "";
  return end.cluster().known[lane] ? "capacities unknown" : "loads unknown";
}

std::string CapacityGoal::Note(const Placement& end, const GoalTally& after) const {
  return after.violations > 0 ? WorstInLane(end, *this, true) : Goal::Note(end, after);
}

}  // namespace levelwind::planner
