#pragma once

// Values that the admin interface takes and gives. They follow Kafka's own words; wire details
// (versions, flexible encoding, batching) stay behind AdminClient.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind::kafka {

struct BrokerInfo {
  BrokerId id = kNoBroker;
  std::string host;
  std::int32_t port = 0;
  std::string rack;
  bool fenced = false;  ///< Only told by DescribeCluster v2 (Kafka 4.0+).
};

struct PartitionInfo {
  std::int32_t number = 0;
  std::int16_t error = 0;
  BrokerId leader = kNoBroker;
  std::int32_t leader_epoch = -1;
  std::vector<BrokerId> replicas;  ///< While a partition moves: the union of old and new.
  std::vector<BrokerId> isr;
  std::vector<BrokerId> offline;
};

struct TopicInfo {
  std::string name;
  Uuid id;
  bool internal = false;
  std::int16_t error = 0;
  std::vector<PartitionInfo> partitions;
};

struct ClusterMetadata {
  std::string cluster_id;
  BrokerId controller = kNoBroker;
  std::vector<BrokerInfo> brokers;  ///< Live ones, plus fenced ones where the broker tells them.
  std::vector<TopicInfo> topics;
};

struct ReplicaLogInfo {
  TopicPartition partition;
  std::int64_t size_bytes = 0;
  std::int64_t offset_lag = 0;
  bool is_future = false;  ///< A copy between log dirs of one broker.
};

struct LogDirInfo {
  std::string path;
  std::int16_t error = 0;  ///< 56 (KAFKA_STORAGE_ERROR): offline.
  std::int64_t total_bytes = kUnknownCount;
  std::int64_t usable_bytes = kUnknownCount;
  std::vector<ReplicaLogInfo> replicas;
};

/// Special timestamps of ListOffsets; a value >= 0 asks for the first offset at or after it.
inline constexpr std::int64_t kLatestOffset = -1;
inline constexpr std::int64_t kEarliestOffset = -2;

struct OffsetQuery {
  TopicPartition partition;
  std::int64_t timestamp = kLatestOffset;
  /// With kLatestOffset: the last stable offset instead of the high watermark.
  bool read_committed = false;
};
struct OffsetAnswer {
  TopicPartition partition;
  std::int16_t error = 0;
  std::int64_t offset = kUnknownCount;
  std::int64_t timestamp = -1;
};

struct GroupListing {
  std::string name;
  std::string protocol_type;
  std::string state;                 ///< Empty before Kafka 2.6.
  std::string type;                  ///< Empty before Kafka 3.8.
  BrokerId coordinator = kNoBroker;  ///< The broker that listed it.
};

struct GroupMember {
  std::string member_id;
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> assigned;
  std::string instance_id;  ///< Of a static member; empty: a dynamic one.
};

struct GroupDescription {
  std::string name;
  std::string type;  ///< classic, consumer, share or streams.
  std::string state;
  std::string protocol_type;
  BrokerId coordinator = kNoBroker;
  std::int16_t error = 0;
  std::string error_message;
  std::vector<GroupMember> members;
  std::string assignor;     ///< Empty: none chosen or not told.
  std::int32_t epoch = -1;  ///< Grows with each rebalance; -1: not told (classic groups).
};

struct CommittedOffset {
  TopicPartition partition;
  std::int64_t offset = kUnknownCount;
  std::int16_t error = 0;
};
struct GroupOffsets {
  std::string group;
  std::int16_t error = 0;
  std::vector<CommittedOffset> offsets;  ///< Only partitions with a commit.
};

struct ShareOffset {
  TopicPartition partition;
  std::int64_t start_offset = kUnknownCount;  ///< Everything before it is done.
  std::int64_t lag = kUnknownCount;           ///< Told by Kafka 4.2+.
  std::int16_t error = 0;
};
struct ShareGroupOffsets {
  std::string group;
  std::int16_t error = 0;
  std::string error_message;
  std::vector<ShareOffset> offsets;
};

enum class ConfigResourceType : std::int8_t { kTopic = 2, kBroker = 4 };
enum class ConfigSource : std::int8_t {
  kUnknown = 0,
  kDynamicTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5,
};
struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::kTopic;
  std::string name;  ///< Topic name, broker id as text, or "" = all brokers' default.
  friend auto operator<=>(const ConfigResource&, const ConfigResource&) = default;
};
struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  ///< Empty for sensitive values.
  ConfigSource source = ConfigSource::kUnknown;
  bool read_only = false;
  bool sensitive = false;
};
struct ConfigQuery {
  ConfigResource resource;
  std::vector<std::string> keys;  ///< Empty: all.
};
struct ConfigAnswer {
  ConfigResource resource;
  std::int16_t error = 0;
  std::string error_message;
  std::vector<ConfigEntry> entries;
};

enum class ConfigOp : std::int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };
struct ConfigChange {
  ConfigResource resource;
  std::string key;
  ConfigOp op = ConfigOp::kSet;
  std::string value;  ///< Ignored by kDelete.
};
struct ConfigChangeOutcome {
  ConfigResource resource;
  std::int16_t error = 0;
  std::string error_message;
};

struct ReassignmentRequest {
  TopicPartition partition;
  std::optional<std::vector<BrokerId>> replicas;  ///< Empty: cancel the one in progress.
};
struct PartitionOutcome {
  TopicPartition partition;
  std::int16_t error = 0;
  std::string error_message;
};
struct ReassignmentInfo {
  TopicPartition partition;
  std::vector<BrokerId> replicas;  ///< The union while it runs.
  std::vector<BrokerId> adding;
  std::vector<BrokerId> removing;
};

struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;  ///< -1: the broker's default. Ignored with assignments.
  std::int16_t replication_factor = -1;
  std::vector<std::vector<BrokerId>> assignments;  ///< Per partition, preferred leader first.
  std::vector<std::pair<std::string, std::string>> configs;
};
struct TopicOutcome {
  std::string topic;
  std::int16_t error = 0;
  std::string error_message;
};

}  // namespace levelwind::kafka
