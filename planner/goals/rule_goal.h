#pragma once

#include "planner/goals/goal.h"
#include "planner/goals/partition_rule.h"

namespace levelwind::planner {

/// A goal that says all it wants by partition rules. Violations are the partitions that break one
/// of its rules, the cost is by how much. Derive, override AddRules, attach rules made with *this.
class RuleGoal : public Goal {
 public:
  using Goal::Goal;

  GoalTally Judge(const Placement& placement) const override;
  std::string NotJudged(const Placement& end) const override;
  std::optional<std::string> WhyMove(const Placement& start, const PartitionRecord& before,
                                     const PartitionRecord& after) const override;

 protected:
  /// The reason for a move that makes a partition break the goal's rules less.
  virtual std::string Why(const Placement& start, const PartitionRecord& before,
                          const PartitionRecord& after) const = 0;
  /// Why no partition has a rule of this goal.
  virtual std::string WhyNoRules() const { return ""; }
  /// What the partition, placed as `then`, breaks of this goal's rules.
  int Breaks(const Placement& placement, const PartitionRecord& now,
             const PartitionRecord& then) const;
};

}  // namespace levelwind::planner
