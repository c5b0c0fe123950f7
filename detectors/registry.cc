#include "detectors/config_drift.h"
#include "detectors/dead_broker.h"
#include "detectors/detector.h"
#include "detectors/disk_failure.h"
#include "detectors/disk_filling.h"
#include "detectors/empty_broker.h"
#include "detectors/goal_violation.h"
#include "detectors/hot_broker.h"
#include "detectors/hot_partition.h"
#include "detectors/idle_consumers.h"
#include "detectors/key_skew.h"
#include "detectors/lagging_group.h"
#include "detectors/leader_imbalance.h"
#include "detectors/maintenance_event.h"
#include "detectors/metric_anomaly.h"
#include "detectors/noisy_neighbour.h"
#include "detectors/partition_count.h"
#include "detectors/partition_size.h"
#include "detectors/quorum_lag.h"
#include "detectors/rebalance_storm.h"
#include "detectors/replication_factor.h"
#include "detectors/retention_loss.h"
#include "detectors/slow_broker.h"
#include "detectors/stuck_group.h"
#include "detectors/under_min_isr.h"
#include "detectors/under_replicated.h"

namespace levelwind::detectors {
namespace {

/// The most urgent first. Seconds: docs/detectors.md tells why so many.
constexpr DetectorInfo kBuiltin[] = {
    {"dead_broker", "a broker holds replicas and serves none", DetectDeadBroker, 300},
    {"disk_failure", "a log dir of a serving broker is offline", DetectDiskFailure, 60},
    {"under_replicated", "partitions offline or without all their replicas in sync",
     DetectUnderReplicated, 600},
    {"under_min_isr", "partitions that refuse acks=all", DetectUnderMinIsr, 120},
    {"quorum_lag", "no controller, or one that lags", DetectQuorumLag, 60},
    {"maintenance_event", "maintenance that was announced", DetectMaintenanceEvent, 0},
    {"goal_violation", "the placement breaks a goal", DetectGoalViolation, 900},
    {"leader_imbalance", "leaders lost or crowded on few brokers", DetectLeaderImbalance, 900},
    {"hot_broker", "one broker carries far more than the mean", DetectHotBroker, 900},
    {"hot_partition", "one partition carries most of its topic and broker", DetectHotPartition,
     900},
    {"key_skew", "a topic whose partitions stay uneven", DetectKeySkew, 1800},
    {"slow_broker", "a broker whose disks are slow", DetectSlowBroker, 0},
    {"metric_anomaly", "a broker far from its own past", DetectMetricAnomaly, 300},
    {"noisy_neighbour", "a client or topic that starves others", DetectNoisyNeighbour, 600},
    {"disk_filling", "a log dir that will be full within hours", DetectDiskFilling, 600},
    {"empty_broker", "a serving broker has (almost) no replicas", DetectEmptyBroker, 900},
    {"replication_factor", "topics with too few replicas", DetectReplicationFactor, 600},
    {"partition_size", "partitions too large to move well", DetectPartitionSize, 600},
    {"partition_count", "too few or too many partitions", DetectPartitionCount, 600},
    {"lagging_group", "a consumer group falls behind", DetectLaggingGroup, 120},
    {"stuck_group", "a consumer group has lag and does nothing", DetectStuckGroup, 0},
    {"retention_loss", "a group is about to lose records unread", DetectRetentionLoss, 120},
    {"rebalance_storm", "a group keeps rebalancing", DetectRebalanceStorm, 0},
    {"idle_consumers", "a group has members without partitions", DetectIdleConsumers, 0},
    {"config_drift", "brokers with different settings", DetectConfigDrift, 0},
};

}  // namespace

std::vector<DetectorReport> DetectorRegistry::Run(const DetectorInput& input) const {
  std::vector<DetectorReport> reports;
  reports.reserve(detectors_.size());
  for (const DetectorInfo& detector : detectors_) reports.push_back(detector.detect(input));
  return reports;
}

void RegisterBuiltinDetectors(DetectorRegistry& registry) {
  for (const DetectorInfo& detector : kBuiltin) registry.Register(detector);
}

}  // namespace levelwind::detectors
