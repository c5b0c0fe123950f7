#pragma once

// Reading a log as its leaders have it: whole record batches, with the transaction markers and the
// batches of transactions that are open or were aborted. kafka/records/ opens them. Whoever wants
// records and nothing else takes kafka/data/consumer.h.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_types.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind::kafka {

struct FetchPosition {
  TopicPartition partition;
  std::int64_t offset = 0;
};

struct FetchLimits {
  /// How long a leader waits for something new before it answers with nothing. It holds up what is
  /// sent on the same connection after it: give such a reader a client of its own.
  Duration max_wait = std::chrono::milliseconds(500);
  /// Of one leader's answer, and of one partition in it. A single batch may be larger.
  std::int32_t max_bytes = 8 << 20;
  std::int32_t max_partition_bytes = 1 << 20;
};

struct FetchedLog {
  TopicPartition partition;
  /// Kafka's. 1: the position is not (any more) in the log. 6: the leader moved, ask again.
  std::int16_t error = 0;
  std::int64_t high_watermark = kUnknownCount;
  std::int64_t log_start_offset = kUnknownCount;
  std::vector<std::uint8_t> batches;  ///< For RecordBatchReader; the last one may be cut.
};

/// Any thread; see AdminClient for timeouts and errors.
class LogReader {
 public:
  virtual ~LogReader() = default;

  /// Of one topic, in order; none when it does not exist. A refusal is an error.
  virtual Result<std::vector<TopicPartition>> PartitionsOf(const std::string& topic,
                                                           Duration timeout) = 0;
  /// Where each log begins (kEarliestOffset) or ends (kLatestOffset), in the order of `partitions`.
  virtual Result<std::vector<OffsetAnswer>> EdgesOf(const std::vector<TopicPartition>& partitions,
                                                    std::int64_t edge, Duration timeout) = 0;
  /// One request per leader, all at once, not retried: who tails a log asks again anyway, and a
  /// leader that has moved is looked up anew then. Answers in the order of `positions` (each
  /// partition named once). Fails as a whole only when no broker can be asked.
  virtual Result<std::vector<FetchedLog>> FetchLog(const std::vector<FetchPosition>& positions,
                                                   const FetchLimits& limits, Duration timeout) = 0;
};

}  // namespace levelwind::kafka
