#include "config/schema_parts.h"

namespace levelwind::config {
namespace {

constexpr double kTiB = 0x1p40;
constexpr double kWeek = 7 * 24 * 3600;

/// The detectors of the first hour.
void AddBasics(std::vector<SchemaEntry>& out) {
  out.push_back({"detect.lost_preferred_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.lost_preferred_share; },
                 "leader_imbalance: share of the partitions that are not led by their preferred "
                 "leader.",
                 "0.1", 0, 1});
  out.push_back({"detect.leader_count_factor", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.leader_count_factor; },
                 "leader_imbalance: a broker leads more than this many times its even share of the "
                 "partitions.",
                 "1.5", 1, 1000});
  out.push_back({"detect.leader_rate_factor", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.leader_rate_factor; },
                 "leader_imbalance: a broker leads more than this many times its even share of the "
                 "produced bytes.",
                 "1.5", 1, 1000});
  out.push_back({"detect.hot_broker_factor", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.hot_broker_factor; },
                 "hot_broker: a broker takes in more than this many times the mean.", "1.5", 1,
                 1000});
  out.push_back({"detect.hot_partition_factor", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.hot_partition_factor; },
                 "hot_partition: a partition's rate over the median of its topic.", "4", 1, 1e6});
  out.push_back({"detect.hot_partition_broker_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.hot_partition_broker_share; },
                 "hot_partition: and at least this share of the bytes that its leader's broker "
                 "leads.",
                 "0.25", 0, 1});
  out.push_back({"detect.quiet_rate", ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.detect.quiet_rate_bytes_per_s; },
                 "No rate detector speaks while the whole cluster produces less than this.",
                 "16KiB/s", 0, kTiB});
  out.push_back({"detect.lag_growth", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.lag_growth_per_s; },
                 "lagging_group: messages a second by which the lag grows.", "1", 0, 1e9});
  out.push_back({"detect.lag_looks", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.detect.lag_looks; },
                 "lagging_group: over this many looks in a row.", "2", 1, 1000});
  out.push_back({"detect.min_lag", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.detect.min_lag; },
                 "lagging_group: and the lag is at least this many messages.", "100", 0, 1e15});
  out.push_back({"detect.empty_broker_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.empty_broker_share; },
                 "empty_broker: a serving broker with less than this share of the mean replica "
                 "count.",
                 "0.1", 0, 1});
  out.push_back({"detect.under_replicated_min", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.detect.under_replicated_min; },
                 "under_replicated: at least this many partitions.", "1", 1, 1e6});
}

/// Consumer groups.
void AddGroups(std::vector<SchemaEntry>& out) {
  out.push_back({"detect.lag_min_time", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.lag_min_s; },
                 "lagging_group: and the next record to read is at least so old.", "1m", 0, kWeek});
  out.push_back({"detect.lag_for", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.lag_for_s; },
                 "lagging_group: and every look for so long found the lag growing.", "5m", 0,
                 kWeek});
  out.push_back({"detect.stuck_after", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.stuck_s; },
                 "stuck_group: has lag and does nothing about it for so long.", "5m", 0, kWeek});
  out.push_back({"detect.retention_loss_hours", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.retention_loss_hours; },
                 "retention_loss: hours until records are deleted that the group has not read.",
                 "2", 0, 8760});
  out.push_back(
      {"detect.storm_rebalances", ValueType::kInteger,
       [](Config& c) -> FieldRef { return &c.detect.storm_rebalances; },
       "rebalance_storm: so many rebalances in 30 minutes that no arrival of members explains.",
       "10", 1, 1e6});
  out.push_back({"detect.idle_consumers_after", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.idle_consumers_s; },
                 "idle_consumers: members without partitions for so long.", "10m", 0, kWeek});
}

/// Brokers and their metrics.
void AddBrokers(std::vector<SchemaEntry>& out) {
  out.push_back({"detect.goal_violation_cost", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.goal_violation_cost; },
                 "goal_violation: load out of place for a goal that is not hard, in mean brokers; "
                 "wider than what a plan mends.",
                 "0.25", 0, 1e6});
  out.push_back({"detect.goal_plan_max_age", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.goal_plan_max_age_s; },
                 "goal_violation: the plan that told is at most so old.", "30m", 60, kWeek});
  out.push_back(
      {"detect.metric_factor", ValueType::kNumber,
       [](Config& c) -> FieldRef { return &c.detect.metric_factor; },
       "metric_anomaly: above this many times the 95th percentile of the broker's last 24 hours.",
       "2", 1, 1000});
  out.push_back({"detect.metric_floor_ms", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.metric_floor_ms; },
                 "metric_anomaly: latencies below this many milliseconds are never one.", "100", 0,
                 1e6});
  out.push_back({"detect.slow_factor", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.slow_factor; },
                 "slow_broker: log flush time and its ratio to bytes in are more than this many "
                 "times its own past or the median of the others.",
                 "3", 1, 1000});
  out.push_back({"detect.slow_flush_ms", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.slow_flush_ms; },
                 "slow_broker: and the 99.9th percentile of the flush time is more than this many "
                 "milliseconds.",
                 "1000", 0, 1e6});
  out.push_back({"detect.slow_min_bytes_in", ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.detect.slow_min_bytes_in_per_s; },
                 "slow_broker: and it takes in at least this.", "1MiB/s", 0, kTiB});
  out.push_back({"detect.slow_demote_score", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.detect.slow_demote_score; },
                 "slow_broker: from this score on leadership is to go; one a step of five minutes.",
                 "5", 1, 60});
  out.push_back(
      {"detect.slow_remove_score", ValueType::kInteger,
       [](Config& c) -> FieldRef { return &c.detect.slow_remove_score; },
       "slow_broker: from this score on the replicas are to go too; at most 60 steps count.", "50",
       1, 1000});
  out.push_back({"detect.slow_max_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.slow_max_share; },
                 "slow_broker: more than this share of the brokers is slow: then it is something "
                 "they share, and no fix is asked for.",
                 "0.1", 0, 1});
}

