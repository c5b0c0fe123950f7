#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// HotPartitionIsolationGoal, ours: the leaders of hot partitions are spread evenly, so that no
/// broker leads ceil(hot / brokers) + 1 of them. A partition is hot when its leader alone makes up
/// options.hot_partition_share of what a mean broker has in cpu, inbound, outbound or produced
/// bytes. Violations are brokers. Soft; not in the default list.
std::shared_ptr<Goal> MakeHotPartitionIsolationGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
