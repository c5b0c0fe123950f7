#include "detectors/dead_broker.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/text.h"
#include "detectors/broker_sums.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

/// Partitions that have lost their leader and have a replica there.
std::map<BrokerId, std::size_t> Leaderless(const ClusterSnapshot& snapshot) {
  std::map<BrokerId, std::size_t> leaderless;
  for (const Partition& p : snapshot.partitions) {
    if (p.leader != kNoBroker) continue;
    for (const Replica& replica : snapshot.ReplicasOf(p)) ++leaderless[replica.broker];
  }
  return leaderless;
}

}  // namespace

DetectorReport DetectDeadBroker(const DetectorInput& input) {
  DetectorReport report = ReportOf("dead_broker");
  const ClusterSums sums = SumUp(input.now);
  std::vector<std::pair<BrokerId, const BrokerSum*>> dead;
  for (const auto& [id, sum] : sums.brokers) {
    const Broker* broker = input.now.FindBroker(id);
    const bool is_dead = broker == nullptr || broker->state == BrokerState::kDead;
    if (is_dead && sum.replicas > 0) dead.emplace_back(id, &sum);
  }
  std::map<BrokerId, std::size_t> leaderless;
  if (!dead.empty()) leaderless = Leaderless(input.now);
  for (const auto& [id, sum] : dead) {
    Anomaly anomaly = FindingOf(report, fmt::format("broker {}", id), Severity::kCritical);
    anomaly.brokers = {id};
    anomaly.value = sum->replicas;
    anomaly.threshold = 0;
    anomaly.message =
        fmt::format("broker {} is not serving and holds {} replicas", id, sum->replicas);
    anomaly.evidence = {{"replicas", anomaly.value, ""},
                        {"of them without a leader", static_cast<double>(leaderless[id]), ""},
                        {"brokers down", static_cast<double>(dead.size()), ""},
                        {"brokers", static_cast<double>(sums.brokers.size()), ""}};
    const BrokerTrend* trend = input.trends == nullptr ? nullptr : input.trends->FindBroker(id);
    if (trend != nullptr && trend->down_since.unix_ms > 0) {
      anomaly.began_at = trend->down_since;
      const double down =
          static_cast<double>(input.trends->last().unix_ms - trend->down_since.unix_ms) / 1000;
      anomaly.evidence.push_back({"down for", down, "s"});
      if (down > 0) anomaly.message += ", for " + HumanDuration(down);
      if (trend->downs > 1) {
        anomaly.evidence.push_back({"times down", static_cast<double>(trend->downs), ""});
      }
    }
    AskRemove(anomaly);
    anomaly.next_step = fmt::format(
        "start broker {} again, or move its replicas off: levelwind plan --remove-brokers {}", id,
        id);
    report.anomalies.push_back(std::move(anomaly));
  }
  Hold(report, WhyStale(input.now, "cluster"));
  return report;
}

}  // namespace levelwind::detectors
