#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "api/metrics_text.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// Label text per partition and per group of one snapshot, prepared once for all families; empty
/// for those that must be left out.
struct SnapshotLabels {
  std::vector<std::string> partitions;  ///< topic="a",partition="0"
  std::vector<std::string> groups;      ///< group="g"
  std::size_t left_out = 0;
};
SnapshotLabels PrepareLabels(const ClusterSnapshot& snapshot);

/// The families of consumer groups (group_metrics.cc).
void RenderGroupFamilies(const ClusterSnapshot& snapshot, const SnapshotLabels& labels,
                         MetricsText& text);

/// What they do beside reading, and the reading of the offsets topic (group_activity_metrics.cc).
void RenderActivityFamilies(const ClusterSnapshot& snapshot, const SnapshotLabels& labels,
                            MetricsText& text);
void RenderOffsetsTopicFamilies(const OffsetsTopicView& view, MetricsText& text);

}  // namespace levelwind::api
