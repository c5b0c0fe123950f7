#include "detectors/replication_factor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "detectors/describe.h"
#include "model/cluster_facts.h"

namespace levelwind::detectors {
namespace {

/// The fewest replicas of the topic's partitions; 0 while one of them is being reassigned.
std::int32_t FewestReplicas(const ClusterSnapshot& snapshot, const Topic& topic) {
  std::int32_t fewest = topic.partition_count == 0 ? 0 : 32'767;
  for (const Partition& p : snapshot.PartitionsOf(topic)) {
    if (p.reassigning) return 0;
    fewest = std::min<std::int32_t>(fewest, p.replica_count);
  }
  return fewest;
}

struct Short {
  std::vector<std::string> topics;
  std::size_t count = 0;
  std::int32_t fewest = 32'767;
};

void Describe(const DetectorInput& input, std::int32_t wanted, Short&& of, std::int64_t serving,
              DetectorReport& report) {
  // One replica is a choice that some make; one too few for min.insync.replicas is a mistake.
  const bool chosen = input.options.replication_factor_target == 0 && wanted == 2;
  Anomaly anomaly = FindingOf(report, fmt::format("topics below {} replicas", wanted),
                              chosen ? Severity::kInfo : Severity::kWarning);
  anomaly.value = of.fewest;
  anomaly.threshold = wanted;
  anomaly.topics = std::move(of.topics);
  anomaly.evidence = {{"topics", static_cast<double>(of.count), ""},
                      {"fewest replicas", static_cast<double>(of.fewest), ""}};
  anomaly.message = fmt::format("{} with fewer than {} replicas: {}", Count(of.count, "topic"),
                                wanted, Some(anomaly.topics));
  if (serving < wanted) {
    anomaly.next_step =
        fmt::format("add brokers: {} serve, too few for {} replicas", serving, wanted);
  } else if (chosen) {
    anomaly.next_step = "set detect.replication_factor_target if they are to have more";
  } else {
    AskReplicationFactor(anomaly, wanted);
    anomaly.next_step = fmt::format("levelwind plan --replication-factor TOPIC={}", wanted);
  }
  report.anomalies.push_back(std::move(anomaly));
}

}  // namespace

DetectorReport DetectReplicationFactor(const DetectorInput& input) {
  DetectorReport report = ReportOf("replication_factor");
  const auto serving = std::ranges::count_if(input.now.brokers, &Broker::serving);
  std::map<std::int32_t, Short> by_wanted;
  std::size_t unknown = 0;
  for (const Topic& topic : input.now.topics) {
    const TopicSettings* settings =
        input.now.facts == nullptr ? nullptr : input.now.facts->FindTopic(topic.name);
    const std::int64_t min_isr =
        settings == nullptr ? kUnknownCount : settings->min_insync_replicas;
    unknown += IsKnown(min_isr) ? 0 : 1;
    const std::int32_t fewest = FewestReplicas(input.now, topic);
    if (fewest == 0) continue;
    // A cluster of one broker can have no second replica.
    const std::int64_t least = serving > 1 && IsKnown(min_isr) ? min_isr + 1 : 1;
    const auto wanted = static_cast<std::int32_t>(std::clamp<std::int64_t>(
        std::max<std::int64_t>(input.options.replication_factor_target, least), 1, 32));
    if (fewest >= wanted) continue;
    Short& of = by_wanted[wanted];
    ++of.count;
    of.fewest = std::min(of.fewest, fewest);
    if (of.topics.size() < Anomaly::kMostNamed) of.topics.push_back(topic.name);
  }
  for (auto& [wanted, of] : by_wanted) Describe(input, wanted, std::move(of), serving, report);
  if (unknown > 0) {
    report.held_because = fmt::format("min.insync.replicas of {} unknown", Count(unknown, "topic"));
  }
  return report;
}

}  // namespace levelwind::detectors
