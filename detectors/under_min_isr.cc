#include "detectors/under_min_isr.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "detectors/describe.h"
#include "model/cluster_facts.h"

namespace levelwind::detectors {

DetectorReport DetectUnderMinIsr(const DetectorInput& input) {
  DetectorReport report = ReportOf("under_min_isr");
  Anomaly anomaly = FindingOf(report, "partitions under min ISR", Severity::kCritical);
  std::size_t under = 0, unknown = 0;
  for (const Topic& topic : input.now.topics) {
    const TopicSettings* settings =
        input.now.facts == nullptr ? nullptr : input.now.facts->FindTopic(topic.name);
    for (const Partition& p : input.now.PartitionsOf(topic)) {
      const auto replicas = input.now.ReplicasOf(p);
      const auto in_sync = std::ranges::count_if(replicas, &Replica::in_sync);
      // Without a leader nothing is accepted at all: under_replicated tells those.
      if (p.leader == kNoBroker || in_sync == std::ssize(replicas)) continue;
      if (settings == nullptr || !IsKnown(settings->min_insync_replicas)) {
        ++unknown;
        continue;
      }
      if (in_sync >= settings->min_insync_replicas) continue;
      ++under;
      if (anomaly.partitions.size() < Anomaly::kMostNamed) {
        anomaly.partitions.push_back(input.now.NameOf(p));
      }
    }
  }
  if (under > 0) {
    anomaly.value = static_cast<double>(under);
    anomaly.evidence = {{"partitions", anomaly.value, ""}};
    anomaly.message =
        fmt::format("{} refuse acks=all, with fewer in sync than min.insync.replicas: {}",
                    Count(under, "partition"), Some(anomaly.partitions));
    anomaly.next_step = "levelwind brokers shows which broker is behind or down: start it again";
    report.anomalies.push_back(std::move(anomaly));
  }
  Hold(report, WhyStale(input.now, "cluster"));
  if (unknown > 0) {
    Hold(report, fmt::format("{} lack a replica in sync and min.insync.replicas is unknown",
                             Count(unknown, "partition")));
  }
  return report;
}

}  // namespace levelwind::detectors
