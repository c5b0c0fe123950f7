#include "detectors/retention_loss.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "detectors/describe.h"
#include "detectors/trend_history.h"
#include "model/cluster_facts.h"

namespace levelwind::detectors {
namespace {

struct Danger {
  TopicPartition partition;
  double hours = kUnknown;  ///< <= 0: some are gone already.
  std::int64_t lost = 0;
  bool by_time = false;
};

/// By age: the next record's against retention.ms. Kafka deletes whole segments, so that it may
/// live a little longer.
double HoursByAge(const ClusterSnapshot& snapshot, const Partition& p, const GroupOffset& offset) {
  const TopicSettings* settings =
      snapshot.facts == nullptr ? nullptr : snapshot.facts->FindTopic(snapshot.TopicOf(p).name);
  if (settings == nullptr || !settings->deleted.value_or(false)) return kUnknown;
  if (!IsKnown(settings->retention_ms) || settings->retention_ms == TopicSettings::kNoLimit) {
    return kUnknown;
  }
  // Unknown where the age is.
  return (static_cast<double>(settings->retention_ms) / 1000 - offset.lag_seconds) / 3600;
}

/// By offset: how fast the log's start comes nearer, whatever it is that deletes.
double HoursByStart(const DetectorInput& input, const ConsumerGroup& group, const Partition& p,
                    const GroupOffset& offset) {
  const double start_rate = input.trends->LogStartRate(input.now, p);
  const double reads =
      KnownOr(group.consume_rate_per_s, 0) / static_cast<double>(group.offsets.size());
  const double closing = start_rate - (offset.verdict == LagVerdict::kSlow ? reads : 0);
  if (!(closing > 0)) return kUnknown;
  return static_cast<double>(offset.committed - p.log_start_offset) / closing / 3600;
}

std::optional<Danger> Judge(const DetectorInput& input, const ConsumerGroup& group,
                            const GroupOffset& offset) {
  const auto index = static_cast<std::size_t>(offset.partition);
  if (offset.partition < 0 || index >= input.now.partitions.size()) return std::nullopt;
  const Partition& p = input.now.partitions[index];
  if (!IsKnown(offset.committed) || offset.lag <= 0) return std::nullopt;
  Danger danger{.partition = {}, .hours = kUnknown, .lost = 0, .by_time = false};
  if (IsKnown(p.log_start_offset) && offset.committed < p.log_start_offset) {
    danger.lost = p.log_start_offset - offset.committed;
    danger.hours = 0;
  } else {
    const bool reads_on =
        offset.verdict <= LagVerdict::kUndecided || offset.verdict == LagVerdict::kRewound;
    if (reads_on) return std::nullopt;
    const double by_age = HoursByAge(input.now, p, offset);
    const double by_start = HoursByStart(input, group, p, offset);
    danger.by_time = !(by_start < by_age);
    danger.hours = danger.by_time ? by_age : by_start;
    if (!IsKnown(danger.hours)) danger.hours = by_start;
    if (!(danger.hours <= input.options.retention_loss_hours)) return std::nullopt;
  }
  danger.partition = input.now.NameOf(p);
  return danger;
}

void Describe(const DetectorInput& input, const ConsumerGroup& group, const Danger& worst,
              std::vector<TopicPartition> partitions, std::size_t count, DetectorReport& report) {
  Anomaly anomaly = FindingOf(report, "group " + EscapeControl(group.name), Severity::kCritical);
  anomaly.group = group.name;
  anomaly.partitions = std::move(partitions);
  anomaly.value = worst.hours;
  anomaly.threshold = input.options.retention_loss_hours;
  anomaly.evidence = {{"partitions", static_cast<double>(count), ""},
                      {"hours left", worst.hours, "h"}};
  const std::string name = EscapeControl(worst.partition.ToString());
  if (worst.lost > 0) {
    anomaly.evidence.push_back({"records lost", static_cast<double>(worst.lost), "messages"});
    anomaly.message = fmt::format("{} has lost {} records of {}: they were deleted unread",
                                  anomaly.subject, worst.lost, name);
    anomaly.next_step = "raise the retention, then let it catch up; what is gone is gone";
  } else {
    anomaly.message =
        fmt::format("{} loses records of {} in {:.1f} hours: {}", anomaly.subject, name,
                    worst.hours > 0 ? worst.hours : 0,
                    worst.by_time ? "its next record is about as old as retention.ms"
                                  : "the log's start comes nearer faster than it reads");
    anomaly.next_step = "raise the topic's retention now, then add or mend its consumers";
  }
  report.anomalies.push_back(std::move(anomaly));
}

}  // namespace

DetectorReport DetectRetentionLoss(const DetectorInput& input) {
  DetectorReport report = ReportOf("retention_loss");
  if (input.trends == nullptr) {
    report.held_because = "no history is kept";
    return report;
  }
  for (const ConsumerGroup& group : input.now.groups) {
    const GroupTrend* trend = input.trends->FindGroup(group.name);
    // Nobody misses what a group that was never seen at work does not read.
    if (trend == nullptr || trend->with_members_at.unix_ms == 0) continue;
    std::optional<Danger> worst;
    std::vector<TopicPartition> partitions;
    std::size_t count = 0;
    for (const GroupOffset& offset : group.offsets) {
      const std::optional<Danger> danger = Judge(input, group, offset);
      if (!danger) continue;
      ++count;
      if (partitions.size() < Anomaly::kMostNamed) partitions.push_back(danger->partition);
      if (!worst || danger->hours < worst->hours || danger->lost > worst->lost) worst = danger;
    }
    if (worst) Describe(input, group, *worst, std::move(partitions), count, report);
  }
  if (input.now.facts == nullptr) {
    report.held_because =
        "retention of the topics unknown: judged by the movement of log starts only";
  }
  return report;
}

}  // namespace levelwind::detectors
