#include "api/snapshot_metrics.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "api/compat/compat_metrics.h"
#include "api/group_metrics.h"
#include "api/metrics_text.h"
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

void RenderPartitionFamilies(FamilyWriter& write) {
  const auto count = [&](std::string_view name, std::string_view help, auto value) {
    write.PerPartition(name, help,
                       [&](const Partition& p) { return MetricValue::Known(value(p)); });
  };
  const ClusterSnapshot& snapshot = write.snapshot();
  count("levelwind_partition_leader", "Broker id of the leader; absent while there is none.",
        [](const Partition& p) { return p.leader; });
  count("levelwind_partition_replicas", "Replicas that the partition has.",
        [](const Partition& p) { return p.replica_count; });
  count("levelwind_partition_in_sync_replicas", "Replicas that are in sync.",
        [&](const Partition& p) {
          return std::ranges::count_if(snapshot.ReplicasOf(p), &Replica::in_sync);
        });
  count("levelwind_partition_size_bytes", "Size of the largest replica.",
        [&](const Partition& p) { return snapshot.SizeOf(p); });
  count("levelwind_partition_log_start_offset", "First offset that can be read.",
        [](const Partition& p) { return p.log_start_offset; });
  count("levelwind_partition_log_end_offset", "High watermark.",
        [](const Partition& p) { return p.log_end_offset; });
  count(
      "levelwind_partition_last_stable_offset",
      "Where read_committed consumers stop: below the high watermark while a transaction is open.",
      [](const Partition& p) { return p.last_stable_offset; });
  count("levelwind_partition_bytes_in_per_second", "Bytes produced a second.",
        [](const Partition& p) { return p.load.bytes_in_per_s; });
  count("levelwind_partition_messages_in_per_second", "Messages produced a second.",
        [](const Partition& p) { return p.load.messages_in_per_s; });
}

void RenderCounters(const ClusterSnapshot& snapshot, const SeriesSet& set,
                    const MetricsSetup& setup, MetricsText& text) {
  FamilyWriter write(snapshot, set, text, {});
  RenderActivityCounters(write);
  RenderCompatCounters(snapshot, set, setup, text);
}

struct Page {
  std::string gauges;
  std::string counters;
};

/// Both parts of what a snapshot tells: which series there are is found out once, and what has no
/// room in either is told in the first.
Page RenderPage(const ClusterSnapshot& snapshot, const MetricsSetup& setup,
                MetricsText::Format format, Page into) {
  const SeriesSet set(snapshot, setup);
  MetricsText counters(format, std::move(into.counters));
  RenderCounters(snapshot, set, setup, counters);
  MetricsText text(MetricsText::Format::kPrometheus, std::move(into.gauges));
  FamilyWriter write(snapshot, set, text, {});
  RenderClusterFamilies(snapshot, text);
  RenderBrokerFamilies(snapshot, text);
  RenderLogDirFamilies(snapshot, text);
  RenderPartitionFamilies(write);
  RenderGroupFamilies(write, setup.options.granularity);
  RenderActivityFamilies(write);
  RenderCompatFamilies(snapshot, set, setup, text);
  text.Gauge("levelwind_metrics_left_out",
             "Partitions without series: their names are equal to others' once invalid UTF-8 is "
             "replaced.",
             static_cast<double>(set.left_out()));
  text.Gauge("levelwind_metrics_series_dropped",
             "Series that are not served because metrics.max_series has no room for them.",
             static_cast<double>(text.muted() + counters.muted()));
  return {text.Take(), counters.Take()};
}

}  // namespace

std::string RenderSnapshotMetrics(const ClusterSnapshot& snapshot, const MetricsSetup& setup,
                                  std::string memory) {
  memory.clear();
  return RenderPage(snapshot, setup, MetricsText::Format::kPrometheus, {std::move(memory), {}})
      .gauges;
}

std::string RenderSnapshotCounters(const ClusterSnapshot& snapshot, const MetricsSetup& setup,
                                   MetricsText::Format format) {
  const SeriesSet set(snapshot, setup);
  MetricsText text(format);
  RenderCounters(snapshot, set, setup, text);
  return text.Take();
}

SnapshotMetricsCache::Texts SnapshotMetricsCache::Get(const SnapshotPtr& snapshot,
                                                      MetricsText::Format format) {
  static const auto kNothing = std::make_shared<const std::string>();
  if (snapshot == nullptr) return {kNothing, kNothing};
  std::lock_guard lock(mutex_);
  unasked_ = 0;
  Render(snapshot, format);
  return {text_, counters_};
}

bool SnapshotMetricsCache::IsPrepared(const SnapshotPtr& snapshot) {
  std::lock_guard lock(mutex_);
  return IsRendered(snapshot);
}

void SnapshotMetricsCache::Prepare(const SnapshotPtr& snapshot) {
  std::lock_guard lock(mutex_);
  if (unasked_ >= kNobodyAsks || snapshot == nullptr || IsRendered(snapshot)) return;
  ++unasked_;
  Render(snapshot, format_);
}

bool SnapshotMetricsCache::IsRendered(const SnapshotPtr& snapshot) const {
  return !rendered_of_.owner_before(snapshot) && !snapshot.owner_before(rendered_of_);
}

void SnapshotMetricsCache::Render(const SnapshotPtr& snapshot, MetricsText::Format format) {
  if (IsRendered(snapshot) && format_ == format) return;
  if (!IsRendered(snapshot)) {
    // Let go of first: two texts need not be there for this.
    rendered_of_.reset();
    text_ = nullptr;
    counters_ = nullptr;
    Page page = RenderPage(*snapshot, setup_, format, {gauge_texts_.Take(), counter_texts_.Take()});
    text_ = gauge_texts_.Share(std::move(page.gauges));
    counters_ = counter_texts_.Share(std::move(page.counters));
  } else {
    counters_ = counter_texts_.Share(RenderSnapshotCounters(*snapshot, setup_, format));
  }
  rendered_of_ = snapshot;
  format_ = format;
}

}  // namespace levelwind::api
