#pragma once

// Fetch and Produce, by topic name: what crosses the log itself. Fetch is what kafka/log_reader.h
// reads __consumer_offsets with; Produce serves tools, the simulator and the tests.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct FetchResponse {
  static constexpr MessageInfo kInfo{ApiKey::kFetch, "FetchResponse", 11, 12, 12};
  struct Topic {
    struct Partition {
      struct EpochEndOffset {
        std::int32_t epoch = -1;
        std::int64_t end_offset = -1;
        static constexpr auto kFields = std::tuple{
            F("Epoch", &EpochEndOffset::epoch, {.since = 12}),
            F("EndOffset", &EpochEndOffset::end_offset, {.since = 12}),
        };
      };
      struct LeaderIdAndEpoch {
        std::int32_t leader_id = -1;
        std::int32_t leader_epoch = -1;
        static constexpr auto kFields = std::tuple{
            F("LeaderId", &LeaderIdAndEpoch::leader_id, {.since = 12}),
            F("LeaderEpoch", &LeaderIdAndEpoch::leader_epoch, {.since = 12}),
        };
      };
      struct SnapshotId {
        std::int64_t end_offset = -1;
        std::int32_t epoch = -1;
        static constexpr auto kFields = std::tuple{
            F("EndOffset", &SnapshotId::end_offset),
            F("Epoch", &SnapshotId::epoch),
        };
      };
      struct AbortedTransaction {
        std::int64_t producer_id = 0;
        std::int64_t first_offset = 0;
        static constexpr auto kFields = std::tuple{
            F("ProducerId", &AbortedTransaction::producer_id, {.since = 4}),
            F("FirstOffset", &AbortedTransaction::first_offset, {.since = 4}),
        };
      };

      std::int32_t partition_index = 0;
      std::int16_t error_code = 0;
      std::int64_t high_watermark = 0;
      std::int64_t last_stable_offset = -1;
      std::int64_t log_start_offset = -1;
      EpochEndOffset diverging_epoch;
      LeaderIdAndEpoch current_leader;
      SnapshotId snapshot_id;
      std::optional<std::vector<AbortedTransaction>> aborted_transactions =
          std::vector<AbortedTransaction>();
      std::int32_t preferred_read_replica = -1;
      std::optional<Bytes> records = Bytes();  ///< Record batches; the last may be cut.
      static constexpr auto kFields = std::tuple{
          F("PartitionIndex", &Partition::partition_index),
          F("ErrorCode", &Partition::error_code),
          F("HighWatermark", &Partition::high_watermark),
          F("LastStableOffset", &Partition::last_stable_offset, {.since = 4}),
          F("LogStartOffset", &Partition::log_start_offset, {.since = 5}),
          F("DivergingEpoch", &Partition::diverging_epoch, {.since = 12, .tag = 0}),
          F("CurrentLeader", &Partition::current_leader, {.since = 12, .tag = 1}),
          F("SnapshotId", &Partition::snapshot_id, {.since = 12, .tag = 2}),
          F("AbortedTransactions", &Partition::aborted_transactions, {.since = 4, .nullable = 4}),
          F("PreferredReadReplica", &Partition::preferred_read_replica, {.since = 11}),
          F("Records", &Partition::records, {.nullable = 0}),
      };
    };

    std::string topic;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Topic", &Topic::topic, {.until = 12}),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::int32_t session_id = 0;
  std::vector<Topic> responses;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &FetchResponse::throttle_time_ms, {.since = 1}),
      F("ErrorCode", &FetchResponse::error_code, {.since = 7}),
      F("SessionId", &FetchResponse::session_id, {.since = 7}),
      F("Responses", &FetchResponse::responses),
  };
};

struct FetchRequest {
  using Response = FetchResponse;
  static constexpr MessageInfo kInfo{ApiKey::kFetch, "FetchRequest", 11, 12, 12};
  struct Topic {
    struct Partition {
      std::int32_t partition = 0;
      std::int32_t current_leader_epoch = -1;  ///< -1: not checked.
      std::int64_t fetch_offset = 0;
      std::int32_t last_fetched_epoch = -1;
      std::int64_t log_start_offset = -1;
      std::int32_t partition_max_bytes = 0;
      static constexpr auto kFields = std::tuple{
          F("Partition", &Partition::partition),
          F("CurrentLeaderEpoch", &Partition::current_leader_epoch, {.since = 9}),
          F("FetchOffset", &Partition::fetch_offset),
          F("LastFetchedEpoch", &Partition::last_fetched_epoch, {.since = 12}),
          F("LogStartOffset", &Partition::log_start_offset, {.since = 5}),
          F("PartitionMaxBytes", &Partition::partition_max_bytes),
      };
    };

