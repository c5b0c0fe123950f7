#pragma once

// How the reading of Kafka's own topic __consumer_offsets goes.

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/measure.h"

namespace levelwind {

/// Counts since the reading began.
struct OffsetsTopicCounts {
  /// One slot for each type of record up to 31, the last for all others.
  static constexpr std::size_t kSlots = 33;
  using ByType = std::array<std::uint64_t, kSlots>;
  static constexpr std::size_t SlotOf(std::int64_t type) {
    return type >= 0 && type < static_cast<std::int64_t>(kSlots) - 1
               ? static_cast<std::size_t>(type)
               : kSlots - 1;
  }

  ByType records{};    ///< All that were read.
  ByType newer{};      ///< Of them skipped: the type, or the version of it, is not known.
  ByType malformed{};  ///< Of them skipped: not what they say they are.
  std::uint64_t bad_batches = 0;  ///< Skipped whole: damaged, or more than a batch may cost.
  std::uint64_t commits = 0;      ///< Offsets that counted.
  std::uint64_t transactions_committed = 0;
  std::uint64_t transactions_aborted = 0;
  std::uint64_t transactions_lost = 0;  ///< More was pending than is kept: left to the looks.
  std::uint64_t not_followed = 0;       ///< Commits of groups or partitions beyond the limits.
  std::uint64_t jumps = 0;  ///< The position was gone from the log: records were missed.
};

struct OffsetsTopicView {
  bool replay = false;                  ///< Read from the beginning, not from the end.
  bool caught_up = false;               ///< Everything up to the high watermarks was read once.
  std::int64_t behind = kUnknownCount;  ///< Records (or their gaps) that are not read yet.
  std::int64_t groups = 0;
  std::int64_t partitions = 0;       ///< Of groups: pairs that are followed.
  std::int64_t pending_commits = 0;  ///< Of transactions that are open.
  OffsetsTopicCounts counts;
};

}  // namespace levelwind
