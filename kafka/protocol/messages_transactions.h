#pragma once

// DescribeProducers, ListTransactions, DescribeTransactions.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "kafka/protocol/field.h"

namespace levelwind::kafka {

struct DescribeProducersResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeProducers, "DescribeProducersResponse", 0, 0,
                                     0};
  struct Topic {
    struct Partition {
      struct Producer {
        std::int64_t producer_id = 0;
        std::int32_t producer_epoch = 0;
        std::int32_t last_sequence = -1;
        std::int64_t last_timestamp = -1;
        std::int32_t coordinator_epoch = 0;
        std::int64_t current_txn_start_offset = -1;  ///< -1: none is open.
        static constexpr auto kFields = std::tuple{
            F("ProducerId", &Producer::producer_id),
            F("ProducerEpoch", &Producer::producer_epoch),
            F("LastSequence", &Producer::last_sequence),
            F("LastTimestamp", &Producer::last_timestamp),
            F("CoordinatorEpoch", &Producer::coordinator_epoch),
            F("CurrentTxnStartOffset", &Producer::current_txn_start_offset),
        };
      };

      std::int32_t partition_index = 0;
      std::int16_t error_code = 0;
      std::optional<std::string> error_message;
      std::vector<Producer> active_producers;
      static constexpr auto kFields = std::tuple{
          F("PartitionIndex", &Partition::partition_index),
          F("ErrorCode", &Partition::error_code),
          F("ErrorMessage", &Partition::error_message, {.nullable = 0}),
          F("ActiveProducers", &Partition::active_producers),
      };
    };

    std::string name;
    std::vector<Partition> partitions;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("Partitions", &Topic::partitions),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeProducersResponse::throttle_time_ms),
      F("Topics", &DescribeProducersResponse::topics),
  };
};

struct DescribeProducersRequest {
  using Response = DescribeProducersResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeProducers, "DescribeProducersRequest", 0, 0,
                                     0};
  struct Topic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;
    static constexpr auto kFields = std::tuple{
        F("Name", &Topic::name),
        F("PartitionIndexes", &Topic::partition_indexes),
    };
  };

  std::vector<Topic> topics;
  static constexpr auto kFields = std::tuple{
      F("Topics", &DescribeProducersRequest::topics),
  };
};

struct ListTransactionsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kListTransactions, "ListTransactionsResponse", 0, 2,
                                     0};
  struct TransactionState {
    std::string transactional_id;
    std::int64_t producer_id = 0;
    std::string transaction_state;
    static constexpr auto kFields = std::tuple{
        F("TransactionalId", &TransactionState::transactional_id),
        F("ProducerId", &TransactionState::producer_id),
        F("TransactionState", &TransactionState::transaction_state),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<std::string> unknown_state_filters;
  std::vector<TransactionState> transaction_states;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &ListTransactionsResponse::throttle_time_ms),
      F("ErrorCode", &ListTransactionsResponse::error_code),
      F("UnknownStateFilters", &ListTransactionsResponse::unknown_state_filters),
      F("TransactionStates", &ListTransactionsResponse::transaction_states),
  };
};

struct ListTransactionsRequest {
  using Response = ListTransactionsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kListTransactions, "ListTransactionsRequest", 0, 2, 0};
  std::vector<std::string> state_filters;  ///< Empty: all.
  std::vector<std::int64_t> producer_id_filters;
  std::int64_t duration_filter = -1;  ///< Milliseconds; only those that run longer. -1: all.
  std::optional<std::string> transactional_id_pattern;
  static constexpr auto kFields = std::tuple{
      F("StateFilters", &ListTransactionsRequest::state_filters),
      F("ProducerIdFilters", &ListTransactionsRequest::producer_id_filters),
      F("DurationFilter", &ListTransactionsRequest::duration_filter, {.since = 1}),
      F("TransactionalIdPattern", &ListTransactionsRequest::transactional_id_pattern,
        {.since = 2, .nullable = 2}),
  };
};

struct DescribeTransactionsResponse {
  static constexpr MessageInfo kInfo{ApiKey::kDescribeTransactions, "DescribeTransactionsResponse",
                                     0, 0, 0};
  struct TransactionState {
    struct Topic {
      std::string topic;
      std::vector<std::int32_t> partitions;
      static constexpr auto kFields = std::tuple{
          F("Topic", &Topic::topic),
          F("Partitions", &Topic::partitions),
      };
    };

    std::int16_t error_code = 0;
    std::string transactional_id;
    std::string transaction_state;
    std::int32_t transaction_timeout_ms = 0;
    std::int64_t transaction_start_time_ms = 0;
    std::int64_t producer_id = 0;
    std::int16_t producer_epoch = 0;
    std::vector<Topic> topics;
    static constexpr auto kFields = std::tuple{
        F("ErrorCode", &TransactionState::error_code),
        F("TransactionalId", &TransactionState::transactional_id),
        F("TransactionState", &TransactionState::transaction_state),
        F("TransactionTimeoutMs", &TransactionState::transaction_timeout_ms),
        F("TransactionStartTimeMs", &TransactionState::transaction_start_time_ms),
        F("ProducerId", &TransactionState::producer_id),
        F("ProducerEpoch", &TransactionState::producer_epoch),
        F("Topics", &TransactionState::topics),
    };
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<TransactionState> transaction_states;
  static constexpr auto kFields = std::tuple{
      F("ThrottleTimeMs", &DescribeTransactionsResponse::throttle_time_ms),
      F("TransactionStates", &DescribeTransactionsResponse::transaction_states),
  };
};

struct DescribeTransactionsRequest {
  using Response = DescribeTransactionsResponse;
  static constexpr MessageInfo kInfo{ApiKey::kDescribeTransactions, "DescribeTransactionsRequest",
                                     0, 0, 0};
  std::vector<std::string> transactional_ids;
  static constexpr auto kFields = std::tuple{
      F("TransactionalIds", &DescribeTransactionsRequest::transactional_ids),
  };
};

}  // namespace levelwind::kafka
