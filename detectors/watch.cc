#include "detectors/watch.h"

#include <algorithm>
#include <iterator>
#include <memory>

namespace levelwind::detectors {
namespace {

/// Enough for every detector that compares looks.
constexpr std::size_t kKeptLooks = 4;

}  // namespace

Watch::Watch(const DetectorOptions& options) : options_(options), trends_(options.disk_watch_s) {
  RegisterBuiltinDetectors(registry_);
}

std::optional<std::vector<DetectorReport>> Watch::Look(const SnapshotPtr& snapshot, WallTime now,
                                                       const Proposal* plan) {
  if (!before_.empty() && before_.front()->sequence == snapshot->sequence &&
      before_.front()->taken_at == snapshot->taken_at) {
    return std::nullopt;
  }
  trends_.Update(*snapshot);
  std::vector<DetectorReport> reports = registry_.Run(
      {.now = *snapshot, .before = before_, .options = options_, .trends = &trends_, .plan = plan});
  const std::vector<Anomaly> current = tracker_.Update(reports, now);
  for (DetectorReport& report : reports) {
    report.anomalies.clear();
    std::ranges::copy_if(current, std::back_inserter(report.anomalies),
                         [&](const Anomaly& anomaly) { return anomaly.type == report.detector; });
  }
  before_.insert(before_.begin(), std::make_shared<const ClusterSnapshot>(OutlineOf(*snapshot)));
  if (before_.size() > kKeptLooks) before_.pop_back();
  return reports;
}

bool Watch::IsAlert(const Anomaly& anomaly) const {
  for (const DetectorInfo& info : registry_.detectors()) {
    if (info.name != anomaly.type) continue;
    return static_cast<double>(anomaly.last_seen.unix_ms - anomaly.first_seen.unix_ms) / 1000 >=
           info.alert_after_s;
  }
  return true;
}

}  // namespace levelwind::detectors
