#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "tests/consumer_fleet/consumer_fleet.h"
#include "tests/kafka_cluster/daemon.h"

namespace levelwind::testing {

/// A daemon in act mode that scales these groups of `fleet` through its webhook. `defaults`: more
/// lines of autoscale.defaults, each indented by four. `dir` must exist.
Daemon::Options ScalingDaemon(const std::string& bootstrap, const std::string& dir,
                              const ConsumerFleet& fleet, const std::vector<std::string>& groups,
                              const std::string& defaults);

/// What the autoscaler says about the group; kUnavailable before its first decision.
Result<nlohmann::json> ScalingOf(const Daemon& daemon, const std::string& group);

}  // namespace levelwind::testing
