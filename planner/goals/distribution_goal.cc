#include "planner/goals/distribution_goal.h"

#include "planner/goals/band_builder.h"
#include "planner/goals/lane_share.h"
#include "planner/goals/margin.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

void DistributionGoal::AddBands(BandBuilder& bands) const {
  bands.AddDistribution(lane, weight, half_width_);
}

GoalTally DistributionGoal::Judge(const Placement& placement) const {
  return TallyLane(placement, lane, false);
}

std::string DistributionGoal::NotJudged(const Placement& end) const {
  return end.bands().distribution[lane] ? "" : end.bands().lane_note[lane];
}

std::string DistributionGoal::Note(const Placement& end, const GoalTally& after) const {
  const bool judged = end.bands().distribution[lane];
  std::string note = judged ? end.bands().lane_note[lane] : Goal::Note(end, after);
  if (after.violations == 0) return note;
  return (note.empty() ? "" : note + "; ") + WorstInLane(end, *this, false);
}

double HalfWidthOf(const PlannerOptions& options, double own_threshold) {
  const double half = own_threshold > 0 ? HalfWidth(own_threshold) : options.band_margin;
  return half * options.distribution_threshold_multiplier;
}

}  // namespace levelwind::planner
