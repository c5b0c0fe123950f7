#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "api/snapshot_labels.h"
#include "api/views.h"

namespace levelwind::api {
namespace {

using Type = MetricsText::Type;

/// Above this many partitions, or pairs of group and partition, there are no series per partition:
/// hundreds of megabytes a scrape would help nobody, and the totals are all there.
constexpr std::size_t kMostPartitions = 50'000;
constexpr std::size_t kMostGroupPartitions = 250'000;

bool TooManyForPartitionSeries(const ClusterSnapshot& snapshot) {
  std::size_t pairs = 0;
  for (const ConsumerGroup& group : snapshot.groups) pairs += group.offsets.size();
  return snapshot.partitions.size() > kMostPartitions || pairs > kMostGroupPartitions;
}

void LabelPartitions(const ClusterSnapshot& snapshot, SnapshotLabels& labels) {
  if (TooManyForPartitionSeries(snapshot)) {
    labels.left_out += snapshot.partitions.size();
    return;
  }
  std::unordered_set<std::string> used;
  for (const Topic& topic : snapshot.topics) {
    const std::string name = MetricLabels({{"topic", topic.name}});
    if (!used.insert(name).second) {
      labels.left_out += topic.partition_count;
      continue;
    }
    for (const Partition& partition : snapshot.PartitionsOf(topic)) {
      const auto index = static_cast<std::size_t>(&partition - snapshot.partitions.data());
      labels.partitions[index] = name + ",partition=\"" + std::to_string(partition.number) + '"';
    }
  }
}

/// Writes families over all groups that have labels.
class GroupFamilies {
 public:
  GroupFamilies(const ClusterSnapshot& snapshot, const SnapshotLabels& labels, MetricsText& text)
      : snapshot_(snapshot), labels_(labels), text_(text) {}

  template <class Write>
  void PerGroup(std::string_view name, std::string_view help, Write write) {
    text_.Family(name, Type::kGauge, help);
    for (std::size_t i = 0; i < labels_.groups.size(); ++i) {
      if (!labels_.groups[i].empty()) write(labels_.groups[i], snapshot_.groups[i]);
    }
  }
  template <class Write>
  void PerPartition(std::string_view name, std::string_view help, Write write) {
    PerGroup(name, help, [&](const std::string& label, const ConsumerGroup& group) {
      std::int32_t last = -1;
      for (const GroupOffset& offset : group.offsets) {
        const auto index = static_cast<std::size_t>(offset.partition);
        if (offset.partition <= last || index >= labels_.partitions.size()) continue;
        last = offset.partition;
        if (labels_.partitions[index].empty()) continue;
        write(label + ',' + labels_.partitions[index], offset);
      }
    });
  }

