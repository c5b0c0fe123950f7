#pragma once

#include "model/plan_request.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// The configured options for a plan that was asked for: what the request says goes before what is
/// configured; topics are excluded by either. Nothing is checked here: PlanRebalance names what
/// does not fit. start_from is for the caller, who knows the earlier plans (earlier_plan).
PlannerOptions Requested(PlannerOptions options, const PlanRequest& request);

}  // namespace levelwind::planner
