// kminion 2.3's families, under its default prefix. Those of its offsets-topic mode and of its
// end-to-end test are not among them: nothing in a snapshot tells their figures.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <string>
#include <string_view>

#include "api/compat/compat_metrics.h"
#include "api/family_writer.h"

namespace levelwind::api {
namespace {

using GroupTopic = FamilyWriter::GroupTopic;

constexpr std::string_view kConsumer = "consumer";  // the protocol type of ordinary consumers

LabelWords Words() { return {"", "group_id=\"", "topic_name=\"", "partition_id=\""}; }

std::string BrokerLabels(const Broker& broker) {
  return MetricLabels({{"broker_id", std::to_string(broker.id)},
                       {"address", broker.host},
                       {"port", std::to_string(broker.port)},
                       {"rack_id", broker.rack}});
}

void RenderBrokers(const ClusterSnapshot& snapshot, MetricsText& text) {
  const auto seen = [](const Broker& broker) { return broker.state != BrokerState::kDead; };
  text.Family("kminion_kafka_cluster_info", MetricsText::Type::kGauge,
              "What the cluster is; always 1.");
  text.Count(
      MetricLabels({{"cluster_version", "unknown"},
                    {"broker_count", std::to_string(std::ranges::count_if(snapshot.brokers, seen))},
                    {"controller_id", std::to_string(snapshot.controller)},
                    {"cluster_id", snapshot.cluster_id}}),
      1);
  text.Family("kminion_kafka_broker_info", MetricsText::Type::kGauge,
              "What the broker is; always 1.");
  for (const Broker& broker : snapshot.brokers) {
    if (!seen(broker)) continue;
    const bool controller = broker.id == snapshot.controller;
    text.Row({BrokerLabels(broker), ",is_controller=\"", controller ? "true" : "false", "\""},
             MetricValue::Raw(1));
  }
  text.Family("kminion_kafka_broker_log_dir_size_total_bytes", MetricsText::Type::kGauge,
              "Bytes of all replicas on the broker.");
  for (const Broker& broker : snapshot.brokers) {
    if (!seen(broker) || broker.log_dirs.empty()) continue;
    std::int64_t bytes = 0;
    for (const LogDir& dir : broker.log_dirs) bytes += dir.replica_bytes;
    text.Count(BrokerLabels(broker), bytes);
  }
}

/// Bytes of all replicas; unknown if any broker's sizes are.
MetricValue SizeOfTopic(const ClusterSnapshot& snapshot, const Topic& topic) {
  if (!snapshot.confidence.sizes) return {};
  std::int64_t bytes = 0;
  for (const Partition& partition : snapshot.PartitionsOf(topic)) {
    for (const Replica& replica : snapshot.ReplicasOf(partition)) {
      if (!IsKnown(replica.size_bytes)) return {};
      bytes += replica.size_bytes;
    }
  }
  return MetricValue::Raw(bytes);
}

/// Sum over a topic's partitions; unknown if any one is.
MetricValue SumOf(const ClusterSnapshot& snapshot, const Topic& topic,
                  std::int64_t Partition::*offset) {
  std::int64_t sum = 0;
  for (const Partition& partition : snapshot.PartitionsOf(topic)) {
    if (!IsKnown(partition.*offset)) return {};
    sum += partition.*offset;
  }
  return MetricValue::Raw(sum);
}

void RenderTopics(FamilyWriter& write) {
  const ClusterSnapshot& snapshot = write.snapshot();
  write.PerTopic(
      "kminion_kafka_topic_info", "What the topic is; always 1.", [&](const Topic& topic) {
        const auto partitions = snapshot.PartitionsOf(topic);
        const int factor = partitions.empty() ? 0 : partitions[0].replica_count;
        write.extra() =
            "," + MetricLabels({{"partition_count", std::to_string(topic.partition_count)},
                                {"replication_factor", std::to_string(factor)},
                                {"cleanup_policy", "N/A"}});
        return MetricValue::Raw(1);
      });
  write.PerTopic("kminion_kafka_topic_log_dir_size_total_bytes", "Bytes of all of its replicas.",
                 [&](const Topic& topic) { return SizeOfTopic(snapshot, topic); });
  write.PerPartition("kminion_kafka_topic_partition_low_water_mark",
                     "First offset that can be read.",
                     [](const Partition& p) { return MetricValue::Known(p.log_start_offset); });
  write.PerPartition("kminion_kafka_topic_partition_high_water_mark", "High watermark.",
                     [](const Partition& p) { return MetricValue::Known(p.log_end_offset); });
  write.PerTopic(
      "kminion_kafka_topic_low_water_mark_sum", "Sum of the low water marks.",
      [&](const Topic& topic) { return SumOf(snapshot, topic, &Partition::log_start_offset); });
  write.PerTopic(
      "kminion_kafka_topic_high_water_mark_sum", "Sum of the high water marks.",
      [&](const Topic& topic) { return SumOf(snapshot, topic, &Partition::log_end_offset); });
}

void RenderGroups(FamilyWriter& write) {
  write.PerGroup("kminion_kafka_consumer_group_info", "1 when the group is stable, else 0.",
                 [&](const ConsumerGroup& group) {
                   write.extra() =
                       "," + MetricLabels({{"protocol", group.assignor},
                                           {"protocol_type", group.protocol_type},
                                           {"state", group.state},
                                           {"coordinator_id", std::to_string(group.coordinator)}});
                   return MetricValue::Raw(group.state == "Stable" ? 1 : 0);
                 });
  write.PerGroup("kminion_kafka_consumer_group_members", "Members of the group.",
                 [](const auto& group) { return MetricValue::Known(group.member_count); });
  write.PerGroup("kminion_kafka_consumer_group_empty_members",
                 "Members of the group that have no partition.", [](const ConsumerGroup& group) {
                   const auto having = static_cast<std::int64_t>(group.owners.size());
                   const std::int64_t empty = group.member_count - having;
                   return empty > 0 ? MetricValue::Raw(empty) : MetricValue{};
                 });
}

MetricValue MembersIn(const GroupTopic& topic) {
  if (topic.group.protocol_type != kConsumer) return {};
  std::set<std::int32_t> members;
  for (const GroupOffset& row : topic.rows) {
    if (row.owner >= 0) members.insert(row.owner);
  }
  return members.empty() ? MetricValue{} : MetricValue::Raw(members.size());
}

MetricValue AssignedIn(const GroupTopic& topic) {
  if (topic.group.protocol_type != kConsumer) return {};
  const auto assigned =
      std::ranges::count_if(topic.rows, [](const auto& r) { return r.owner >= 0; });
  return assigned == 0 ? MetricValue{} : MetricValue::Raw(assigned);
}

MetricValue CommittedIn(const GroupTopic& topic) {
  std::int64_t sum = 0;
  bool any = false;
  for (const GroupOffset& row : topic.rows) {
    if (!IsKnown(row.committed)) continue;
    sum += row.committed;
    any = true;
  }
  return any ? MetricValue::Raw(sum) : MetricValue{};
}

void RenderGroupTopics(FamilyWriter& write) {
  write.PerGroupTopic("kminion_kafka_consumer_group_topic_members",
                      "Members of the group that have partitions of the topic.", MembersIn);
  write.PerGroupTopic("kminion_kafka_consumer_group_topic_assigned_partitions",
                      "Partitions of the topic that members of the group have.", AssignedIn);
  write.PerGroupTopic("kminion_kafka_consumer_group_topic_offset_sum",
                      "Sum of the committed offsets.", CommittedIn);
  write.PerGroupTopic("kminion_kafka_consumer_group_topic_lag", "Messages behind in the topic.",
                      [](const auto& topic) { return MetricValue::Known(SumOfLags(topic.rows)); });
}

}  // namespace

void RenderKminionCounters(const ClusterSnapshot& snapshot, const SeriesSet& set,
                           MetricsText& text) {
  FamilyWriter write(snapshot, set, text, Words());
  // kminion counts records of the offsets topic; what looks can tell is not that.
  write.PerGroup(
      "kminion_kafka_consumer_group_offset_commits_total", "Offsets that the group committed.",
      [](const ConsumerGroup& group) {
        return group.activity.from_records ? MetricValue::Known(group.activity.commits)
                                           : MetricValue{};
      },
      MetricsText::Type::kCounter);
}

void RenderKminion(const ClusterSnapshot& snapshot, const SeriesSet& set, const MetricsSetup& setup,
                   MetricsText& text) {
  FamilyWriter write(snapshot, set, text, Words());
  RenderBrokers(snapshot, text);
  RenderTopics(write);
  RenderGroups(write);
  if (setup.options.granularity == MetricsGranularity::kGroup) return;
  RenderGroupTopics(write);
  if (setup.options.granularity == MetricsGranularity::kTopic) return;
  write.PerGroupPartition(
      "kminion_kafka_consumer_group_topic_partition_lag", "Messages behind in the partition.",
      [](const auto&, const auto&, const auto& offset) { return MetricValue::Known(offset.lag); });
}

}  // namespace levelwind::api