 private:
  const ClusterSnapshot& snapshot_;
  const SnapshotLabels& labels_;
  MetricsText& text_;
};

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

void RenderRates(const ClusterSnapshot& snapshot, GroupFamilies& families, MetricsText& text) {
  families.PerGroup(
      "levelwind_group_lag_growth_per_second", "Change of the lag; positive: falls behind.",
      [&](const auto& label, const auto& group) { text.Sample(label, group.lag_growth_per_s); });
  families.PerGroup(
      "levelwind_group_consumed_per_second", "Messages that the group commits a second.",
      [&](const auto& label, const auto& group) { text.Sample(label, group.consume_rate_per_s); });
  families.PerGroup("levelwind_group_arrived_per_second",
                    "Messages produced a second to the partitions that the group commits.",
                    [&](const auto& label, const auto& group) {
                      text.Sample(label, ArrivedPerSecond(snapshot, group));
                    });
  families.PerGroup(
      "levelwind_group_drain_seconds",
      "How long the lag lasts at the pace at which it falls now; absent while it does not fall.",
      [&](const auto& label, const auto& group) { text.Sample(label, DrainSeconds(group)); });
}

void RenderTotals(GroupFamilies& families, MetricsText& text) {
  families.PerGroup("levelwind_group_info", "What the consumer group is; always 1.",
                    [&](const std::string& label, const ConsumerGroup& group) {
                      text.Count(label + "," +
                                     MetricLabels({{"type", group.type},
                                                   {"state", group.state},
                                                   {"protocol_type", group.protocol_type},
                                                   {"assignor", group.assignor}}),
                                 1);
                    });
  families.PerGroup(
      "levelwind_group_members", "Members of the group.",
      [&](const auto& label, const auto& group) { text.Count(label, group.member_count); });
  families.PerGroup(
      "levelwind_group_total_lag",
      "Messages behind, all partitions together; absent while any partition's lag is unknown.",
      [&](const auto& label, const auto& group) { text.Count(label, group.total_lag); });
  families.PerGroup(
      "levelwind_group_max_lag_seconds",
      "Age of the oldest record that the group has to read, all partitions; see docs/lag.md.",
      [&](const auto& label, const auto& group) { text.Sample(label, group.time_lag.seconds); });
  families.PerGroup(
      "levelwind_group_max_lag_error_seconds",
      "By how much max_lag_seconds may be off; absent where it is only a lower bound.",
      [&](const auto& label, const auto& group) { text.Sample(label, group.time_lag.error_s); });
  families.PerGroup(
      "levelwind_group_verdict", "What the group's lag amounts to, as the label says; always 1.",
      [&](const std::string& label, const ConsumerGroup& group) {
        text.Count(label + "," + MetricLabels({{"verdict", LagVerdictName(group.verdict)}}), 1);
      });
  families.PerGroup(
      "levelwind_group_records_lost", "Records that retention deleted before the group read them.",
      [&](const auto& label, const auto& group) { text.Count(label, group.records_lost); });
}

}  // namespace

SnapshotLabels PrepareLabels(const ClusterSnapshot& snapshot) {
  SnapshotLabels labels;
  labels.partitions.resize(snapshot.partitions.size());
  LabelPartitions(snapshot, labels);
  std::unordered_set<std::string> used;
  for (const ConsumerGroup& group : snapshot.groups) {
    std::string name = MetricLabels({{"group", group.name}});
    const bool fresh = used.insert(name).second;
    labels.left_out += fresh ? 0 : group.offsets.size();
    labels.groups.push_back(fresh ? std::move(name) : std::string());
  }
  return labels;
}

void RenderGroupFamilies(const ClusterSnapshot& snapshot, const SnapshotLabels& labels,
                         MetricsText& text) {
  GroupFamilies families(snapshot, labels, text);
  RenderTotals(families, text);
  RenderRates(snapshot, families, text);
  const auto seconds = [&](const std::string& label, const GroupOffset& offset) {
    text.Sample(label, offset.lag_seconds);
  };
  families.PerPartition(
      "levelwind_group_lag", "Messages between committed offset and high watermark.",
      [&](const std::string& label, const GroupOffset& offset) { text.Count(label, offset.lag); });
  families.PerPartition("levelwind_group_committed_offset", "Offset that the group committed last.",
                        [&](const std::string& label, const GroupOffset& offset) {
                          text.Count(label, offset.committed);
                        });
  families.PerPartition("levelwind_group_lag_seconds",
                        "Age of the next record that the group has to read; 0 when caught up.",
                        seconds);
  families.PerPartition("consumer_lag_seconds", "The same as levelwind_group_lag_seconds.",
                        seconds);
  families.PerPartition(
      "levelwind_group_retention_margin",
      "Records between log start and committed offset of a partition with lag; below 0: lost.",
      [&](const std::string& label, const GroupOffset& offset) {
        if (offset.lag <= 0) return;
        const auto index = static_cast<std::size_t>(offset.partition);
        text.Sample(label, RetentionMargin(snapshot.partitions[index], offset));
      });
}

}  // namespace levelwind::api
