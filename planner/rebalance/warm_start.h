#pragma once

// Internal to rebalance/.

#include <vector>

#include "model/cluster_snapshot.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// The placement that `plan` leads to, parallel to FlatCluster::partitions; empty when nothing of
/// it is left to do. Leaves out, partition by partition, what may not be: unknown partitions and
/// brokers, another number of replicas, partitions that may not change, brokers that may not
/// receive or lead what is new to them, fewer racks than now.
std::vector<Seats> WarmStart(const ClusterSnapshot& snapshot, const FlatCluster& cluster,
                             const std::vector<Assignment>& plan);

}  // namespace levelwind::planner
