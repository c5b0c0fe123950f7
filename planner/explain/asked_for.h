#pragma once

#include <string>

#include "planner/planner_options.h"

namespace levelwind::planner {

/// What a plan with these options is asked for, in a few words for lists and the history: "empty
/// broker 4, at most 10 GiB". Only what differs from levelling the whole cluster with the usual
/// goals, which is "level the cluster". Any thread.
std::string AskedFor(const PlannerOptions& options);

}  // namespace levelwind::planner
