#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/goals/goal.h"
#include "planner/goals/requirements.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Which goals a plan is to reach, resolved once. Copies share the goals.
struct GoalSet {
  std::vector<GoalPtr> owned;
  std::vector<const Goal*> ordered;  ///< In the order of priority: `owned`, plain.
  GoalRequirements requirements;

  void Add(GoalPtr goal);
  bool Has(GoalKind kind) const;
  bool Has(GoalKind kind, Lane lane) const;
};

/// Every goal that this planner knows, in the default order of priority.
std::vector<GoalInfo> AllGoals();
std::vector<std::string> DefaultGoalNames();

/// Makes the goals that the options name (by name or alias), in that order; an empty list means the
/// default one. Hard goals may be left out. options.extra_goals are known by their names, too.
/// Errors: InvalidArgument for an unknown name, with the nearest valid one, for a name given twice,
/// and for what CheckGoalOptions finds.
Result<GoalSet> MakeGoals(const PlannerOptions& options);

/// The name under which moves off dead or leaving brokers are reported. Always on, not in the list.
inline constexpr std::string_view kDrainGoal = "DeadBrokerGoal";
/// The name under which moves that change a replication factor are reported.
inline constexpr std::string_view kReplicationGoal = "ReplicationFactorGoal";

}  // namespace levelwind::planner
