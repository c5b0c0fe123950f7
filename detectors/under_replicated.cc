#include "detectors/under_replicated.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace levelwind::detectors {
namespace {

/// Up to three names, so that a message stays one line whatever the cluster's size.
std::string Some(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  const std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  return EscapeControl(Join(shown, ", ")) + (names.size() > kShown ? ", ..." : "");
}

Anomaly Describe(std::string subject, Severity severity, const std::vector<std::string>& names,
                 std::string_view what, std::string next_step) {
  Anomaly anomaly;
  anomaly.type = "under_replicated";
  anomaly.subject = std::move(subject);
  anomaly.severity = severity;
  anomaly.value = static_cast<double>(names.size());
  anomaly.message = fmt::format("{} partition{} {}: {}", names.size(), names.size() == 1 ? "" : "s",
                                what, Some(names));
  anomaly.next_step = std::move(next_step);
  return anomaly;
}

}  // namespace

DetectorReport DetectUnderReplicated(const DetectorInput& input) {
  DetectorReport report{.detector = "under_replicated", .anomalies = {}, .held_because = ""};
  std::vector<std::string> offline, behind;
  for (const Partition& p : input.now.partitions) {
    if (p.leader == kNoBroker) {
      offline.push_back(input.now.NameOf(p).ToString());
      continue;
    }
    if (p.reassigning) continue;
    const auto replicas = input.now.ReplicasOf(p);
    const bool all = std::ranges::all_of(replicas, [](const Replica& r) { return r.in_sync; });
    if (!all) behind.push_back(input.now.NameOf(p).ToString());
  }
  if (!offline.empty()) {
    report.anomalies.push_back(Describe("offline partitions", Severity::kCritical, offline,
                                        "without a leader, not readable or writable",
                                        "start the brokers that hold their replicas"));
  }
  if (static_cast<std::int32_t>(behind.size()) >= input.options.under_replicated_min) {
    report.anomalies.push_back(Describe("under-replicated partitions", Severity::kWarning, behind,
                                        "with a replica out of sync",
                                        "levelwind brokers shows which broker is behind or down"));
    report.anomalies.back().threshold = input.options.under_replicated_min;
  }
  return report;
}

}  // namespace levelwind::detectors
