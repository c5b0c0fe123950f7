#pragma once

#include <cstdint>

namespace levelwind::detectors {

/// Thresholds of the built-in detectors. Shares are 0..1, factors are multiples. Plain value.
struct DetectorOptions {
  /// leader_imbalance: partitions that are not led by their preferred leader, as a share of those
  /// that could be. Kafka's own leader.imbalance.per.broker.percentage is 10 %.
  double lost_preferred_share = 0.10;
  /// leader_imbalance: a broker leads more than this many times its even share of the partitions,
  /// or of the produced bytes.
  double leader_count_factor = 1.5;
  double leader_rate_factor = 1.5;

  /// hot_broker: a broker takes in (replication included) or, where known, uses cpu at more than
  /// this many times the mean of the serving brokers.
  double hot_broker_factor = 1.5;

  /// hot_partition: rate of one partition over the median of its topic (topics of 3 partitions or
  /// more) ...
  double hot_partition_factor = 4.0;
  /// ... and at least this share of the bytes that its leader's broker leads. Both must hold.
  double hot_partition_broker_share = 0.25;

  /// No rate detector speaks while the whole cluster produces less than this: bytes per second.
  double quiet_rate_bytes_per_s = 16 * 1024;

  /// lagging_group: lag grows faster than this (messages per second) over this many looks in a
  /// row, while the group commits less than is produced, and the lag is at least `min_lag`.
  double lag_growth_per_s = 1.0;
  std::int32_t lag_looks = 2;
  std::int64_t min_lag = 100;

  /// empty_broker: a serving broker with less than this share of the mean replica count, in a
  /// cluster with at least `empty_broker_min_replicas` replicas per broker.
  double empty_broker_share = 0.1;
  double empty_broker_min_replicas = 4;

  /// under_replicated: at least this many partitions.
  std::int32_t under_replicated_min = 1;

  /// lagging_group: and the next record to read is at least so old, and every look for so long
  /// found the lag growing: a burst is over sooner.
  double lag_min_s = 60;
  double lag_for_s = 300;

  /// goal_violation: load out of place for a goal that is not hard, in mean brokers; wider than
  /// what a plan mends, so that a plan's own leavings are no anomaly. A hard goal's any violation.
  double goal_violation_cost = 0.25;
  /// ... and the plan that told is at most so old.
  double goal_plan_max_age_s = 1800;

  /// metric_anomaly: above this many times the 95th percentile of the broker's last 24 hours, for
  /// ten minutes, and for latencies above this floor. Cruise Control's margin is 1.5.
  double metric_factor = 2;
  double metric_floor_ms = 100;

  /// slow_broker: log flush 99.9th (ms), and its ratio to bytes in, are both more than this many
  /// times the 90th percentile of the broker's own past or the median of the others, the first is
  /// above the floor, and the broker takes in enough. Each step of five minutes that is so adds
  /// one to its score, each that is not takes one. Numbers are Cruise Control's.
  double slow_factor = 3;
  double slow_flush_ms = 1000;
  double slow_min_bytes_in_per_s = 1024.0 * 1024;
  std::int32_t slow_demote_score = 5;
  std::int32_t slow_remove_score = 50;
  /// More than this share of the brokers is slow: then it is something they share.
  double slow_max_share = 0.10;

  /// replication_factor: every topic is to have so many; 0: only what cannot lose one broker
  /// without refusing acks=all (min.insync.replicas + 1) is told.
  std::int32_t replication_factor_target = 0;

  /// partition_size: bytes of one replica. Cruise Control's is 1 TiB.
  std::int64_t partition_max_bytes = std::int64_t{1} << 40;

  /// key_skew: a partition takes more than this many times its even share of a topic's bytes in the
  /// mean of the last hour or so, after so many seconds of watching, and so much more than even.
  /// Whether records of such a partition may be read for a few seconds to name the keys: they are
  /// user data. Done by daemon/key_sampler.h.
  bool sample_keys = false;
  double key_skew_factor = 2.5;
  double key_skew_watch_s = 3600;
  double key_skew_min_excess_bytes_per_s = 64 * 1024;

  /// disk_filling: hours until a log dir is full, as the slopes of the last hour and of the last
  /// six both tell; and the share that is nearly full whatever the slope, unless it falls below it
  /// within the hour.
  ///
  /// A dir that is watched for less than an hour is judged after so many seconds, no further ahead
  /// than twelve times as long, and not where it was as full before.
  double disk_watch_s = 300;
  double disk_full_hours = 12;
  double disk_critical_hours = 4;
  double disk_full_share = 0.90;
  double disk_critical_share = 0.95;  ///< From here on it is critical.

  /// partition_count: produced bytes per second and partition; replicas of a broker; partitions.
  double partition_max_rate_bytes_per_s = 10.0 * 1024 * 1024;
  std::int32_t broker_max_replicas = 4'000;
  std::int32_t cluster_max_partitions = 200'000;

  /// idle_consumers: members without partitions for so long.
  double idle_consumers_s = 600;

  /// rebalance_storm: so many rebalances in 30 minutes that no arrival of members explains.
  std::int32_t storm_rebalances = 10;

  /// stuck_group: has lag and does nothing about it for so long.
  double stuck_s = 300;

  /// retention_loss: hours until records are deleted that the group has not read.
  double retention_loss_hours = 2;

  /// noisy_neighbour: one of several clients takes at least this share of a broker whose request
  /// handler or network threads are idle for less than that share of the time.
  double noisy_share = 0.5;
  double noisy_idle_share = 0.3;

  /// quorum_lag: a voter or broker has not caught up with the metadata log for so long.
  double quorum_behind_s = 30;

  /// config_drift: brokers differ for so long; a rolling change takes its time.
  double drift_s = 3600;
};

}  // namespace levelwind::detectors
