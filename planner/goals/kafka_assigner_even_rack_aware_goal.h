#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// KafkaAssignerEvenRackAwareGoal: distinct racks, and replicas and leaders of a broker exactly
/// within floor and ceil of what their rack lets each reach. Cruise Control also evens out the
/// second and later positions of the replica lists; these bear no load, so their order is left
/// alone. Hard; not in the default list. Combine it with nothing but the disk goal of the same
/// family.
std::shared_ptr<Goal> MakeKafkaAssignerEvenRackAwareGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
