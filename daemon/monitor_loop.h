#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "collectors/monitor.h"
#include "detectors/anomaly_tracker.h"
#include "detectors/detector.h"
#include "detectors/detector_options.h"
#include "model/anomaly.h"
#include "model/cluster_snapshot.h"

namespace levelwind::daemon {

/// The monitor thread: looks at the cluster when it is due, then lets the detectors judge the new
/// snapshot.
class MonitorLoop {
 public:
  MonitorLoop(collectors::Monitor& monitor, const Clock& clock,
              const detectors::DetectorOptions& options);

  void Run(std::stop_token stop);

  /// Any thread; null until the detectors ran. Each report has what its detector finds now, with
  /// the time it was first seen.
  std::shared_ptr<const std::vector<DetectorReport>> reports() const { return reports_.Get(); }

 private:
  void Judge(const SnapshotPtr& snapshot);

  collectors::Monitor& monitor_;
  const Clock& clock_;
  const detectors::DetectorOptions options_;
  detectors::DetectorRegistry detectors_;
  detectors::AnomalyTracker tracker_;
  std::vector<SnapshotPtr> before_;  // outlines, newest first
  Published<std::vector<DetectorReport>> reports_;
};

}  // namespace levelwind::daemon
