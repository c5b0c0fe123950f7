#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// BrokerSetAwareGoal: all replicas of a topic are on brokers of one set (options.broker_sets). It
/// is the set that holds most of the replicas of the topic now, the first by name among equals;
/// where none holds any, one that the hash of the name of the topic picks. Brokers in no set take
/// no replicas. Hard; not in the default list.
std::shared_ptr<Goal> MakeBrokerSetAwareGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
