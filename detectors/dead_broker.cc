#include "detectors/dead_broker.h"

#include <fmt/format.h>

#include "detectors/broker_sums.h"

namespace levelwind::detectors {

DetectorReport DetectDeadBroker(const DetectorInput& input) {
  DetectorReport report{.detector = "dead_broker", .anomalies = {}, .held_because = ""};
  for (const auto& [id, sum] : SumUp(input.now).brokers) {
    const Broker* broker = input.now.FindBroker(id);
    const bool dead = broker == nullptr || broker->state == BrokerState::kDead;
    if (!dead || sum.replicas == 0) continue;
    Anomaly anomaly;
    anomaly.type = report.detector;
    anomaly.subject = fmt::format("broker {}", id);
    anomaly.severity = Severity::kCritical;
    anomaly.value = sum.replicas;
    anomaly.threshold = 0;
    anomaly.message =
        fmt::format("broker {} is not serving and holds {} replicas", id, sum.replicas);
    anomaly.next_step =
        fmt::format("start broker {} again, or move its replicas off: levelwind plan", id);
    report.anomalies.push_back(std::move(anomaly));
  }
  return report;
}

}  // namespace levelwind::detectors
