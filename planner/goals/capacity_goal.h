#pragma once

#include <string>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// A lane under a share of each broker's capacity: what the five capacity goals have in common.
/// Brokers without a known capacity are not judged.
class CapacityGoal final : public Goal {
 public:
  /// `share` of the capacity may be used, 0..1.
  CapacityGoal(const GoalInfo& info, double share) : Goal(info), share_(share) {}

  void AddBands(BandBuilder& bands) const override;
  GoalTally Judge(const Placement& placement) const override;
  std::string NotJudged(const Placement& end) const override;
  std::string Note(const Placement& end, const GoalTally& after) const override;

 private:
  double share_;
};

}  // namespace levelwind::planner
