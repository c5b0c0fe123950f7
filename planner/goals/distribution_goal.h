#pragma once

#include <string>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// A lane within a band around its reachable mean: what the distribution goals have in common.
class DistributionGoal : public Goal {
 public:
  /// The band is the target x (1 -+ half_width).
  DistributionGoal(const GoalInfo& info, double half_width) : Goal(info), half_width_(half_width) {}

  void AddBands(BandBuilder& bands) const override;
  GoalTally Judge(const Placement& placement) const override;
  std::string NotJudged(const Placement& end) const override;
  std::string Note(const Placement& end, const GoalTally& after) const override;

 private:
  double half_width_;
};

/// Half width of a goal's band: its own threshold's if it has one, else options.band_margin; times
/// options.distribution_threshold_multiplier.
double HalfWidthOf(const PlannerOptions& options, double own_threshold);

}  // namespace levelwind::planner
