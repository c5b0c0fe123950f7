// kafka-lag-exporter 0.8's families. A partition that a member has and nobody committed to is not
// left out there: its figures are NaN.
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "api/compat/compat_metrics.h"
#include "api/family_writer.h"

namespace levelwind::api {
namespace {

using GroupTopic = FamilyWriter::GroupTopic;

constexpr std::string_view kNobody = "unknown";

/// Partitions that some group uses, by index.
std::vector<bool> UsedPartitions(const ClusterSnapshot& snapshot, const SeriesSet& set) {
  std::vector<bool> used(snapshot.partitions.size());
  for (std::size_t g = 0; g < snapshot.groups.size(); ++g) {
    if (!set.group(g).shown) continue;
    for (const GroupOffset& row : set.rows(g)) used[static_cast<std::size_t>(row.partition)] = true;
  }
  return used;
}

void RenderPartitions(FamilyWriter& write, const SeriesSet& set) {
  const ClusterSnapshot& snapshot = write.snapshot();
  const std::vector<bool> used = UsedPartitions(snapshot, set);
  const auto family = [&](std::string_view name, std::string_view help,
                          std::int64_t Partition::*offset) {
    write.PerPartition(name, help, [&](const Partition& partition) {
      const auto index = static_cast<std::size_t>(&partition - snapshot.partitions.data());
      return used[index] ? MetricValue::Known(partition.*offset) : MetricValue{};
    });
  };
  family("kafka_partition_latest_offset", "High watermark of a partition that a group uses.",
         &Partition::log_end_offset);
  family("kafka_partition_earliest_offset", "First offset of a partition that a group uses.",
         &Partition::log_start_offset);
}

void AppendMember(const GroupOwner* owner, std::string& labels) {
  labels += ",member_host=\"";
  AppendLabelValue(labels, owner == nullptr ? kNobody : owner->host);
  labels += "\",consumer_id=\"";
  AppendLabelValue(labels, owner == nullptr ? kNobody : owner->member_id);
  labels += "\",client_id=\"";
  AppendLabelValue(labels, owner == nullptr ? kNobody : owner->client_id);
  labels += '"';
}

void RenderGroupPartitions(FamilyWriter& write) {
  const auto family = [&](std::string_view name, std::string_view help, auto value) {
    write.PerGroupPartition(
        name, help, [&](const ConsumerGroup& group, const Partition&, const GroupOffset& offset) {
          AppendMember(group.FindOwner(offset), write.extra());
          return value(offset);
        });
  };
  // Unknown is not a number there, whatever the reason.
  const auto count = [](std::int64_t value) {
    return IsKnown(value) ? MetricValue::Raw(value) : MetricValue::Raw(kUnknown);
  };
  family("kafka_consumergroup_group_offset", "Committed offset; NaN: none.",
         [&](const GroupOffset& offset) { return count(offset.committed); });
  family("kafka_consumergroup_group_lag", "Messages behind; NaN: nothing was committed.",
         [&](const GroupOffset& offset) { return count(offset.lag); });
  family("kafka_consumergroup_group_lag_seconds",
         "Age of the next record that the group has to read; NaN: not known.",
         [](const GroupOffset& offset) {
           return MetricValue::Raw(static_cast<double>(offset.lag_seconds));
         });
}

/// What the group's committed partitions have most of; NaN ones do not count.
template <class Figure>
MetricValue MostOf(const ConsumerGroup& group, Figure figure) {
  double most = kUnknown;
  for (const GroupOffset& offset : group.offsets) {
    const double value = figure(offset);
    if (IsKnown(value) && !(value <= most)) most = value;
  }
  return MetricValue::Known(most);
}

MetricValue SumOfKnown(std::span<const GroupOffset> rows) {
  std::int64_t sum = 0;
  bool any = false;
  for (const GroupOffset& row : rows) {
    if (!IsKnown(row.lag)) continue;
    sum += row.lag;
    any = true;
  }
  return any ? MetricValue::Raw(sum) : MetricValue{};
}

void RenderTotals(FamilyWriter& write) {
  write.PerGroup("kafka_consumergroup_group_max_lag", "Largest lag of the group's partitions.",
                 [](const ConsumerGroup& group) {
                   return MostOf(group, [](const GroupOffset& o) {
                     return IsKnown(o.lag) ? static_cast<double>(o.lag) : kUnknown;
                   });
                 });
  write.PerGroup("kafka_consumergroup_group_max_lag_seconds",
                 "Largest time lag of the group's partitions.", [](const ConsumerGroup& group) {
                   return MostOf(group, [](const GroupOffset& o) {
                     return static_cast<double>(o.lag_seconds);
                   });
                 });
  write.PerGroup("kafka_consumergroup_group_sum_lag", "Messages behind, all partitions together.",
                 [](const ConsumerGroup& group) { return SumOfKnown(group.offsets); });
}

/// How long the last look at groups and offsets took.
void RenderPollTime(const ClusterSnapshot& snapshot, const LabelWords& words, MetricsText& text) {
  double milliseconds = 0;
  for (const SourceStatus& source : snapshot.sources) {
    if (source.name != "groups" && source.name != "offsets") continue;
    milliseconds += ToSeconds(source.duration) * 1000;
  }
  text.Family("kafka_consumergroup_poll_time_ms", MetricsText::Type::kGauge,
              "How long the last look at groups and offsets took.");
  text.Row({std::string_view(words.head).substr(0, words.head.size() - 1)},
           MetricValue::Known(milliseconds));
}

}  // namespace

void RenderKafkaLagExporter(const ClusterSnapshot& snapshot, const SeriesSet& set,
                            const MetricsSetup& setup, MetricsText& text) {
  const std::string head = MetricLabels({{"cluster_name", setup.cluster_name}}) + ",";
  FamilyWriter write(snapshot, set, text, {head});
  RenderPartitions(write, set);
  if (setup.options.granularity == MetricsGranularity::kPartition) RenderGroupPartitions(write);
  if (setup.options.granularity != MetricsGranularity::kGroup) {
    write.PerGroupTopic("kafka_consumergroup_group_topic_sum_lag", "Messages behind in the topic.",
                        [](const GroupTopic& topic) { return SumOfKnown(topic.rows); });
  }
  RenderTotals(write);
  RenderPollTime(snapshot, write.words(), text);
}

}  // namespace levelwind::api
