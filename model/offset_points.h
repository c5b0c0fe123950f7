#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "model/ids.h"

namespace levelwind {

/// At `unix_ms` the log of a partition ended at `offset`: whatever is before it is older.
struct OffsetPoint {
  std::int64_t offset = 0;
  std::int64_t unix_ms = 0;
  friend bool operator==(const OffsetPoint&, const OffsetPoint&) = default;
};

/// What is kept over a restart about one partition's log end, oldest first.
struct PartitionHistory {
  TopicPartition partition;
  Uuid topic_id;  ///< None on brokers before 2.8.
  std::vector<OffsetPoint> points;
};

}  // namespace levelwind
