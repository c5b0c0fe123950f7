#include "detectors/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace levelwind::detectors {
namespace {

constexpr std::size_t kShown = 3;

PlanRequest& Ask(Anomaly& anomaly, AnomalyFix fix) {
  anomaly.fix = fix;
  return anomaly.request.emplace();
}

}  // namespace

DetectorReport ReportOf(std::string_view detector) {
  return {.detector = std::string(detector), .anomalies = {}, .held_because = ""};
}

Anomaly FindingOf(const DetectorReport& report, std::string subject, Severity severity) {
  Anomaly anomaly;
  anomaly.type = report.detector;
  anomaly.subject = std::move(subject);
  anomaly.severity = severity;
  return anomaly;
}

std::string Some(const std::vector<std::string>& names) {
  const std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  return EscapeControl(Join(shown, ", ")) + (names.size() > kShown ? ", ..." : "");
}

std::string Some(std::span<const TopicPartition> partitions) {
  std::vector<std::string> names;
  for (const TopicPartition& p : partitions.first(std::min(partitions.size(), kShown + 1))) {
    names.push_back(p.ToString());
  }
  return Some(names);
}

std::string Count(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void Hold(DetectorReport& report, std::string_view reason) {
  if (reason.empty()) return;
  if (!report.held_because.empty()) report.held_because += "; ";
  report.held_because += reason;
}

std::string WhyStale(const ClusterSnapshot& snapshot, std::string_view source) {
  for (const SourceStatus& status : snapshot.sources) {
    if (status.name != source || status.ok) continue;
    return fmt::format("the last look at {} failed ({})", source,
                       status.error.empty() ? "no reason told" : EscapeControl(status.error));
  }
  return {};
}

double PercentileOfKnown(std::vector<double> values, double share) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  if (values.empty()) return kUnknown;
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  const auto at = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(rank) - 1, 0,
                                             static_cast<std::ptrdiff_t>(values.size()) - 1);
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<std::size_t>(at)];
}

double MedianOfKnown(std::vector<double> values) {
  return PercentileOfKnown(std::move(values), 0.5);
}

void AskRebalance(Anomaly& anomaly) { Ask(anomaly, AnomalyFix::kRebalance); }
void AskLeadership(Anomaly& anomaly) {
  Ask(anomaly, AnomalyFix::kLeadership).leadership_only = true;
}
void AskFixOffline(Anomaly& anomaly) { Ask(anomaly, AnomalyFix::kFixOffline).fix_offline = true; }
void AskRemove(Anomaly& anomaly) {
  PlanRequest& request = Ask(anomaly, AnomalyFix::kRemoveBrokers);
  request.remove_brokers = anomaly.brokers;
  request.fix_offline = true;  // What is on them and nothing else.
}
void AskDemote(Anomaly& anomaly) {
  PlanRequest& request = Ask(anomaly, AnomalyFix::kDemoteBrokers);
  request.demote_brokers = anomaly.brokers;
  request.leadership_only = true;  // Levelling the rest, too, would copy replicas.
}
void AskAdd(Anomaly& anomaly) {
  Ask(anomaly, AnomalyFix::kAddBrokers).add_brokers = anomaly.brokers;
}
void AskRelieve(Anomaly& anomaly) {
  Ask(anomaly, AnomalyFix::kRelieveBrokers).relieve_brokers = anomaly.brokers;
}
void AskLogDirs(Anomaly& anomaly) {
  PlanRequest& request = Ask(anomaly, AnomalyFix::kLogDirs);
  request.log_dirs = true;
  request.log_dir_brokers = anomaly.brokers;
}
void AskReplicationFactor(Anomaly& anomaly, int replicas) {
  PlanRequest& request = Ask(anomaly, AnomalyFix::kReplicationFactor);
  for (const std::string& topic : anomaly.topics) {
    const std::string pattern = ExactPattern(topic);
    request.replication_factors.push_back(fmt::format("{}={}", pattern, replicas));
    if (!request.include_topics.empty()) request.include_topics += '|';
    request.include_topics += pattern;
  }
}

std::string ExactPattern(std::string_view topic) {
  std::string pattern;
  for (const char c : topic) {
    if (c == '.') pattern += '\\';  // The only character of a topic's name that means something.
    pattern += c;
  }
  return pattern;
}

}  // namespace levelwind::detectors
