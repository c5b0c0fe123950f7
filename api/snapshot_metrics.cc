#include "api/snapshot_metrics.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "api/metrics_text.h"
#include "api/snapshot_labels.h"
#include "api/views.h"

namespace levelwind::api {
namespace {

using Type = MetricsText::Type;

void RenderClusterFamilies(const ClusterSnapshot& snapshot, MetricsText& text) {
  std::map<std::string_view, int> states;
  for (const Broker& broker : snapshot.brokers) ++states[BrokerStateName(broker.state)];
  text.Family("levelwind_brokers", Type::kGauge, "Brokers by state.");
  for (const auto& [state, count] : states) text.Count(MetricLabels({{"state", state}}), count);
  const PartitionHealth health = HealthOf(snapshot);
  const auto count = [&](std::string_view name, std::string_view help, auto value) {
    text.Gauge(name, help, static_cast<double>(value));
  };
  count("levelwind_topics", "Topics.", snapshot.topics.size());
  count("levelwind_partitions", "Partitions.", snapshot.partitions.size());
  count("levelwind_groups", "Consumer groups.", snapshot.groups.size());
  count("levelwind_partitions_under_replicated", "Partitions with a replica that is not in sync.",
        health.under_replicated);
  count("levelwind_partitions_offline", "Partitions without a leader.", health.offline);
  count("levelwind_partitions_not_preferred",
        "Partitions that another replica than the preferred one leads.", health.not_preferred);
  count("levelwind_partitions_reassigning", "Partitions with a reassignment in progress.",
        health.reassigning);
}

struct BrokerFamily {
  std::string_view name;
  std::string_view help;
  std::function<double(const BrokerLoad&)> value;
};

const std::array<BrokerFamily, 8>& BrokerFamilies() {
  static const std::array<BrokerFamily, 8> kFamilies = {{
      {"levelwind_broker_leaders", "Partitions that the broker leads.",
       [](const BrokerLoad& load) { return static_cast<double>(load.leaders); }},
      {"levelwind_broker_preferred_leaders", "Partitions whose preferred leader the broker is.",
       [](const BrokerLoad& load) { return static_cast<double>(load.preferred_leaders); }},
      {"levelwind_broker_replicas", "Replicas that the broker holds.",
       [](const BrokerLoad& load) { return static_cast<double>(load.replicas); }},
      {"levelwind_broker_offline_replicas", "Replicas of the broker that are offline.",
       [](const BrokerLoad& load) { return static_cast<double>(load.offline_replicas); }},
      {"levelwind_broker_out_of_sync_replicas", "Replicas of the broker that are not in sync.",
       [](const BrokerLoad& load) { return static_cast<double>(load.out_of_sync_replicas); }},
      {"levelwind_broker_disk_bytes", "Bytes of all replicas on the broker.",
       [](const BrokerLoad& load) { return load.disk_bytes; }},
      {"levelwind_broker_leader_bytes_in_per_second",
       "Bytes produced a second to partitions that the broker leads.",
       [](const BrokerLoad& load) { return load.leader_bytes_in; }},
      {"levelwind_broker_leader_messages_in_per_second",
       "Messages produced a second to partitions that the broker leads.",
       [](const BrokerLoad& load) { return load.leader_messages_in; }},
  }};
  return kFamilies;
}

void RenderBrokerFamilies(const ClusterSnapshot& snapshot, MetricsText& text) {
  text.Family("levelwind_broker_info", Type::kGauge, "What the broker is; always 1.");
  std::vector<std::string> labels;
  for (const Broker& broker : snapshot.brokers) {
    labels.push_back(MetricLabels({{"broker", std::to_string(broker.id)}}));
    text.Count(labels.back() + "," +
                   MetricLabels({{"rack", broker.rack},
                                 {"host", broker.host},
                                 {"state", BrokerStateName(broker.state)}}),
               1);
  }
  const std::vector<BrokerLoad> loads = BrokerLoads(snapshot);
  for (const BrokerFamily& family : BrokerFamilies()) {
    text.Family(family.name, Type::kGauge, family.help);
    for (std::size_t i = 0; i < loads.size(); ++i) text.Sample(labels[i], family.value(loads[i]));
  }
}

void RenderLogDirFamilies(const ClusterSnapshot& snapshot, MetricsText& text) {
  const auto family = [&](std::string_view name, std::string_view help, auto value) {
    text.Family(name, Type::kGauge, help);
    for (const Broker& broker : snapshot.brokers) {
      std::unordered_set<std::string_view> used;
      for (const LogDir& dir : broker.log_dirs) {
        if (!used.insert(dir.path).second) continue;
        text.Count(MetricLabels({{"broker", std::to_string(broker.id)}, {"log_dir", dir.path}}),
                   value(dir));
      }
    }
  };
  family("levelwind_log_dir_replica_bytes", "Bytes of all replicas in the log dir.",
         [](const LogDir& dir) { return dir.replica_bytes; });
  family("levelwind_log_dir_size_bytes", "Size of the log dir's file system.",
         [](const LogDir& dir) { return dir.total_bytes; });
  family("levelwind_log_dir_free_bytes", "Usable bytes left on the log dir's file system.",
         [](const LogDir& dir) { return dir.usable_bytes; });
  family("levelwind_log_dir_offline", "Whether the log dir is offline.",
         [](const LogDir& dir) { return dir.offline ? 1 : 0; });
}

void RenderPartitionFamilies(const ClusterSnapshot& snapshot,
                             const std::vector<std::string>& labels, MetricsText& text) {
  const auto family = [&](std::string_view name, std::string_view help, auto write) {
    text.Family(name, Type::kGauge, help);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (!labels[i].empty()) write(labels[i], snapshot.partitions[i]);
    }
  };
  family("levelwind_partition_leader", "Broker id of the leader; absent while there is none.",
         [&](const auto& label, const Partition& p) { text.Count(label, p.leader); });
  family("levelwind_partition_replicas", "Replicas that the partition has.",
         [&](const auto& label, const Partition& p) { text.Count(label, p.replica_count); });
  family("levelwind_partition_in_sync_replicas", "Replicas that are in sync.",
         [&](const auto& label, const Partition& p) {
           text.Count(label, std::ranges::count_if(snapshot.ReplicasOf(p), &Replica::in_sync));
         });
  family("levelwind_partition_size_bytes", "Size of the largest replica.",
         [&](const auto& label, const Partition& p) { text.Count(label, snapshot.SizeOf(p)); });
  family("levelwind_partition_log_start_offset", "First offset that can be read.",
         [&](const auto& label, const Partition& p) { text.Count(label, p.log_start_offset); });
  family("levelwind_partition_log_end_offset", "High watermark.",
         [&](const auto& label, const Partition& p) { text.Count(label, p.log_end_offset); });
  family(
      "levelwind_partition_last_stable_offset",
      "Where read_committed consumers stop: below the high watermark while a transaction is open.",
      [&](const auto& label, const Partition& p) { text.Count(label, p.last_stable_offset); });
  family("levelwind_partition_bytes_in_per_second", "Bytes produced a second.",
         [&](const auto& label, const Partition& p) { text.Sample(label, p.load.bytes_in_per_s); });
  family(
      "levelwind_partition_messages_in_per_second", "Messages produced a second.",
      [&](const auto& label, const Partition& p) { text.Sample(label, p.load.messages_in_per_s); });
}

}  // namespace

