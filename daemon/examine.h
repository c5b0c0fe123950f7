#pragma once

#include <string>
#include <vector>

#include "actions/observation.h"
#include "base/result.h"
#include "cli/finding.h"
#include "config/config.h"
#include "model/throttle_view.h"

namespace levelwind::daemon {

/// Looks at a cluster for `levelwind doctor`: read-only, without a daemon, half a minute at most.
/// An error only where the cluster cannot be asked at all.
Result<std::vector<cli::Finding>> Examine(const config::Config& config);

// The judging parts of it; pure.

/// Dead brokers, partitions without a leader or with replicas out of sync, reassignments.
std::vector<cli::Finding> JudgeReplicas(const actions::Observation& seen);
/// Throttles that are set while nothing moves.
std::vector<cli::Finding> JudgeThrottles(const ThrottleSweep& sweep);

}  // namespace levelwind::daemon
