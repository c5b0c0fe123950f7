#pragma once

// What a consumer group does beside reading: how often it commits, where it went back, how often
// its partitions were dealt out anew. docs/lag.md tells what each figure is worth.

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind {

/// A committed offset that went back: a person's reset, or a member with an old position.
struct Rewind {
  TopicPartition partition;
  std::int64_t from = kUnknownCount;
  std::int64_t to = kUnknownCount;
  WallTime at;
  friend bool operator==(const Rewind&, const Rewind&) = default;
};

/// Counts begin when the daemon begins to watch the group.
struct GroupActivity {
  /// From the records of __consumer_offsets. Else from the differences between looks: what happened
  /// twice between two of them counts once, times are those of the looks.
  bool from_records = false;
  std::int64_t commits = kUnknownCount;  ///< Of single partitions.
  double commits_per_s = kUnknown;
  double commit_interval_s = kUnknown;  ///< Median over the partitions.
  WallTime last_commit_at;              ///< 0: none seen.
  std::int64_t rewinds = kUnknownCount;
  std::optional<Rewind> last_rewind;
  std::int64_t rebalances = kUnknownCount;
  WallTime last_rebalance_at;              ///< When it was over. 0: none seen.
  double last_rebalance_s = kUnknown;      ///< How long it took.
  double rebalancing_s = kUnknown;         ///< All of them together.
  std::int64_t forgotten = kUnknownCount;  ///< Committed offsets that expired or were deleted.
  WallTime deleted_at;  ///< It was deleted then, and has come again. 0: never, as far as known.
};

}  // namespace levelwind
