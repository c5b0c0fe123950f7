#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "planner/goals/requirements.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// What one topic has in all.
struct TopicSize {
  std::uint64_t replicas = 0, partitions = 0;
  bool movable = false;
};

/// Which topics get rows, first come first served (more than once is the same as once), and the
/// sizes of all topics of the snapshot.
struct TopicList {
  std::span<const std::int32_t> order;
  std::span<const TopicSize> sizes;
};

/// Gives a row to each topic whose counts per broker could break what the goals require. Returns
/// the row of each topic of the snapshot, or kNoRow. Errors: InvalidArgument for a bad regular
/// expression.
Result<std::vector<std::uint32_t>> AddTopicRows(const ClusterSnapshot& snapshot,
                                                const GoalRequirements& requirements,
                                                const TopicList& topics, FlatCluster& cluster);

}  // namespace levelwind::planner
