#include "detectors/quorum_lag.h"

#include <fmt/format.h>

#include <utility>

#include "detectors/describe.h"
#include "model/cluster_facts.h"

namespace levelwind::detectors {
namespace {

void JudgeMember(const DetectorInput& input, const QuorumMember& member, DetectorReport& report) {
  if (!(member.behind_s > input.options.quorum_behind_s) || member.lag == 0) return;
  const Broker* broker = input.now.FindBroker(member.id);
  // A broker that is down has its own finding.
  if (!member.voter && (broker == nullptr || broker->state == BrokerState::kDead)) return;
  Anomaly anomaly =
      FindingOf(report, fmt::format("{} {}", member.voter ? "controller" : "broker", member.id),
                member.voter ? Severity::kCritical : Severity::kWarning);
  anomaly.brokers = {member.id};
  anomaly.value = member.behind_s;
  anomaly.threshold = input.options.quorum_behind_s;
  anomaly.evidence = {{"behind", member.behind_s, "s"}};
  if (IsKnown(member.lag)) {
    anomaly.evidence.push_back({"records behind", static_cast<double>(member.lag), ""});
  }
  anomaly.message = fmt::format("{} has not caught up with the metadata log for {:.0f} s",
                                anomaly.subject, member.behind_s);
  anomaly.next_step = member.voter
                          ? "look at that controller: one more that fails may stop the cluster"
                          : "look at that broker: it acts on old metadata";
  report.anomalies.push_back(std::move(anomaly));
}

}  // namespace

DetectorReport DetectQuorumLag(const DetectorInput& input) {
  DetectorReport report = ReportOf("quorum_lag");
  const QuorumView* quorum =
      input.now.facts != nullptr && input.now.facts->quorum ? &*input.now.facts->quorum : nullptr;
  if (quorum == nullptr) {
    report.held_because = "the metadata quorum is not told (ZooKeeper, or no right to describe it)";
    return report;
  }
  if (quorum->leader == kNoBroker) {
    Anomaly anomaly = FindingOf(report, "controller", Severity::kCritical);
    anomaly.message = "the metadata quorum has no leader: no topic, leader or broker can change";
    anomaly.next_step = "look at the controllers: a majority of them must run and reach each other";
    anomaly.evidence = {{"epoch", static_cast<double>(quorum->leader_epoch), ""}};
    report.anomalies.push_back(std::move(anomaly));
  }
  for (const QuorumMember& member : quorum->members) {
    if (member.id != quorum->leader) JudgeMember(input, member, report);
  }
  Hold(report, WhyStale(input.now, "settings"));
  return report;
}

}  // namespace levelwind::detectors
