#include "detectors/under_replicated.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "detectors/describe.h"

namespace levelwind::detectors {
namespace {

Anomaly Describe(std::string subject, Severity severity, std::vector<TopicPartition> names,
                 std::size_t count, std::string_view what, std::string next_step) {
  Anomaly anomaly;
  anomaly.type = "under_replicated";
  anomaly.subject = std::move(subject);
  anomaly.severity = severity;
  anomaly.value = static_cast<double>(count);
  anomaly.evidence = {{"partitions", anomaly.value, ""}};
  anomaly.partitions = std::move(names);
  anomaly.message =
      fmt::format("{} {}: {}", Count(count, "partition"), what, Some(anomaly.partitions));
  anomaly.next_step = std::move(next_step);
  return anomaly;
}

}  // namespace

DetectorReport DetectUnderReplicated(const DetectorInput& input) {
  DetectorReport report{.detector = "under_replicated", .anomalies = {}, .held_because = ""};
  std::vector<TopicPartition> offline, behind;
  std::size_t offline_count = 0, behind_count = 0;
  const auto add = [&](std::vector<TopicPartition>& names, std::size_t& count, const Partition& p) {
    ++count;
    if (names.size() < Anomaly::kMostNamed) names.push_back(input.now.NameOf(p));
  };
  for (const Partition& p : input.now.partitions) {
    if (p.leader == kNoBroker) {
      add(offline, offline_count, p);
      continue;
    }
    if (p.reassigning) continue;
    const auto replicas = input.now.ReplicasOf(p);
    const bool all = std::ranges::all_of(replicas, [](const Replica& r) { return r.in_sync; });
    if (!all) add(behind, behind_count, p);
  }
  if (!offline.empty()) {
    report.anomalies.push_back(Describe("offline partitions", Severity::kCritical, offline,
                                        offline_count, "without a leader, not readable or writable",
                                        "start the brokers that hold their replicas"));
  }
  if (behind_count > 0 &&
      static_cast<std::int32_t>(behind_count) >= input.options.under_replicated_min) {
    report.anomalies.push_back(Describe("under-replicated partitions", Severity::kWarning, behind,
                                        behind_count, "with a replica out of sync",
                                        "levelwind brokers shows which broker is behind or down"));
    report.anomalies.back().threshold = input.options.under_replicated_min;
  }
  Hold(report, WhyStale(input.now, "cluster"));
  return report;
}

}  // namespace levelwind::detectors
