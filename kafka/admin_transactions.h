#pragma once

// Producers and transactions: what holds the last stable offset back.

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"

namespace levelwind::kafka {

struct ProducerInfo {
  std::int64_t producer_id = -1;
  std::int32_t producer_epoch = -1;
  std::int32_t last_sequence = -1;
  std::int64_t last_timestamp_ms = -1;  ///< Since 1970.
  std::int32_t coordinator_epoch = -1;
  std::int64_t transaction_start_offset = -1;  ///< -1: no transaction is open.
};
struct PartitionProducers {
  TopicPartition partition;
  std::int16_t error = 0;
  std::string error_message;
  std::vector<ProducerInfo> producers;
};

struct TransactionFilter {
  std::vector<std::string> states;         ///< Kafka's names (Ongoing, ...). Empty: all.
  std::vector<std::int64_t> producer_ids;  ///< Empty: all.
  std::int64_t min_duration_ms = -1;       ///< >= 0 needs Kafka 3.8+.
};
struct TransactionListing {
  std::string id;
  std::int64_t producer_id = -1;
  std::string state;
  BrokerId coordinator = kNoBroker;
};
struct TransactionListings {
  std::vector<TransactionListing> transactions;
  std::vector<BrokerId> unreachable;  ///< Did not answer: what they coordinate is missing.
};
struct TransactionDescription {
  std::string id;
  std::int16_t error = 0;
  BrokerId coordinator = kNoBroker;
  std::string state;
  std::int32_t timeout_ms = -1;
  std::int64_t start_ms = -1;  ///< Since 1970; -1: not begun.
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::vector<TopicPartition> partitions;
};

/// Kafka 3.0+ (kUnimplemented before). Any thread; see AdminClient for timeouts and errors.
class TransactionAdmin {
 public:
  virtual ~TransactionAdmin() = default;

  /// As each partition's leader knows them, in the order of `partitions` (each named once).
  virtual Result<std::vector<PartitionProducers>> DescribeProducers(
      const std::vector<TopicPartition>& partitions, Duration timeout) = 0;
  /// Asks every live broker for those that it coordinates.
  virtual Result<TransactionListings> ListTransactions(const TransactionFilter& filter,
                                                       Duration timeout) = 0;
  /// In the order of `ids`; 105 (TRANSACTIONAL_ID_NOT_FOUND) for unknown ones.
  virtual Result<std::vector<TransactionDescription>> DescribeTransactions(
      const std::vector<std::string>& ids, Duration timeout) = 0;
};

}  // namespace levelwind::kafka
