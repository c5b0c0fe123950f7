#include "api/group_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include "api/views.h"

namespace levelwind::api {
namespace {

/// To the millisecond; more would be digits of the clock.
MetricValue Seconds(double seconds) {
  return MetricValue::Known(std::round(seconds * 1000) / 1000);
}

/// Unknown while it is of any partition, or there is none.
double ArrivedPerSecond(const ClusterSnapshot& snapshot, const ConsumerGroup& group) {
  double sum = 0;
  bool any = false;
  for (const GroupOffset& offset : group.offsets) {
    const auto index = static_cast<std::size_t>(offset.partition);
    if (!IsKnown(offset.committed) || index >= snapshot.partitions.size()) continue;
    any = true;
    sum += snapshot.partitions[index].load.messages_in_per_s;  // NaN, unknown, stays NaN.
  }
  return any ? sum : kUnknown;
}

void RenderRates(FamilyWriter& write) {
  write.PerGroup("levelwind_group_lag_growth_per_second",
                 "Change of the lag; positive: falls behind.",
                 [](const auto& group) { return MetricValue::Known(group.lag_growth_per_s); });
  write.PerGroup("levelwind_group_consumed_per_second", "Messages that the group commits a second.",
                 [](const auto& group) { return MetricValue::Known(group.consume_rate_per_s); });
  write.PerGroup("levelwind_group_arrived_per_second",
                 "Messages produced a second to the partitions that the group commits.",
                 [&](const auto& group) {
                   return MetricValue::Known(ArrivedPerSecond(write.snapshot(), group));
                 });
  write.PerGroup(
      "levelwind_group_drain_seconds",
      "How long the lag lasts at the pace at which it falls now; absent while it does not fall.",
      [](const auto& group) { return MetricValue::Known(DrainSeconds(group)); });
}

void RenderTotals(FamilyWriter& write) {
  write.PerGroup("levelwind_group_info", "What the consumer group is; always 1.",
                 [&](const ConsumerGroup& group) {
                   write.extra() = "," + MetricLabels({{"type", group.type},
                                                       {"state", group.state},
                                                       {"protocol_type", group.protocol_type},
                                                       {"assignor", group.assignor}});
                   return MetricValue::Raw(1);
                 });
  write.PerGroup("levelwind_group_members", "Members of the group.",
                 [](const auto& group) { return MetricValue::Known(group.member_count); });
  write.PerGroup(
      "levelwind_group_total_lag",
      "Messages behind, all partitions together; absent while any partition's lag is unknown.",
      [](const auto& group) { return MetricValue::Known(group.total_lag); });
  write.PerGroup(
      "levelwind_group_max_lag_seconds",
      "Age of the oldest record that the group has to read, all partitions; see docs/lag.md.",
      [](const auto& group) { return Seconds(group.time_lag.seconds); });
  write.PerGroup("levelwind_group_max_lag_error_seconds",
                 "By how much max_lag_seconds may be off; absent where it is only a lower bound.",
                 [](const auto& group) { return Seconds(group.time_lag.error_s); });
  write.PerGroup("levelwind_group_verdict",
                 "What the group's lag amounts to, as the label says; always 1.",
                 [&](const ConsumerGroup& group) {
                   write.extra() = "," + MetricLabels({{"verdict", LagVerdictName(group.verdict)}});
                   return MetricValue::Raw(1);
                 });
  write.PerGroup("levelwind_group_records_lost",
                 "Records that retention deleted before the group read them.",
                 [](const auto& group) { return MetricValue::Known(group.records_lost); });
}

constexpr std::string_view kAlias = "consumer_lag_seconds";
constexpr std::string_view kAliasHelp =
    "Age of the next record that the group has to read, under the name that alerts know.";

void RenderPartitions(FamilyWriter& write) {
  const auto seconds = [](const auto&, const auto&, const GroupOffset& offset) {
    return Seconds(offset.lag_seconds);
  };
  write.PerGroupPartition(
      "levelwind_group_lag", "Messages between committed offset and high watermark.",
      [](const auto&, const auto&, const auto& offset) { return MetricValue::Known(offset.lag); });
  write.PerGroupPartition("levelwind_group_committed_offset",
                          "Offset that the group committed last.",
                          [](const auto&, const auto&, const auto& offset) {
                            return MetricValue::Known(offset.committed);
                          });
  write.PerGroupPartition("levelwind_group_lag_seconds",
                          "Age of the next record that the group has to read; 0 when caught up.",
                          seconds);
  write.PerGroupPartition(kAlias, kAliasHelp, seconds);
  write.PerGroupPartition(
      "levelwind_group_retention_margin",
      "Records between log start and committed offset of a partition with lag; below 0: lost.",
      [](const auto&, const Partition& partition, const GroupOffset& offset) {
        if (offset.lag <= 0) return MetricValue{};
        return MetricValue::Known(RetentionMargin(partition, offset));
      });
}

/// The largest time lag in the topic; unknown if any is.
MetricValue OldestIn(const FamilyWriter::GroupTopic& topic) {
  double most = kUnknown;
  for (const GroupOffset& offset : topic.rows) {
    if (!IsKnown(offset.committed)) continue;
    const double seconds = static_cast<double>(offset.lag_seconds);
    if (!IsKnown(seconds)) return {};
    most = IsKnown(most) ? std::max(most, seconds) : seconds;
  }
  return Seconds(most);
}

void RenderTopics(FamilyWriter& write) {
  write.PerGroupTopic("levelwind_group_topic_lag",
                      "Messages behind in the topic; absent while any partition's lag is unknown.",
                      [](const auto& topic) { return MetricValue::Known(SumOfLags(topic.rows)); });
  write.PerGroupTopic("levelwind_group_topic_max_lag_seconds",
                      "Age of the oldest record of the topic that the group has to read.",
                      OldestIn);
  write.PerGroupTopic(kAlias, kAliasHelp, OldestIn);
}

}  // namespace

void RenderGroupFamilies(FamilyWriter& write, MetricsGranularity granularity) {
  RenderTotals(write);
  RenderRates(write);
  switch (granularity) {
    case MetricsGranularity::kPartition:
      return RenderPartitions(write);
    case MetricsGranularity::kTopic:
      return RenderTopics(write);
    case MetricsGranularity::kGroup:
      return write.PerGroup(kAlias, kAliasHelp,
                            [](const auto& group) { return Seconds(group.time_lag.seconds); });
  }
}

}  // namespace levelwind::api
