#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "api/metrics_text.h"
#include "api/series_set.h"
#include "api/text_pool.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// The families that depend on nothing but the snapshot (brokers, partitions, groups), ours and
/// those of other tools that are switched on. All are gauges, so that the text is both Prometheus's
/// format and OpenMetrics (without its last line). What has no series is counted in
/// levelwind_metrics_left_out (names that are equal once repaired) and
/// levelwind_metrics_series_dropped (the budget). `memory`: its contents go, its memory is used.
std::string RenderSnapshotMetrics(const ClusterSnapshot& snapshot, const MetricsSetup& setup,
                                  std::string memory = {});

/// The same for counters, whose text differs between the formats.
std::string RenderSnapshotCounters(const ClusterSnapshot& snapshot, const MetricsSetup& setup,
                                   MetricsText::Format format);

/// Renders each snapshot once and hands out the same buffer until the next one. Any thread.
class SnapshotMetricsCache {
 public:
  explicit SnapshotMetricsCache(MetricsSetup setup) : setup_(std::move(setup)) {}

  struct Texts {
    std::shared_ptr<const std::string> gauges;
    std::shared_ptr<const std::string> counters;
  };
  Texts Get(const SnapshotPtr& snapshot, MetricsText::Format format);

  /// Renders now what the next Get will be asked for, so that no scrape waits for it. Does nothing
  /// while nobody scrapes: after 100 snapshots without a Get.
  void Prepare(const SnapshotPtr& snapshot);
  /// Whether a Get of it would find its page ready.
  bool IsPrepared(const SnapshotPtr& snapshot);

 private:
  void Render(const SnapshotPtr& snapshot, MetricsText::Format format);
  bool IsRendered(const SnapshotPtr& snapshot) const;

  const MetricsSetup setup_;
  std::mutex mutex_;
  int unasked_ = kNobodyAsks;  // snapshots since the last Get
  static constexpr int kNobodyAsks = 100;
  /// Weak: a snapshot of a large cluster is a hundred megabytes, and its text is all that is
  /// needed.
  std::weak_ptr<const ClusterSnapshot> rendered_of_;
  TextPool gauge_texts_;
  TextPool counter_texts_;
  std::shared_ptr<const std::string> text_;
  MetricsText::Format format_ = MetricsText::Format::kPrometheus;  ///< Of `counters_`.
  std::shared_ptr<const std::string> counters_;
};

}  // namespace levelwind::api
