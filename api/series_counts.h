#pragma once

#include <cstdint>
#include <span>

#include "api/metrics_options.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// How many families there are per kind of label set: what a series budget reckons with. A series
/// whose value is not known is reckoned all the same, so that the sums are never too small.
struct SeriesCounts {
  std::int64_t broker = 0;
  std::int64_t log_dir = 0;
  std::int64_t topic = 0;
  std::int64_t partition = 0;
  std::int64_t group = 0;
  std::int64_t group_topic = 0;
  std::int64_t group_row = 0;  ///< Per partition that the group committed to or has.
  std::int64_t group_any = 0;  ///< Per partition of the topics that the group committed to.

  std::int64_t OfCluster(const ClusterSnapshot& snapshot) const;
  std::int64_t OfTopic(const Topic& of) const { return topic + partition * of.partition_count; }
  /// `rows` ascending by partition.
  std::int64_t OfGroup(const ClusterSnapshot& snapshot, std::span<const GroupOffset> rows) const;
};
SeriesCounts CountFamilies(const MetricsOptions& options, bool burrow);

}  // namespace levelwind::api
