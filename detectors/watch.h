#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "detectors/anomaly_tracker.h"
#include "detectors/detector.h"
#include "detectors/detector_options.h"
#include "detectors/trend_history.h"
#include "model/anomaly.h"
#include "model/cluster_snapshot.h"
#include "model/disk_history.h"

namespace levelwind::detectors {

/// All detectors over one cluster, snapshot after snapshot, with the memory that they need: what
/// the daemon does live, `levelwind replay` from a file and the bench in a simulation. Not
/// thread-safe.
class Watch {
 public:
  explicit Watch(const DetectorOptions& options);

  /// One report per detector, each with what is wrong now and since when, by `now`. Empty for the
  /// snapshot that it saw last. `plan` as in DetectorInput.
  std::optional<std::vector<DetectorReport>> Look(const SnapshotPtr& snapshot, WallTime now,
                                                  const Proposal* plan = nullptr);

  /// What should be kept over a restart, and what was: before the first Look.
  std::vector<DiskHistory> KeptDisks() const { return trends_.KeptDisks(); }
  void RestoreDisks(std::vector<DiskHistory> kept) { trends_.RestoreDisks(std::move(kept)); }

  const DetectorRegistry& registry() const { return registry_; }
  /// Whether it stood for as long as its detector wants before anybody is told
  /// (DetectorInfo::alert_after_s).
  bool IsAlert(const Anomaly& anomaly) const;

 private:
  const DetectorOptions options_;
  DetectorRegistry registry_;
  AnomalyTracker tracker_;
  TrendHistory trends_;
  std::vector<SnapshotPtr> before_;  ///< Outlines, newest first.
};

}  // namespace levelwind::detectors
