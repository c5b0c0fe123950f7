#pragma once

#include <cstddef>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// Whether the broker serves and is not to be emptied by this plan.
bool Stays(const Broker& broker, const PlannerOptions& options);

/// Fills the per-broker part of the cluster: who is there, on which rack, with which capacity, and
/// who may hold, receive and lead what (the lists of brokers in the options).
///
/// Errors: InvalidArgument for more than 65,000 brokers, and for a broker in one of the options'
/// lists that is not in the snapshot.
/// `stand_ins` brokers that do not exist come last (StandIn in replication.h): they hold the
/// replicas that are still to be placed, and are to be emptied like leaving ones.
Status AddBrokers(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                  std::size_t stand_ins, FlatCluster& cluster);

}  // namespace levelwind::planner
