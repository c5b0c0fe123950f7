#include "detectors/empty_broker.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "detectors/broker_sums.h"
#include "detectors/describe.h"

namespace levelwind::detectors {

DetectorReport DetectEmptyBroker(const DetectorInput& input) {
  DetectorReport report{.detector = "empty_broker", .anomalies = {}, .held_because = ""};
  const ClusterSums sums = SumUp(input.now);
  if (sums.serving < 2) return report;
  const double mean = static_cast<double>(sums.replicas) / sums.serving;
  if (mean < input.options.empty_broker_min_replicas) return report;
  for (const Broker& broker : input.now.brokers) {
    if (!broker.serving()) continue;
    const BrokerSum& sum = sums.brokers.at(broker.id);
    if (sum.replicas >= input.options.empty_broker_share * mean) continue;
    Anomaly anomaly;
    anomaly.type = report.detector;
    anomaly.subject = fmt::format("broker {}", broker.id);
    anomaly.severity = Severity::kInfo;
    anomaly.value = sum.replicas;
    anomaly.threshold = input.options.empty_broker_share * mean;
    anomaly.message =
        sum.replicas == 0
            ? fmt::format("broker {} holds no replicas while the others hold {:.0f} on average",
                          broker.id, mean * sums.serving / (sums.serving - 1))
            : fmt::format("broker {} holds {} replicas, the mean is {:.0f}", broker.id,
                          sum.replicas, mean);
    anomaly.brokers = {broker.id};
    anomaly.evidence = {{"replicas", anomaly.value, ""}, {"mean", mean, ""}};
    AskAdd(anomaly);
    anomaly.next_step = "levelwind plan fills it";
    report.anomalies.push_back(std::move(anomaly));
  }
  return report;
}

}  // namespace levelwind::detectors