    std::string topic;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Topic", &Topic::topic, {.until = 12}),
        F("Partitions", &Topic::partitions),
    };
  };
  struct ForgottenTopic {
    std::string topic;
    std::vector<std::int32_t> partitions;
    static constexpr auto kFields = std::tuple{
        F("Topic", &ForgottenTopic::topic, {.since = 7, .until = 12}),
        F("Partitions", &ForgottenTopic::partitions, {.since = 7}),
    };
  };

  std::optional<std::string> cluster_id;
  std::int32_t replica_id = -1;  ///< -1 for a client.
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;
  std::int32_t max_bytes = std::numeric_limits<std::int32_t>::max();
  std::int8_t isolation_level = 0;  ///< 1: committed transactions only.
  std::int32_t session_id = 0;
  std::int32_t session_epoch = -1;  ///< -1: no session.
  std::vector<Topic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string rack_id;
  static constexpr auto kFields = std::tuple{
      F("ClusterId", &FetchRequest::cluster_id, {.since = 12, .nullable = 12, .tag = 0}),
      F("ReplicaId", &FetchRequest::replica_id, {.until = 14}),
      F("MaxWaitMs", &FetchRequest::max_wait_ms),
      F("MinBytes", &FetchRequest::min_bytes),
      F("MaxBytes", &FetchRequest::max_bytes, {.since = 3}),
      F("IsolationLevel", &FetchRequest::isolation_level, {.since = 4}),
      F("SessionId", &FetchRequest::session_id, {.since = 7}),
      F("SessionEpoch", &FetchRequest::session_epoch, {.since = 7}),
      F("Topics", &FetchRequest::topics),
      F("ForgottenTopicsData", &FetchRequest::forgotten_topics_data, {.since = 7}),
      F("RackId", &FetchRequest::rack_id, {.since = 11}),
  };
};

struct ProduceResponse {
  static constexpr MessageInfo kInfo{ApiKey::kProduce, "ProduceResponse", 8, 12, 9};
  struct Topic {
    struct Partition {
      struct RecordError {
        std::int32_t batch_index = 0;
        std::optional<std::string> batch_index_error_message;
        static constexpr auto kFields = std::tuple{
            F("BatchIndex", &RecordError::batch_index, {.since = 8}),
            F("BatchIndexErrorMessage", &RecordError::batch_index_error_message,
              {.since = 8, .nullable = 8}),
        };
      };
      struct LeaderIdAndEpoch {
        std::int32_t leader_id = -1;
        std::int32_t leader_epoch = -1;
        static constexpr auto kFields = std::tuple{
            F("LeaderId", &LeaderIdAndEpoch::leader_id, {.since = 10}),
            F("LeaderEpoch", &LeaderIdAndEpoch::leader_epoch, {.since = 10}),
        };
      };

      std::int32_t index = 0;
      std::int16_t error_code = 0;
      std::int64_t base_offset = 0;
      std::int64_t log_append_time_ms = -1;
      std::int64_t log_start_offset = -1;
      std::vector<RecordError> record_errors;
      std::optional<std::string> error_message;
      LeaderIdAndEpoch current_leader;
      static constexpr auto kFields = std::tuple{
          F("Index", &Partition::index),
          F("ErrorCode", &Partition::error_code),
          F("BaseOffset", &Partition::base_offset),
          F("LogAppendTimeMs", &Partition::log_append_time_ms, {.since = 2}),
          F("LogStartOffset", &Partition::log_start_offset, {.since = 5}),
          F("RecordErrors", &Partition::record_errors, {.since = 8}),
          F("ErrorMessage", &Partition::error_message, {.since = 8, .nullable = 8}),
          F("CurrentLeader", &Partition::current_leader, {.since = 10, .tag = 0}),
      };
    };

    std::string name;
    std::vector<Partition> partition_responses;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name, {.until = 12}),
        F("PartitionResponses", &Topic::partition_responses),
    };
  };
  struct NodeEndpoint {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    static constexpr auto kFields = std::tuple{
        F("NodeId", &NodeEndpoint::node_id, {.since = 10}),
        F("Host", &NodeEndpoint::host, {.since = 10}),
        F("Port", &NodeEndpoint::port, {.since = 10}),
        F("Rack", &NodeEndpoint::rack, {.since = 10, .nullable = 10}),
    };
  };

  std::vector<Topic> responses;
  std::int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;
  static constexpr auto kFields = std::tuple{
      F("Responses", &ProduceResponse::responses),
      F("ThrottleTimeMs", &ProduceResponse::throttle_time_ms, {.since = 1}),
      F("NodeEndpoints", &ProduceResponse::node_endpoints, {.since = 10, .tag = 0}),
  };
};

struct ProduceRequest {
  using Response = ProduceResponse;
  static constexpr MessageInfo kInfo{ApiKey::kProduce, "ProduceRequest", 8, 12, 9};
  struct Topic {
    struct Partition {
      std::int32_t index = 0;
      std::optional<Bytes> records = Bytes();
      static constexpr auto kFields = std::tuple{
          F("Index", &Partition::index),
          F("Records", &Partition::records, {.nullable = 0}),
      };
    };

    std::string name;
    std::vector<Partition> partition_data;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name, {.until = 12}),
        F("PartitionData", &Topic::partition_data),
    };
  };

  std::optional<std::string> transactional_id;
  std::int16_t acks = 0;  ///< 0: the broker never answers. -1: all in-sync replicas.
  std::int32_t timeout_ms = 0;
  std::vector<Topic> topic_data;
  static constexpr auto kFields = std::tuple{
      F("TransactionalId", &ProduceRequest::transactional_id, {.since = 3, .nullable = 3}),
      F("Acks", &ProduceRequest::acks),
      F("TimeoutMs", &ProduceRequest::timeout_ms),
      F("TopicData", &ProduceRequest::topic_data),
  };
};

}  // namespace levelwind::kafka
