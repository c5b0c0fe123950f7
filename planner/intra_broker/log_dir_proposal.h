#pragma once

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/intra_broker/plan_log_dirs.h"

namespace levelwind::planner {

/// PlanLogDirs as a proposal like any other: moves of MoveKind::kLogDir, small before large on each
/// broker, brokers in turn. The score counts the share of log dirs outside each goal; the time is
/// that of the broker that copies most, at `rate_bytes_per_s` (0: unknown). Its id is for its
/// keeper to give. Pure; any thread. Errors: as PlanLogDirs.
Result<Proposal> ProposeLogDirs(const ClusterSnapshot& snapshot, const LogDirOptions& options,
                                double rate_bytes_per_s);

}  // namespace levelwind::planner