/// Brokers that starve or lag, and the controllers.
void AddControl(std::vector<SchemaEntry>& out) {
  out.push_back({"detect.noisy_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.noisy_share; },
                 "noisy_neighbour: share of a busy broker that one of several clients takes.",
                 "0.5", 0, 1});
  out.push_back({"detect.noisy_idle_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.noisy_idle_share; },
                 "noisy_neighbour: a broker is busy when its threads are idle for less than this "
                 "share of the time.",
                 "0.3", 0, 1});
  out.push_back({"detect.quorum_behind", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.quorum_behind_s; },
                 "quorum_lag: has not caught up with the metadata log for so long.", "30s", 1,
                 kWeek});
  out.push_back({"detect.drift_after", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.drift_s; },
                 "config_drift: brokers differ for so long; a rolling change takes its time.", "1h",
                 0, kWeek});
}

/// Topics, partitions and disks.
void AddTopics(std::vector<SchemaEntry>& out) {
  out.push_back({"detect.replication_factor_target", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.detect.replication_factor_target; },
                 "replication_factor: every topic is to have so many replicas; 0: only what cannot "
                 "lose one broker without refusing acks=all is told.",
                 "3", 0, 32});
  out.push_back({"detect.partition_max_size", ValueType::kBytes,
                 [](Config& c) -> FieldRef { return &c.detect.partition_max_bytes; },
                 "partition_size: bytes of one replica.", "1TiB", 1, 1e18});
  out.push_back({"detect.key_skew_factor", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.key_skew_factor; },
                 "key_skew: a partition takes more than this many times its even share of its "
                 "topic, in the mean of about an hour.",
                 "2.5", 1, 1000});
  out.push_back({"detect.key_skew_watch", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.key_skew_watch_s; },
                 "key_skew: a topic is watched for so long before it is judged.", "1h", 0, kWeek});
  out.push_back({"detect.key_skew_min_excess", ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.detect.key_skew_min_excess_bytes_per_s; },
                 "key_skew: and it takes so much more than its even share.", "64KiB/s", 0, kTiB});
  out.push_back({"detect.disk_watch", ValueType::kDuration,
                 [](Config& c) -> FieldRef { return &c.detect.disk_watch_s; },
                 "disk_filling: a log dir that is fuller than it ever was is judged by its last so "
                 "long as well, no further ahead than twelve times as long.",
                 "5m", 10, 3600});
  out.push_back(
      {"detect.disk_full_hours", ValueType::kNumber,
       [](Config& c) -> FieldRef { return &c.detect.disk_full_hours; },
       "disk_filling: hours until a log dir is full, as the last hour and the last six both tell.",
       "12", 0, 8760});
  out.push_back({"detect.disk_critical_hours", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.disk_critical_hours; },
                 "disk_filling: critical from here on.", "4", 0, 8760});
  out.push_back({"detect.disk_full_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.disk_full_share; },
                 "disk_filling: used share that is nearly full however slowly it grows, or falls.",
                 "0.9", 0, 1});
  out.push_back({"detect.disk_critical_share", ValueType::kNumber,
                 [](Config& c) -> FieldRef { return &c.detect.disk_critical_share; },
                 "disk_filling: used share from which on that is critical.", "0.95", 0, 1});
  out.push_back({"detect.partition_max_rate", ValueType::kRate,
                 [](Config& c) -> FieldRef { return &c.detect.partition_max_rate_bytes_per_s; },
                 "partition_count: produced bytes a second that one partition should take.",
                 "10MiB/s", 1, kTiB});
  out.push_back({"detect.broker_max_replicas", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.detect.broker_max_replicas; },
                 "partition_count: replicas that one broker should hold.", "4000", 1, 1e7});
  out.push_back({"detect.cluster_max_partitions", ValueType::kInteger,
                 [](Config& c) -> FieldRef { return &c.detect.cluster_max_partitions; },
                 "partition_count: partitions that the cluster should have.", "200000", 1, 1e9});
}

/// What detectors may read beside the brokers' answers.
void AddReading(std::vector<SchemaEntry>& out) {
  out.push_back(
      {"detect.sample_keys", ValueType::kBool,
       [](Config& c) -> FieldRef { return &c.detect.sample_keys; },
       "key_skew: whether records of the busiest partition of an uneven topic may be read "
       "for five seconds every ten minutes, so that the anomaly names the keys that most "
       "of them carry. Keys are user data: they are in the anomaly, in its record in "
       "state_dir and in its notifications. Needs the right to read the topic.",
       "true"});
  out.push_back({"detect.maintenance_topic", ValueType::kText,
                 [](Config& c) -> FieldRef { return &c.metrics_sources.maintenance_topic; },
                 "maintenance_event: the topic on which maintenance is announced in Cruise "
                 "Control's format; needs the right to read it. Empty: none is read.",
                 "__MaintenanceEvent"});
}

}  // namespace

void AddDetect(std::vector<SchemaEntry>& out) {
  AddBasics(out);
  AddTopics(out);
  AddBrokers(out);
  AddControl(out);
  AddGroups(out);
  AddReading(out);
}

}  // namespace levelwind::config
