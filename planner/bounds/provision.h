#pragma once

#include <string>
#include <vector>

#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/planner_options.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// An amount of a lane in words: "34 %", "12 MiB/s", "1.5 TiB", "12".
std::string AmountOf(const FlatCluster& cluster, std::size_t lane, double mean_brokers);

/// Whether the cluster has enough of each resource, in the sense of Cruise Control's provision
/// recommendation: "cluster" first, then the resources with a capacity goal, then "racks".
///
/// under: the load of the whole cluster is more than the capacity goal allows on all serving
/// brokers; or the racks that must hold a replica of every partition cannot; or one replica is more
/// than any broker may hold (then `brokers` is 0: more of them do not help, larger ones do). Says
/// how many brokers like the mean one are to be added.
/// over: the mean use is at most options.low_use_threshold of the capacity, and brokers can be
/// spared so that those which stay are filled to half of what the goal allows; at least 3 brokers
/// and as many as the largest replication factor stay, with at most 1,500 replicas each.
/// undecided: no capacity goal, or loads or a serving broker's capacity are unknown.
/// The cluster is under if any resource is, over only if all that are decided are.
std::vector<ProvisionAdvice> AdviseProvision(const ClusterSnapshot& snapshot, const Placement& end,
                                             const PlannerOptions& options);

/// Why hard rules are still broken at `end`: goal, broker or rack, amounts. One sentence each; none
/// when all are kept.
std::vector<std::string> BlockingReasons(const ClusterSnapshot& snapshot, const Placement& end,
                                         const std::vector<ProvisionAdvice>& advice);

}  // namespace levelwind::planner
