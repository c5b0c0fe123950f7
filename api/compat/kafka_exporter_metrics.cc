// kafka_exporter 1.9's families. Uncommitted is -1 there, the lag is not cut off at 0, and a group
// has series for all partitions of a topic as soon as it committed to one of them.
#include <algorithm>
#include <span>
#include <string>

#include "api/compat/compat_metrics.h"
#include "api/family_writer.h"

namespace levelwind::api {
namespace {

using GroupTopic = FamilyWriter::GroupTopic;

bool AnyCommit(const GroupTopic& topic) {
  return std::ranges::any_of(topic.rows, [](const auto& row) { return IsKnown(row.committed); });
}

/// Whether some commit of the group could not be read: then a partition without one need not be
/// uncommitted. The total is unknown then although each lag is known.
bool CommitsAreMissing(const ConsumerGroup& group) {
  if (IsKnown(group.total_lag)) return false;
  const auto known = [](const auto& row) { return IsKnown(row.lag) || !IsKnown(row.committed); };
  return std::ranges::all_of(group.offsets, known);
}

std::int64_t Uncommitted(const GroupTopic& topic) {
  const auto committed =
      std::ranges::count_if(topic.rows, [](const auto& row) { return IsKnown(row.committed); });
  return static_cast<std::int64_t>(topic.topic.partition_count) - committed;
}

void RenderBrokers(const ClusterSnapshot& snapshot, MetricsText& text) {
  const auto seen = [](const Broker& broker) { return broker.state != BrokerState::kDead; };
  text.Gauge("kafka_brokers", "Brokers in the cluster's metadata.",
             static_cast<double>(std::ranges::count_if(snapshot.brokers, seen)));
  text.Family("kafka_broker_info", MetricsText::Type::kGauge, "What the broker is; always 1.");
  for (const Broker& broker : snapshot.brokers) {
    if (!seen(broker)) continue;
    text.Count(MetricLabels({{"id", std::to_string(broker.id)},
                             {"address", broker.host + ":" + std::to_string(broker.port)}}),
               1);
  }
}

void RenderTopics(FamilyWriter& write) {
  const ClusterSnapshot& snapshot = write.snapshot();
  const auto in_sync = [&](const Partition& p) {
    return std::ranges::count_if(snapshot.ReplicasOf(p), &Replica::in_sync);
  };
  const auto family = [&](std::string_view name, std::string_view help, auto value) {
    write.PerPartition(name, help,
                       [&](const Partition& p) { return MetricValue::Known(value(p)); });
  };
  write.PerTopic("kafka_topic_partitions", "Partitions of the topic.",
                 [](const Topic& topic) { return MetricValue::Raw(topic.partition_count); });
  family("kafka_topic_partition_current_offset", "High watermark.",
         [](const Partition& p) { return p.log_end_offset; });
  family("kafka_topic_partition_oldest_offset", "First offset that can be read.",
         [](const Partition& p) { return p.log_start_offset; });
  family("kafka_topic_partition_leader", "Broker id of the leader.",
         [](const Partition& p) { return p.leader; });
  family("kafka_topic_partition_leader_is_preferred",
         "Whether the first replica of the partition leads it.", [&](const Partition& p) {
           const auto replicas = snapshot.ReplicasOf(p);
           return !replicas.empty() && p.leader != kNoBroker && replicas[0].broker == p.leader ? 1
                                                                                               : 0;
         });
  family("kafka_topic_partition_replicas", "Replicas of the partition.",
         [](const Partition& p) { return p.replica_count; });
  family("kafka_topic_partition_in_sync_replica", "Replicas that are in sync.", in_sync);
  family("kafka_topic_partition_under_replicated_partition", "Whether a replica is not in sync.",
         [&](const Partition& p) { return in_sync(p) < p.replica_count ? 1 : 0; });
}

MetricValue CommittedOf(const GroupTopic& topic, const GroupOffset* row) {
  if (!AnyCommit(topic)) return {};
  if (row != nullptr && IsKnown(row->committed)) return MetricValue::Raw(row->committed);
  return CommitsAreMissing(topic.group) ? MetricValue{} : MetricValue::Raw(-1);
}

MetricValue LagOf(const GroupTopic& topic, const Partition& partition, const GroupOffset* row) {
  if (row == nullptr || !IsKnown(row->committed)) return CommittedOf(topic, row);
  if (topic.group.type == "share") return MetricValue::Known(row->lag);
  if (!IsKnown(partition.log_end_offset)) return {};
  return MetricValue::Raw(partition.log_end_offset - row->committed);
}

MetricValue CommittedSum(const GroupTopic& topic) {
  if (!AnyCommit(topic) || CommitsAreMissing(topic.group)) return {};
  std::int64_t sum = -Uncommitted(topic);
  for (const GroupOffset& row : topic.rows) sum += IsKnown(row.committed) ? row.committed : 0;
  return MetricValue::Raw(sum);
}

MetricValue LagSum(const ClusterSnapshot& snapshot, const GroupTopic& topic) {
  if (!AnyCommit(topic) || CommitsAreMissing(topic.group)) return {};
  std::int64_t sum = 0;
  for (const GroupOffset& row : topic.rows) {
    if (!IsKnown(row.committed)) continue;
    const Partition& partition = snapshot.partitions[static_cast<std::size_t>(row.partition)];
    const MetricValue lag = LagOf(topic, partition, &row);
    if (lag.kind == MetricValue::Kind::kNothing) return {};
    sum += lag.whole;
  }
  return MetricValue::Raw(sum);
}

}  // namespace

void RenderKafkaExporter(const ClusterSnapshot& snapshot, const SeriesSet& set,
                         const MetricsSetup& setup, MetricsText& text) {
  FamilyWriter write(snapshot, set, text, {"", "consumergroup=\""});
  RenderBrokers(snapshot, text);
  RenderTopics(write);
  if (setup.options.granularity == MetricsGranularity::kPartition) {
    write.PerGroupAnyPartition("kafka_consumergroup_current_offset", "Committed offset; -1: none.",
                               [](const GroupTopic& topic, const Partition&,
                                  const GroupOffset* row) { return CommittedOf(topic, row); });
    write.PerGroupAnyPartition("kafka_consumergroup_lag",
                               "High watermark less committed offset; -1: none committed.", LagOf);
  }
  if (setup.options.granularity != MetricsGranularity::kGroup) {
    write.PerGroupTopic("kafka_consumergroup_current_offset_sum",
                        "Sum of kafka_consumergroup_current_offset over the topic.", CommittedSum);
    write.PerGroupTopic("kafka_consumergroup_lag_sum",
                        "Sum of the lags in the topic, without partitions that have no commit.",
                        [&](const GroupTopic& topic) { return LagSum(snapshot, topic); });
  }
  write.PerGroup("kafka_consumergroup_members", "Members of the group.",
                 [](const auto& group) { return MetricValue::Known(group.member_count); });
}

}  // namespace levelwind::api
