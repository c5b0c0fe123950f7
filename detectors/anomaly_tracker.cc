#include "detectors/anomaly_tracker.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <tuple>

namespace levelwind::detectors {
namespace {

constexpr std::int64_t kHeldMs = 30 * 60'000;

}  // namespace

std::vector<Anomaly> AnomalyTracker::Update(std::span<const DetectorReport> reports, WallTime now) {
  std::set<Key> seen;
  std::set<std::string> held;
  for (const DetectorReport& report : reports) {
    if (!report.held_because.empty()) held.insert(report.detector);
    for (const Anomaly& anomaly : report.anomalies) {
      const Key key{anomaly.type, anomaly.subject};
      seen.insert(key);
      const auto known = current_.find(key);
      Anomaly next = anomaly;
      next.first_seen = known != current_.end() ? known->second.first_seen : now;
      next.last_seen = now;
      current_[key] = std::move(next);
    }
  }
  std::erase_if(current_, [&](const auto& entry) {
    if (seen.contains(entry.first)) return false;
    return !held.contains(entry.first.first) ||
           now.unix_ms - entry.second.last_seen.unix_ms > kHeldMs;
  });
  std::vector<Anomaly> list;
  for (const auto& [key, anomaly] : current_) list.push_back(anomaly);
  std::ranges::stable_sort(list, [](const Anomaly& a, const Anomaly& b) {
    return std::make_tuple(b.severity, a.first_seen.unix_ms) <
           std::make_tuple(a.severity, b.first_seen.unix_ms);
  });
  return list;
}

}  // namespace levelwind::detectors
