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
};

}  // namespace levelwind::detectors
