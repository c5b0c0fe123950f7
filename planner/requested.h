#pragma once

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/plan_request.h"
#include "model/proposal.h"
#include "planner/intra_broker/plan_log_dirs.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// The configured options for a plan that was asked for: what the request says goes before what is
/// configured; topics are excluded by either. Nothing is checked here: PlanRebalance names what
/// does not fit. start_from is for the caller, who knows the earlier plans (earlier_plan).
PlannerOptions Requested(PlannerOptions options, const PlanRequest& request);

/// The same for a plan between log dirs, from options of Requested: the disk thresholds are those
/// of the disk goals. Errors: InvalidArgument for whatever goes with no such plan, and for log dirs
/// that are not "BROKER:PATH".
Result<LogDirOptions> RequestedLogDirs(const PlannerOptions& options, const PlanRequest& request);

/// Plans what was asked for: between log dirs, new partitions, or between brokers. `options` are
/// those of Requested. Errors: as RequestedLogDirs, PlanLogDirs, ProposePartitions and
/// PlanRebalance; InvalidArgument for what only goes with a plan between log dirs.
Result<Proposal> PlanRequested(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                               const PlanRequest& request);

}  // namespace levelwind::planner
