#pragma once

// Internal to planner/: where the replicas of partitions that do not exist yet begin.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/ids.h"
#include "planner/goals/bands.h"
#include "planner/goals/goal_set.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// The options under which nothing moves but partitions of `topics`, which move as they like; what
/// is said of brokers, goals and thresholds holds.
PlannerOptions PlacingOptions(PlannerOptions options, const std::vector<std::string>& topics);

/// The brokers that may receive replicas. kFailedPrecondition when they are fewer than `factor`.
Result<std::vector<BrokerId>> Receivers(const ClusterSnapshot& snapshot, const GoalSet& goals,
                                        const PlannerOptions& options, const std::string& topic,
                                        std::int32_t factor);

struct Dealt {
  std::uint32_t partition = 0;  ///< Index into ClusterSnapshot::partitions.
  std::vector<BrokerId> replicas;
};

/// Puts one replica after the other of the partitions that are `made` (by index into the
/// snapshot's) where there is least: racks apart, then by how much the squared loads of the broker
/// grow, each against the upper edge of its band. In the order of topics' names and partitions'
/// numbers.
std::vector<Dealt> Deal(const FlatCluster& cluster, const Bands& bands,
                        const std::vector<bool>& made);

}  // namespace levelwind::planner
