#pragma once

#include <span>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// A function that makes each built-in goal, in the default order of priority.
std::span<const GoalMaker> BuiltInGoals();

}  // namespace levelwind::planner
