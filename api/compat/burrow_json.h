#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/burrow.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

// JSON values as Burrow 1.9 gives them, key for key. Pure; any thread. `snapshot.burrow` is there.

/// {"T":[{"offsets":[null|commit...],"owner","client_id","current-lag"}]}; the index is the
/// partition.
std::string BurrowConsumerJson(const ClusterSnapshot& snapshot, const BurrowGroup& group);
/// {"cluster","group","status","complete","partitions":[...],"partition_count","maxlag","totallag"}.
/// Without `all` only partitions that are worse than OK.
std::string BurrowStatusJson(const ClusterSnapshot& snapshot, std::string_view cluster,
                             const BurrowGroup& group, bool all, WallTime now);
/// The same of a group that is not there.
std::string BurrowNotFoundJson(std::string_view cluster, std::string_view group);

}  // namespace levelwind::api
