#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/backend.h"
#include "base/json_writer.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// Null for the time 0.
void FieldTime(JsonWriter& json, std::string_view key, WallTime time);

// JSON of what the daemon knows, one complete value each: bytes, bytes per second, seconds, RFC
// 3339. Unknown is null. Pure functions of their arguments; safe from any thread.

std::string BrokersJson(const ClusterSnapshot& snapshot);
std::string TopicsJson(const ClusterSnapshot& snapshot);
/// Of one topic when `topic` is not null.
std::string PartitionsJson(const ClusterSnapshot& snapshot, const Topic* topic);
/// The order of groups by pain: by verdict, then by time lag, then by lag, then by name.
bool HurtsMore(const ConsumerGroup& a, const ConsumerGroup& b);
/// Without the single partitions. Those that hurt most come first; `limit` of them from the
/// `from`th on.
std::string GroupsJson(const ClusterSnapshot& snapshot, std::size_t from, std::size_t limit);
std::string GroupJson(const ClusterSnapshot& snapshot, const ConsumerGroup& group);
/// Records between the log start and the group's position; below 0: that many are lost. Unknown
/// where either is.
double RetentionMargin(const Partition& partition, const GroupOffset& offset);
/// How long the lag would last at the pace at which it falls now; unknown while it does not fall.
double DrainSeconds(const ConsumerGroup& group);
/// Seconds from a commit to the snapshot; unknown where there was none.
double CommitAge(const ClusterSnapshot& snapshot, std::int64_t commit_ms);
void WriteGroupActivity(JsonWriter& json, const ClusterSnapshot& snapshot,
                        const GroupActivity& activity);
std::string SourcesJson(const ClusterSnapshot& snapshot);
std::string OperationJson(const OperationView& operation, bool with_steps);
std::string ThrottlesJson(const ThrottleSweep& sweep);
/// With the id and the state of each one's decision record where `healing` is not null.
std::string AnomaliesJson(const std::vector<DetectorReport>& reports, const HealingView* healing);
/// A decision record; with all that was decided when `with_events`.
std::string HealingCaseJson(const HealingCase& record, bool with_events);
/// The state of the healing, its budgets and its records: open ones and the newest closed ones.
std::string HealingJson(const HealingView& view);

/// Leaders, replicas, bytes and produce rate that each broker bears, in the order of
/// ClusterSnapshot::brokers.
struct BrokerLoad {
  std::int64_t leaders = 0;
  std::int64_t preferred_leaders = 0;  ///< Partitions whose first replica it is.
  std::int64_t replicas = 0;
  std::int64_t offline_replicas = 0;
  std::int64_t out_of_sync_replicas = 0;
  double disk_bytes = 0;       ///< Unknown if any of its replicas' size is.
  double leader_bytes_in = 0;  ///< Unknown if any of its leaders' rate is.
  double leader_messages_in = 0;
};
std::vector<BrokerLoad> BrokerLoads(const ClusterSnapshot& snapshot);

/// "capacity" and "metrics" of a broker; broker_figures.cc.
void WriteCapacities(JsonWriter& json, const Broker& broker);
void WriteBrokerMetrics(JsonWriter& json, const BrokerMetrics& metrics);

/// Health of the partitions in one look.
struct PartitionHealth {
  std::int64_t under_replicated = 0;  ///< Some replica is not in sync.
  std::int64_t offline = 0;           ///< No leader.
  std::int64_t not_preferred = 0;     ///< The leader is not the first replica.
  std::int64_t reassigning = 0;
};
PartitionHealth HealthOf(const ClusterSnapshot& snapshot);

}  // namespace levelwind::api
