#include "planner/goals/rule_goal.h"

#include <algorithm>

#include "planner/search/placement.h"

namespace levelwind::planner {

int RuleGoal::Breaks(const Placement& placement, const PartitionRecord& now,
                     const PartitionRecord& then) const {
  int sum = 0;
  for (const auto& rule : placement.cluster().rule_sets[now.rules].rules) {
    if (&rule->goal() == this) sum += rule->Breaks(placement, now, then);
  }
  return sum;
}

GoalTally RuleGoal::Judge(const Placement& placement) const {
  GoalTally tally;
  for (const PartitionRecord& p : placement.partitions()) {
    if (p.rules == 0) continue;
    const int breaks = Breaks(placement, p, p);
    if (breaks <= 0) continue;
    ++tally.violations;
    tally.cost += breaks;
  }
  return tally;
}

std::string RuleGoal::NotJudged(const Placement& end) const {
  const bool any = std::ranges::any_of(end.cluster().rule_sets, [&](const RuleSet& set) {
    return std::ranges::any_of(set.rules, [&](const auto& rule) { return &rule->goal() == this; });
  });
  return any ? "" : WhyNoRules();
}

std::optional<std::string> RuleGoal::WhyMove(const Placement& start, const PartitionRecord& before,
                                             const PartitionRecord& after) const {
  if (before.rules == 0) return std::nullopt;
  if (Breaks(start, before, after) >= Breaks(start, before, before)) return std::nullopt;
  return Why(start, before, after);
}

}  // namespace levelwind::planner
