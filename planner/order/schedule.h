#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// One partition's copying: from its leader to every broker that it is added to.
struct Transfer {
  BrokerIndex source = 0;
  std::vector<BrokerIndex> targets;
  std::vector<BrokerIndex> leaves;  ///< Brokers whose copy is deleted at the end.
  double bytes = 0;                 ///< Of one copy.
};

/// Free disk of each broker at the start, bytes; infinite where it is not limited.
using DiskRoom = std::vector<double>;

/// How long the transfers take when they are started in this order, seconds: at every moment the
/// next one in the list starts for which there are free slots at its source, its targets and in
/// the cluster, and room on its targets' disks while both copies exist (a few that have to wait
/// may be overtaken). Transfers that share a broker share its rate evenly. Whatever else the
/// cluster does is not looked at, so it is an estimate. Infinite if the rate is 0; never negative.
double EstimateMakespan(const std::vector<Transfer>& transfers, DiskRoom room,
                        const TransferOptions& options);

/// What no order can beat: the largest of what a broker takes in or gives out over its rate, the
/// longest transfer alone, and all transfers alone over the slots of the cluster.
double MakespanLowerBound(const std::vector<Transfer>& transfers, std::size_t brokers,
                          const TransferOptions& options);

}  // namespace levelwind::planner
