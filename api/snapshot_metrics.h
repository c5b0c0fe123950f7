#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// The families that depend on nothing but the snapshot (brokers, partitions, groups) in
/// Prometheus's text format. Names that are equal once repaired keep their first series; the others
/// are left out and counted in levelwind_metrics_left_out, since a duplicate would cost the whole
/// scrape.
std::string RenderSnapshotMetrics(const ClusterSnapshot& snapshot);

/// Renders each snapshot once, whoever asks first, and hands out the same buffer until the next
/// one. Any thread.
class SnapshotMetricsCache {
 public:
  std::shared_ptr<const std::string> Get(const SnapshotPtr& snapshot);

 private:
  std::mutex mutex_;
  SnapshotPtr rendered_of_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace levelwind::api
