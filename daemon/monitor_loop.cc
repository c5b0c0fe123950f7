#include "daemon/monitor_loop.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <utility>

#include "base/memory.h"

namespace levelwind::daemon {
namespace {

/// Enough for every detector that compares looks.
constexpr std::size_t kKeptLooks = 4;

}  // namespace

MonitorLoop::MonitorLoop(collectors::Monitor& monitor, const Clock& clock,
                         const detectors::DetectorOptions& options)
    : monitor_(monitor), clock_(clock), options_(options) {
  detectors::RegisterBuiltinDetectors(detectors_);
}

void MonitorLoop::Run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const SteadyTime next = monitor_.Step(clock_.Now());
    if (const SnapshotPtr snapshot = monitor_.snapshots().Get()) Judge(snapshot);
    ReturnFreeMemory();
    const Duration nap = std::max<Duration>(next - clock_.Now(), std::chrono::milliseconds(10));
    wake.wait_for(lock, stop, nap, [] { return false; });
  }
}

void MonitorLoop::Judge(const SnapshotPtr& snapshot) {
  if (!before_.empty() && before_.front()->sequence == snapshot->sequence) return;
  auto reports = std::make_shared<std::vector<DetectorReport>>(
      detectors_.Run({.now = *snapshot, .before = before_, .options = options_}));
  const std::vector<Anomaly> current = tracker_.Update(*reports, clock_.WallNow());
  for (DetectorReport& report : *reports) {
    report.anomalies.clear();
    std::ranges::copy_if(current, std::back_inserter(report.anomalies),
                         [&](const Anomaly& anomaly) { return anomaly.type == report.detector; });
  }
  reports_.Publish(std::move(reports));
  before_.insert(before_.begin(), std::make_shared<const ClusterSnapshot>(OutlineOf(*snapshot)));
  if (before_.size() > kKeptLooks) before_.pop_back();
}

}  // namespace levelwind::daemon
