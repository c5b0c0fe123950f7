#pragma once

// DescribeLogDirs, AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct DescribeLogDirsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeLogDirs, "DescribeLogDirsResponse", 1, 5, 2};
  struct Partition {
    std::int32_t partition_index = 0;
    std::int64_t partition_size = 0;
    std::int64_t offset_lag = 0;
    bool is_future_key = false;  ///< A copy between log dirs is in progress.
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("PartitionSize", &Partition::partition_size),
        F("OffsetLag", &Partition::offset_lag),
        F("IsFutureKey", &Partition::is_future_key),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };
  struct LogDir {
    std::int16_t error_code = 0;
    std::string log_dir;
    std::vector<Topic> topics;
    std::int64_t total_bytes = -1;
    std::int64_t usable_bytes = -1;
    bool is_cordoned = false;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &LogDir::error_code),
        F("LogDir", &LogDir::log_dir),
        F("Topics", &LogDir::topics),
        F("TotalBytes", &LogDir::total_bytes, {.since = 4}),
        F("UsableBytes", &LogDir::usable_bytes, {.since = 4}),
        F("IsCordoned", &LogDir::is_cordoned, {.since = 5}),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<LogDir> results;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeLogDirsResponse::throttle_time_ms),
      F("ErrorCode", &DescribeLogDirsResponse::error_code, {.since = 3}),
      F("Results", &DescribeLogDirsResponse::results),
  };
};

struct DescribeLogDirsRequest {
  using Response = DescribeLogDirsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeLogDirs, "DescribeLogDirsRequest", 1, 5, 2};
  struct Topic {
    std::string topic;
    std::vector<std::int32_t> partitions;
    static constexpr auto kFields = std::tuple{
        F("Topic", &Topic::topic),
        F("Partitions", &Topic::partitions),
    };
  };

  std::optional<std::vector<Topic>> topics = std::vector<Topic>();  ///< Null: all.
  static constexpr auto kFields = std::tuple{
      F("Topics", &DescribeLogDirsRequest::topics, {.nullable = 0}),
  };
};

struct AlterPartitionReassignmentsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kAlterPartitionReassignments,
                                     "AlterPartitionReassignmentsResponse", 0, 1, 0};
  struct Partition {
    std::int32_t partition_index = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("ErrorCode", &Partition::error_code),
        F("ErrorMessage", &Partition::error_message, {.nullable = 0}),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t throttle_time_ms = 0;
  bool allow_replication_factor_change = true;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  std::vector<Topic> responses;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &AlterPartitionReassignmentsResponse::throttle_time_ms),
      F("AllowReplicationFactorChange",
        &AlterPartitionReassignmentsResponse::allow_replication_factor_change, {.since = 1}),
      F("ErrorCode", &AlterPartitionReassignmentsResponse::error_code),
      F("ErrorMessage", &AlterPartitionReassignmentsResponse::error_message, {.nullable = 0}),
      F("Responses", &AlterPartitionReassignmentsResponse::responses),
  };
};

struct AlterPartitionReassignmentsRequest {
  using Response = AlterPartitionReassignmentsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kAlterPartitionReassignments,
                                     "AlterPartitionReassignmentsRequest", 0, 1, 0};
  struct Partition {
    std::int32_t partition_index = 0;
    std::optional<std::vector<std::int32_t>> replicas;  ///< Null: cancel.
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("Replicas", &Partition::replicas, {.nullable = 0}),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t timeout_ms = 60'000;
  bool allow_replication_factor_change = true;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("TimeoutMs", &AlterPartitionReassignmentsRequest::timeout_ms),
      F("AllowReplicationFactorChange",
        &AlterPartitionReassignmentsRequest::allow_replication_factor_change, {.since = 1}),
      F("Topics", &AlterPartitionReassignmentsRequest::topics),
  };
};

struct ListPartitionReassignmentsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kListPartitionReassignments,
                                     "ListPartitionReassignmentsResponse", 0, 0, 0};
  struct Partition {
    std::int32_t partition_index = 0;
    std::vector<std::int32_t> replicas;
    std::vector<std::int32_t> adding_replicas;
    std::vector<std::int32_t> removing_replicas;
    static constexpr auto kFields = std::tuple{
        F("PartitionIndex", &Partition::partition_index),
        F("Replicas", &Partition::replicas),
        F("AddingReplicas", &Partition::adding_replicas),
        F("RemovingReplicas", &Partition::removing_replicas),
    };
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = std::string();
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &ListPartitionReassignmentsResponse::throttle_time_ms),
      F("ErrorCode", &ListPartitionReassignmentsResponse::error_code),
      F("ErrorMessage", &ListPartitionReassignmentsResponse::error_message, {.nullable = 0}),
      F("Topics", &ListPartitionReassignmentsResponse::topics),
  };
};

struct ListPartitionReassignmentsRequest {
  using Response = ListPartitionReassignmentsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kListPartitionReassignments,
                                     "ListPartitionReassignmentsRequest", 0, 0, 0};
  struct Topic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("PartitionIndexes", &Topic::partition_indexes),
    };
  };

  std::int32_t timeout_ms = 60'000;
  std::optional<std::vector<Topic>> topics;  ///< Null: all.
  static constexpr auto kFields = std::tuple{
      F("TimeoutMs", &ListPartitionReassignmentsRequest::timeout_ms),
      F("Topics", &ListPartitionReassignmentsRequest::topics, {.nullable = 0}),
  };
};

struct ElectLeadersResponse {
  static constexpr MessageInfo kInfo{ApiKey::kElectLeaders, "ElectLeadersResponse", 1, 2, 2};
  struct Partition {
    std::int32_t partition_id = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = std::string();
    static constexpr auto kFields = std::tuple{
        F("PartitionId", &Partition::partition_id),
        F("ErrorCode", &Partition::error_code),
        F("ErrorMessage", &Partition::error_message, {.nullable = 0}),
    };
  };
  struct Topic {
    std::string topic;
    std::vector<Partition> partition_result;
    static constexpr auto kFields = std::tuple{
        F("Topic", &Topic::topic),
        F("PartitionResult", &Topic::partition_result),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<Topic> replica_election_results;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &ElectLeadersResponse::throttle_time_ms),
      F("ErrorCode", &ElectLeadersResponse::error_code, {.since = 1}),
      F("ReplicaElectionResults", &ElectLeadersResponse::replica_election_results),
  };
};

struct ElectLeadersRequest {
  using Response = ElectLeadersResponse;
  static constexpr MessageInfo kInfo{ApiKey::kElectLeaders, "ElectLeadersRequest", 1, 2, 2};
  struct Topic {
    std::string topic;
    std::vector<std::int32_t> partitions;
    static constexpr auto kFields = std::tuple{
        F("Topic", &Topic::topic),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int8_t election_type = 0;  ///< 0: preferred leader.
  std::optional<std::vector<Topic>> topic_partitions = std::vector<Topic>();  ///< Null: all.
  std::int32_t timeout_ms = 60'000;
  static constexpr auto kFields = std::tuple{
      F("ElectionType", &ElectLeadersRequest::election_type, {.since = 1}),
      F("TopicPartitions", &ElectLeadersRequest::topic_partitions, {.nullable = 0}),
      F("TimeoutMs", &ElectLeadersRequest::timeout_ms),
  };
};

}  // namespace levelwind::kafka
