#pragma once

// Internal to cli/: what verbs on files share.

#include <string>

#include "base/result.h"
#include "cli/verbs.h"
#include "model/cluster_snapshot.h"
#include "planner/planner_options.h"

namespace levelwind::cli {

/// kInvalidArgument names the file and why it cannot be read.
Result<std::string> ReadFile(const std::string& path);

/// The snapshot of PlanArgs::snapshot with the capacities of PlanArgs::capacity. Errors name the
/// file.
Result<ClusterSnapshot> ReadSnapshot(const PlanArgs& args);

/// The flags in the schema's words, so that ranges and spelling are checked in one place.
Result<planner::PlannerOptions> PlannerOptionsOf(const PlanArgs& args);

}  // namespace levelwind::cli