std::string RenderSnapshotMetrics(const ClusterSnapshot& snapshot) {
  const SnapshotLabels labels = PrepareLabels(snapshot);
  MetricsText text;
  RenderClusterFamilies(snapshot, text);
  RenderBrokerFamilies(snapshot, text);
  RenderLogDirFamilies(snapshot, text);
  RenderPartitionFamilies(snapshot, labels.partitions, text);
  RenderGroupFamilies(snapshot, labels, text);
  RenderActivityFamilies(snapshot, labels, text);
  if (snapshot.offsets_topic) RenderOffsetsTopicFamilies(*snapshot.offsets_topic, text);
  text.Gauge("levelwind_metrics_left_out",
             "Partitions without series: too many of them (50,000, or 250,000 in groups), or names "
             "that are equal once invalid UTF-8 is replaced.",
             static_cast<double>(labels.left_out));
  return text.Take();
}

std::shared_ptr<const std::string> SnapshotMetricsCache::Get(const SnapshotPtr& snapshot) {
  static const auto kNothing = std::make_shared<const std::string>();
  if (snapshot == nullptr) return kNothing;
  std::lock_guard lock(mutex_);
  if (rendered_of_ != snapshot) {
    text_ = std::make_shared<const std::string>(RenderSnapshotMetrics(*snapshot));
    rendered_of_ = snapshot;
  }
  return text_;
}

}  // namespace levelwind::api
