#include "detectors/hot_broker.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/broker_sums.h"
#include "detectors/describe.h"

namespace levelwind::detectors {

DetectorReport DetectHotBroker(const DetectorInput& input) {
  DetectorReport report{.detector = "hot_broker", .anomalies = {}, .held_because = ""};
  const ClusterSums sums = SumUp(input.now);
  if (!IsKnown(sums.replicated_bytes_in)) {
    report.held_because = "produce rates unknown";
    return report;
  }
  if (sums.serving < 2 || sums.bytes_in < input.options.quiet_rate_bytes_per_s) return report;
  double cpu = 0;
  for (const auto& [id, sum] : sums.brokers) cpu += sum.cpu_percent;
  const double mean_in = sums.replicated_bytes_in / sums.serving;
  const double mean_cpu = cpu / sums.serving;
  for (const auto& [id, sum] : sums.brokers) {
    const double in = sum.bytes_in / mean_in;
    const double by_cpu = mean_cpu > 0 ? sum.cpu_percent / mean_cpu : 0;  // NaN > 0 is false.
    const double factor = by_cpu > in ? by_cpu : in;
    if (factor <= input.options.hot_broker_factor) continue;
    const Broker* broker = input.now.FindBroker(id);
    if (broker == nullptr || !broker->serving()) continue;
    Anomaly anomaly;
    anomaly.type = report.detector;
    anomaly.subject = fmt::format("broker {}", id);
    anomaly.severity = Severity::kWarning;
    anomaly.value = factor;
    anomaly.threshold = input.options.hot_broker_factor;
    anomaly.message = by_cpu > in
                          ? fmt::format("broker {} uses {:.1f} times the mean cpu", id, by_cpu)
                          : fmt::format("broker {} takes in {}, {:.1f} times the mean", id,
                                        HumanRate(sum.bytes_in), in);
    anomaly.brokers = {id};
    anomaly.evidence = {{"bytes in", sum.bytes_in, "bytes/s"}, {"mean", mean_in, "bytes/s"}};
    if (mean_cpu > 0) {
      anomaly.evidence.push_back({"cpu", sum.cpu_percent, "%"});
      anomaly.evidence.push_back({"mean cpu", mean_cpu, "%"});
    }
    AskRebalance(anomaly);
    anomaly.next_step = "levelwind plan";
    report.anomalies.push_back(std::move(anomaly));
  }
  return report;
}

}  // namespace levelwind::detectors
