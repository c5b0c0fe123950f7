#pragma once

#include <string>

#include "config/config.h"
#include "model/cluster_snapshot.h"

namespace levelwind::daemon {

/// What `serve` prints at once: version, mode, addresses, and the next command to try.
std::string StartBanner(const config::Config& config, const std::string& api_url);

/// What it prints when the cluster was seen for the first time.
std::string FirstLook(const ClusterSnapshot& snapshot);

}  // namespace levelwind::daemon
