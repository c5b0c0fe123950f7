#include "detectors/disk_failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detectors/describe.h"

namespace levelwind::detectors {
namespace {

struct OfflineReplicas {
  std::size_t count = 0;
  std::vector<TopicPartition> named;
};

std::map<BrokerId, OfflineReplicas> CountOffline(const ClusterSnapshot& snapshot) {
  std::map<BrokerId, OfflineReplicas> offline;
  for (const Partition& p : snapshot.partitions) {
    for (const Replica& replica : snapshot.ReplicasOf(p)) {
      if (!replica.offline) continue;
      const Broker* broker = snapshot.FindBroker(replica.broker);
      if (broker == nullptr || broker->state == BrokerState::kDead) continue;
      OfflineReplicas& of = offline[replica.broker];
      ++of.count;
      if (of.named.size() < Anomaly::kMostNamed) of.named.push_back(snapshot.NameOf(p));
    }
  }
  return offline;
}

void Add(const Broker& broker, std::string subject, const OfflineReplicas& replicas,
         bool dead_broker, DetectorReport& report) {
  Anomaly anomaly = FindingOf(report, std::move(subject), Severity::kCritical);
  anomaly.brokers = {broker.id};
  anomaly.partitions = replicas.named;
  anomaly.value = static_cast<double>(replicas.count);
  anomaly.evidence = {{"offline replicas", anomaly.value, ""}};
  anomaly.message = fmt::format("{} failed: {} offline on broker {} while it serves",
                                anomaly.subject, Count(replicas.count, "replica"), broker.id);
  if (replicas.count == 0) {
    anomaly.severity = Severity::kWarning;
    anomaly.message =
        fmt::format("{} failed; no replica of broker {} is on it", anomaly.subject, broker.id);
    anomaly.next_step = "replace the disk; no replica is to be moved off it";
  } else if (dead_broker) {
    anomaly.next_step =
        "replace the disk; its replicas move once no broker is dead, or with a plan by hand: "
        "levelwind plan --fix-offline";
  } else {
    AskFixOffline(anomaly);
    anomaly.next_step = "replace the disk, or move its replicas off: levelwind plan --fix-offline";
  }
  report.anomalies.push_back(std::move(anomaly));
}

}  // namespace

DetectorReport DetectDiskFailure(const DetectorInput& input) {
  DetectorReport report = ReportOf("disk_failure");
  const std::map<BrokerId, OfflineReplicas> offline = CountOffline(input.now);
  const bool dead_broker = std::ranges::any_of(
      input.now.brokers, [](const Broker& b) { return b.state == BrokerState::kDead; });
  std::size_t untold = 0;
  for (const Broker& broker : input.now.brokers) {
    if (broker.state == BrokerState::kDead) continue;
    const auto at = offline.find(broker.id);
    const OfflineReplicas replicas = at == offline.end() ? OfflineReplicas() : at->second;
    untold += broker.log_dirs.empty() ? 1 : 0;
    bool told = false;
    for (const LogDir& dir : broker.log_dirs) {
      if (!dir.offline) continue;
      told = true;
      Add(broker, fmt::format("broker {} log dir {}", broker.id, EscapeControl(dir.path)), replicas,
          dead_broker, report);
    }
    if (!told && replicas.count > 0) {
      Add(broker, fmt::format("broker {}", broker.id), replicas, dead_broker, report);
    }
  }
  Hold(report, WhyStale(input.now, "log_dirs"));
  if (untold > 0) Hold(report, fmt::format("log dirs of {} unknown", Count(untold, "broker")));
  return report;
}

}  // namespace levelwind::detectors
