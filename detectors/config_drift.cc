#include "detectors/config_drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"
#include "detectors/setting_drift.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {

DetectorReport DetectConfigDrift(const DetectorInput& input) {
  DetectorReport report = ReportOf("config_drift");
  if (input.now.facts == nullptr || input.trends == nullptr) {
    report.held_because = "the brokers' settings are not known";
    return report;
  }
  const auto serving = std::ranges::count_if(input.now.brokers, &Broker::serving);
  const std::vector<BrokerSettings>& told = input.now.facts->brokers;
  if (std::ssize(told) < serving) {
    report.held_because = fmt::format("settings of {} of {} brokers are not known",
                                      serving - std::ssize(told), serving);
  }
  for (const SettingDrift& drift : FindDrift(told)) {
    const WallTime since = input.trends->DriftSince(drift.setting);
    const double for_s = static_cast<double>(input.trends->last().unix_ms - since.unix_ms) / 1000;
    if (since.unix_ms == 0 || for_s < input.options.drift_s) continue;
    Anomaly anomaly = FindingOf(report, "setting " + EscapeControl(drift.setting), Severity::kInfo);
    anomaly.began_at = since;
    anomaly.value = static_cast<double>(drift.others.size());
    for (const auto& [broker, value] : drift.others) anomaly.brokers.push_back(broker);
    anomaly.evidence = {{"brokers that differ", anomaly.value, ""}, {"for", for_s, "s"}};
    anomaly.message = fmt::format(
        "{} is \"{}\" on broker {} and \"{}\" on most{}", EscapeControl(drift.setting),
        EscapeControl(drift.others.front().second), drift.others.front().first,
        EscapeControl(drift.usual),
        drift.others.size() > 1 ? fmt::format("; {} differ", Count(drift.others.size(), "broker"))
                                : std::string());
    anomaly.next_step = "make the brokers alike, or set it for all with kafka-configs";
    report.anomalies.push_back(std::move(anomaly));
  }
  return report;
}

}  // namespace levelwind::detectors
