#include "detectors/maintenance_event.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detectors/describe.h"
#include "model/cluster_facts.h"

namespace levelwind::detectors {
namespace {

AnomalyFix FixOf(const PlanRequest& request) {
  if (!request.remove_brokers.empty()) return AnomalyFix::kRemoveBrokers;
  if (!request.demote_brokers.empty()) return AnomalyFix::kDemoteBrokers;
  if (!request.add_brokers.empty()) return AnomalyFix::kAddBrokers;
  if (!request.replication_factors.empty()) return AnomalyFix::kReplicationFactor;
  return request.fix_offline ? AnomalyFix::kFixOffline : AnomalyFix::kRebalance;
}

/// What tells one announcement from another: "remove_broker 4", "topic_replication_factor a.*=3".
std::string SubjectOf(const MaintenanceEvent& event) {
  std::string subject = event.kind;
  for (const BrokerId broker : event.brokers) subject += fmt::format(" {}", broker);
  for (const std::string& factor : event.request.replication_factors) subject += " " + factor;
  return EscapeControl(subject);
}

}  // namespace

DetectorReport DetectMaintenanceEvent(const DetectorInput& input) {
  DetectorReport report = ReportOf("maintenance_event");
  if (input.now.facts == nullptr) return report;  // Nobody reads the topic: nothing to hold.
  Hold(report, input.now.facts->maintenance_problem);
  for (const MaintenanceEvent& event : input.now.facts->maintenance) {
    const std::string subject = SubjectOf(event);
    // They come oldest first: what is announced again counts as it was said last.
    std::erase_if(report.anomalies, [&](const Anomaly& a) { return a.subject == subject; });
    Anomaly anomaly = FindingOf(report, subject, Severity::kInfo);
    anomaly.brokers = event.brokers;
    anomaly.began_at = event.at;
    anomaly.fix = FixOf(event.request);
    anomaly.request = event.request;
    anomaly.value = static_cast<double>(event.brokers.size());
    anomaly.message = fmt::format("{} was announced at {}", anomaly.subject, FormatTime(event.at));
    anomaly.next_step =
        "levelwind plan with the same request, unless maintenance is handled by "
        "itself";
    report.anomalies.push_back(std::move(anomaly));
  }
  return report;
}

}  // namespace levelwind::detectors
