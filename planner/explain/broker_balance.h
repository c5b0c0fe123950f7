#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

inline constexpr BrokerIndex kNoIndex = 0xffff;  ///< No broker has it: there are 65,000 at most.

/// kNoIndex when the cluster has no such broker.
BrokerIndex IndexOfBroker(const FlatCluster& cluster, BrokerId id);

/// What every broker bears before and after the moves, as observed before (the leaders that lead
/// now) and with every election won after. `sources`: the snapshot's partition of each move.
/// Resources that are switched off (partition_loads.h) are unknown.
std::vector<BrokerBalance> BalanceOfBrokers(const ClusterSnapshot& snapshot,
                                            const FlatCluster& cluster, std::span<const Move> moves,
                                            std::span<const std::uint32_t> sources);

}  // namespace levelwind::planner
