#pragma once

// What changes rarely and is asked rarely: settings of topics and brokers, the metadata quorum, and
// what others tell the daemon. A snapshot has it where a collector brought it.

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"
#include "model/measure.h"
#include "model/plan_request.h"

namespace levelwind {

/// Settings of a topic as they are in effect. Unknown where they were not told.
struct TopicSettings {
  /// Of a limit that is switched off (-1 in Kafka).
  static constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

  std::string topic;
  std::int64_t min_insync_replicas = kUnknownCount;
  std::int64_t retention_ms = kUnknownCount;
  std::int64_t retention_bytes = kUnknownCount;  ///< Of one partition.
  std::optional<bool> deleted;                   ///< cleanup.policy has "delete".
  std::optional<bool> compacted;                 ///< ... has "compact".
};

/// Settings of a broker as they are in effect, secrets left out.
struct BrokerSettings {
  BrokerId broker = kNoBroker;
  WallTime at;                                              ///< When it told them.
  std::vector<std::pair<std::string, std::string>> values;  ///< Sorted by name.
};

/// A member of the metadata quorum, or a broker that follows it.
struct QuorumMember {
  BrokerId id = kNoBroker;
  bool voter = false;
  std::int64_t lag = kUnknownCount;  ///< Records of the metadata log behind the leader.
  double behind_s = kUnknown;        ///< Since it was caught up.
};
struct QuorumView {
  BrokerId leader = kNoBroker;  ///< kNoBroker: the quorum has none.
  std::int32_t leader_epoch = -1;
  std::vector<QuorumMember> members;  ///< Sorted by id.
};

/// A key that many of the sampled records carry. It is user data: shown to people, never logged.
struct HotKey {
  std::string key;
  std::uint64_t count = 0;  ///< At most; at least count - error.
  std::uint64_t error = 0;
};
/// The most frequent keys of a partition, by sampling. Nothing is sampled unless that is allowed.
struct SampledKeys {
  TopicPartition partition;
  std::uint64_t sampled = 0;  ///< Records.
  std::vector<HotKey> keys;   ///< Most frequent first.
};

/// What somebody announced on the maintenance topic, as Cruise Control's clients write it.
struct MaintenanceEvent {
  std::string kind;  ///< "remove_broker", "demote_broker", "rebalance", ...: Cruise Control's word.
  WallTime at;       ///< When it was announced.
  std::vector<BrokerId> brokers;
  PlanRequest request;
};

struct ClusterFacts {
  std::vector<TopicSettings> topics;    ///< Sorted by topic. Of some topics only, at the start.
  std::vector<BrokerSettings> brokers;  ///< Sorted by broker.
  std::optional<QuorumView> quorum;     ///< Empty: not told, or there is none (ZooKeeper).
  std::vector<SampledKeys> keys;        ///< Sorted by partition.
  std::vector<MaintenanceEvent> maintenance;  ///< Not expired, oldest first.
  std::string maintenance_problem;            ///< Why newer ones may be missing; empty: none are.

  /// Null when there is none. O(log n).
  const TopicSettings* FindTopic(std::string_view topic) const;
  const SampledKeys* FindKeys(const TopicPartition& partition) const;
};

}  // namespace levelwind
