#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "planner/goals/goal.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// Distinct racks of the replicas that are on serving brokers.
std::size_t DistinctRacks(const FlatCluster& cluster, const PartitionRecord& record);

/// Partitions on fewer racks than they require, and how many racks are missing in all.
GoalTally TallyRacks(const Placement& placement);

/// "broker 1 and broker 2 are both on rack r1", where `after` is on more racks than `before`.
std::optional<std::string> WhyOtherRacks(const FlatCluster& cluster, const PartitionRecord& before,
                                         const PartitionRecord& after);

}  // namespace levelwind::planner
