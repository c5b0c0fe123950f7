#pragma once

// DescribeTopicPartitions: partitions page by page, with the eligible leader replicas.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/uuid.h"
#include "kafka/protocol/field.h"
#include "kafka/protocol/messages_cluster.h"

namespace levelwind::kafka {

struct DescribeTopicPartitionsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeTopicPartitions,
                                     "DescribeTopicPartitionsResponse", 0, 0, 0};
  struct Topic {
    struct Partition {
      std::int16_t error_code = 0;
      std::int32_t partition_index = 0;
      std::int32_t leader_id = 0;
      std::int32_t leader_epoch = -1;
      std::vector<std::int32_t> replica_nodes;
      std::vector<std::int32_t> isr_nodes;
      std::optional<std::vector<std::int32_t>> eligible_leader_replicas;
      std::optional<std::vector<std::int32_t>> last_known_elr;
      std::vector<std::int32_t> offline_replicas;
      static constexpr auto kFields = std::tuple{
          F("ErrorCode", &Partition::error_code),
          F("PartitionIndex", &Partition::partition_index),
          F("LeaderId", &Partition::leader_id),
          F("LeaderEpoch", &Partition::leader_epoch),
          F("ReplicaNodes", &Partition::replica_nodes),
          F("IsrNodes", &Partition::isr_nodes),
          F("EligibleLeaderReplicas", &Partition::eligible_leader_replicas, {.nullable = 0}),
          F("LastKnownElr", &Partition::last_known_elr, {.nullable = 0}),
          F("OfflineReplicas", &Partition::offline_replicas),
      };
    };

    std::int16_t error_code = 0;
    std::optional<std::string> name = std::string();
    Uuid topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    std::int32_t topic_authorized_operations = kNoOperations;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &Topic::error_code),
        F("Name", &Topic::name, {.nullable = 0}),
        F("TopicId", &Topic::topic_id),
        F("IsInternal", &Topic::is_internal),
        F("Partitions", &Topic::partitions),
        F("TopicAuthorizedOperations", &Topic::topic_authorized_operations),
    };
  };
  struct Cursor {
    std::string topic_name;
    std::int32_t partition_index = 0;
    static constexpr auto kFields = std::tuple{
        F("TopicName", &Cursor::topic_name),
        F("PartitionIndex", &Cursor::partition_index),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  std::optional<Cursor> next_cursor;  ///< Where the next page begins; null: this was the last.
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeTopicPartitionsResponse::throttle_time_ms),
      F("Topics", &DescribeTopicPartitionsResponse::topics),
      F("NextCursor", &DescribeTopicPartitionsResponse::next_cursor, {.nullable = 0}),
  };
};

struct DescribeTopicPartitionsRequest {
  using Response = DescribeTopicPartitionsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeTopicPartitions,
                                     "DescribeTopicPartitionsRequest", 0, 0, 0};
  struct Topic {
    std::string name;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
    };
  };
  struct Cursor {
    std::string topic_name;
    std::int32_t partition_index = 0;
    static constexpr auto kFields = std::tuple{
        F("TopicName", &Cursor::topic_name),
        F("PartitionIndex", &Cursor::partition_index),
    };
  };

  std::vector<Topic> topics;
  std::int32_t response_partition_limit = 2000;
  std::optional<Cursor> cursor;  ///< Null: the first page.
  static constexpr auto kFields = std::tuple{
      F("Topics", &DescribeTopicPartitionsRequest::topics),
      F("ResponsePartitionLimit", &DescribeTopicPartitionsRequest::response_partition_limit),
      F("Cursor", &DescribeTopicPartitionsRequest::cursor, {.nullable = 0}),
  };
};

}  // namespace levelwind::kafka
