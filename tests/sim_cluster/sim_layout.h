#pragma once

#include <cstdint>

#include "base/result.h"
#include "tests/sim_cluster/sim_cluster.h"

namespace levelwind::testing {

/// A cluster's content out of a few numbers: the same numbers give the same cluster.
struct SimLayout {
  int partitions = 1000;
  int partitions_per_topic = 100;
  int replication_factor = 3;
  int groups = 0;
  int commits_per_group = 20;
  int members_per_group = 2;  ///< Who share the group's partitions. 0: the group is empty.
  double mean_partition_bytes = 1e9;
  double bytes_per_s = 0;  ///< Produced to all topics together, unevenly.
  std::uint64_t seed = 1;
};

/// Topics topic-00000, ... and groups group-00000, ... each of which reads from one topic, some
/// from two. Sizes and rates differ by topic, as real ones do; commits are behind the end by up to
/// 1,000 records and move on with it. InvalidArgument when the numbers do not fit the cluster.
Status FillSim(SimCluster& sim, const SimLayout& layout);

}  // namespace levelwind::testing
