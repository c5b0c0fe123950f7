#include "detectors/partition_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/broker_sums.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"

namespace levelwind::detectors {
namespace {

/// A topic that takes less than a byte a second for each of so many partitions has too many.
constexpr std::uint32_t kManyForNothing = 100;
constexpr double kNothing = 1;
constexpr double kNothingForS = 6 * 3600;
/// Half of the weight: one half-life of 20 minutes was watched.
constexpr double kEnoughWeight = 0.5;

void TooFewBytes(const DetectorInput& input, const Topic& topic, double rate,
                 DetectorReport& report) {
  const double limit = input.options.partition_max_rate_bytes_per_s;
  const double each = rate / topic.partition_count;
  if (!(each > limit)) return;
  Anomaly anomaly = FindingOf(report, EscapeControl(topic.name), Severity::kWarning);
  anomaly.topics = {topic.name};
  anomaly.value = each;
  anomaly.threshold = limit;
  const double wanted = std::ceil(rate / limit);
  anomaly.evidence = {{"rate of the topic", rate, "bytes/s"},
                      {"partitions", static_cast<double>(topic.partition_count), ""},
                      {"rate of each", each, "bytes/s"},
                      {"partitions for that rate", wanted, ""}};
  anomaly.message =
      fmt::format("{} has {} partitions for {}: {} each, over {}", anomaly.subject,
                  topic.partition_count, HumanRate(rate), HumanRate(each), HumanRate(limit));
  anomaly.next_step = fmt::format(
      "levelwind plan --partitions {}={:.0f}: keys then map to other partitions, and there is no "
      "way back",
      anomaly.subject, wanted);
  if (wanted < 10'000) {
    anomaly.fix = AnomalyFix::kMorePartitions;
    anomaly.request.emplace().partitions = {fmt::format("{}={:.0f}", topic.name, wanted)};
  }
  report.anomalies.push_back(std::move(anomaly));
}

void TooManyForNothing(const DetectorInput& input, const Topic& topic, const TopicTrend& trend,
                       double rate, DetectorReport& report) {
  const double watched =
      static_cast<double>(input.trends->last().unix_ms - trend.since.unix_ms) / 1000;
  if (topic.internal || topic.partition_count < kManyForNothing || watched < kNothingForS) return;
  if (!(rate / topic.partition_count < kNothing)) return;
  Anomaly anomaly = FindingOf(report, EscapeControl(topic.name), Severity::kInfo);
  anomaly.topics = {topic.name};
  anomaly.value = topic.partition_count;
  anomaly.threshold = kManyForNothing;
  anomaly.evidence = {{"partitions", anomaly.value, ""}, {"rate of the topic", rate, "bytes/s"}};
  anomaly.message = fmt::format("{} has {} partitions and takes {} in the mean of hours",
                                anomaly.subject, topic.partition_count, HumanRate(rate));
  anomaly.next_step = "partitions cannot be taken away: a new topic with fewer, or delete it";
  report.anomalies.push_back(std::move(anomaly));
}

void JudgeTopics(const DetectorInput& input, DetectorReport& report) {
  std::size_t unknown = 0;
  for (const Topic& topic : input.now.topics) {
    const TopicTrend* trend =
        input.trends == nullptr ? nullptr : input.trends->FindTopic(topic.name);
    if (trend == nullptr || trend->weight < kEnoughWeight || topic.partition_count == 0) {
      ++unknown;
      continue;
    }
    double rate = 0;
    for (std::size_t i = 0; i < trend->sums.size(); ++i) rate += trend->MeanRate(i);
    TooFewBytes(input, topic, rate, report);
    TooManyForNothing(input, topic, *trend, rate, report);
  }
  if (unknown > 0) {
    Hold(report, fmt::format("rate of {} not known for 20 minutes yet", Count(unknown, "topic")));
  }
}

/// Each of its members reads one partition, and the group still falls behind: another would be
/// idle.
void JudgeGroup(const DetectorInput& input, const ConsumerGroup& group, DetectorReport& report) {
  const GroupTrend* trend = input.trends == nullptr ? nullptr : input.trends->FindGroup(group.name);
  if (trend == nullptr || trend->growing_since.unix_ms == 0 || group.owners.empty()) return;
  std::set<std::int32_t> topics;
  std::size_t owned = 0;
  for (const GroupOffset& offset : group.offsets) {
    if (offset.partition < 0 ||
        static_cast<std::size_t>(offset.partition) >= input.now.partitions.size()) {
      return;
    }
    topics.insert(input.now.partitions[static_cast<std::size_t>(offset.partition)].topic);
    owned += offset.owner >= 0 ? 1 : 0;
  }
  const double growing =
      static_cast<double>(input.trends->last().unix_ms - trend->growing_since.unix_ms) / 1000;
  const bool far = group.time_lag.seconds >= 5 * input.options.lag_min_s;  // NaN: false.
  if (owned == 0 || group.owners.size() < owned || !far || growing < input.options.lag_for_s)
    return;
  Anomaly anomaly = FindingOf(report, "group " + EscapeControl(group.name), Severity::kWarning);
  anomaly.group = group.name;
  for (const std::int32_t topic : topics) {
    anomaly.topics.push_back(input.now.topics[static_cast<std::size_t>(topic)].name);
  }
  anomaly.value = static_cast<double>(owned);
  anomaly.threshold = static_cast<double>(owned) + 1;
  anomaly.evidence = {{"partitions", anomaly.value, ""},
                      {"members", static_cast<double>(group.owners.size()), ""},
                      {"time lag", group.time_lag.seconds, "s"}};
  anomaly.message = fmt::format(
      "{} has a member for each of its {} and falls behind by {}: more members would be idle",
      anomaly.subject, Count(owned, "partition"), HumanDuration(group.time_lag.seconds));
  anomaly.next_step =
      fmt::format("make its consumers faster, or give {} more partitions", Some(anomaly.topics));
  report.anomalies.push_back(std::move(anomaly));
}

void JudgeLimits(const DetectorInput& input, DetectorReport& report) {
  const auto add = [&](std::string subject, double value, double limit, std::string message) {
    Anomaly anomaly = FindingOf(report, std::move(subject), Severity::kWarning);
    anomaly.value = value;
    anomaly.threshold = limit;
    anomaly.message = std::move(message);
    anomaly.evidence = {{"count", value, ""}, {"limit", limit, ""}};
    anomaly.next_step =
        "add brokers, or delete topics that nobody uses: starts, elections and memory grow with it";
    report.anomalies.push_back(std::move(anomaly));
    return &report.anomalies.back();
  };
  const std::int32_t most = input.options.broker_max_replicas;
  for (const auto& [id, sum] : SumUp(input.now).brokers) {
    if (sum.replicas <= most) continue;
    add(fmt::format("broker {}", id), sum.replicas, most,
        fmt::format("broker {} holds {} replicas, over {}", id, sum.replicas, most))
        ->brokers = {id};
  }
  const std::int32_t limit = input.options.cluster_max_partitions;
  if (std::ssize(input.now.partitions) > limit) {
    add("cluster", static_cast<double>(input.now.partitions.size()), limit,
        fmt::format("the cluster has {} partitions, over {}", input.now.partitions.size(), limit));
  }
}

}  // namespace

DetectorReport DetectPartitionCount(const DetectorInput& input) {
  DetectorReport report = ReportOf("partition_count");
  JudgeTopics(input, report);
  for (const ConsumerGroup& group : input.now.groups) JudgeGroup(input, group, report);
  JudgeLimits(input, report);
  return report;
}

}  // namespace levelwind::detectors
