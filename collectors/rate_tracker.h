#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "collectors/cluster_table.h"
#include "collectors/collector_options.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind::collectors {

/// A rate per partition and when it was measured.
struct RateColumn {
  std::vector<double> rate;  ///< kUnknown: never measured, or too long ago.
  std::vector<SteadyTime> at;
};

/// Turns looks at log end offsets and at log sizes into produce rates per partition.
///
/// Messages per second: (end offset now - end offset then) / (time now - time then), over the looks
/// of the last `rate_window` and the one before, so at least over two. The window ends where the
/// offset went back or the leader epoch changed, since the two offsets then need not be of one
/// history.
///
/// Bytes per second: the same with the size of the leader's replica while the leader stays the
/// same. Retention and compaction make a log shrink, openly or hidden under growth. So the bytes
/// per message of each window are compared with what was usual so far: a window with less than half
/// of it (kShrinkSuspicion) counts as a hidden shrink, and messages/s x usual bytes per message is
/// taken instead. After kShrinkLooks such windows in a row the new figure is believed: then the
/// records are really smaller.
///
/// A figure that cannot be renewed is kept for `keep_for`, then it is unknown: never zero (I17).
/// Not thread-safe.
class RateTracker {
 public:
  explicit RateTracker(const CollectorOptions& options) : options_(options) {}

  /// `end` by partition index, unknown where the look brought none. `at`: when the look began.
  void AddOffsetLook(SteadyTime at, const ClusterTable& table,
                     const std::vector<std::int64_t>& end);
  /// `leader_bytes` by partition index. Comes right after the offset look that it belongs to, so
  /// that growth in bytes and in messages are of the same time.
  void AddSizeLook(SteadyTime at, const ClusterTable& table,
                   const std::vector<std::int64_t>& leader_bytes);

  /// Follows a new table. Partitions without an old index start from nothing.
  void Renumber(const Renumbering& map);

  /// kUnknown when there is none fresh enough.
  double MessagesPerSecond(std::size_t partition, SteadyTime now) const;
  double BytesPerSecond(std::size_t partition, SteadyTime now) const;

  /// What a message of the partition usually takes; kUnknown: none came while it was watched.
  double BytesPerMessage(std::size_t partition) const {
    return partition < message_bytes_.size() ? message_bytes_[partition] : kUnknown;
  }

  /// The time that the looks of the present window span, of the slower of the two kinds.
  Duration Span() const;
  /// The last look, of the kind that was looked at longer ago. SteadyTime{}: one kind never was.
  SteadyTime LastLook() const;

 private:
  /// A value per partition. Shared by looks that have the same, which is most of the memory of
  /// leaders and epochs: they hardly ever change.
  template <class T>
  using Column = std::shared_ptr<const std::vector<T>>;
  struct OffsetLook {
    SteadyTime at{};
    Column<std::int64_t> end;
    Column<std::int32_t> epoch;
  };
  struct SizeLook {
    SteadyTime at{};
    Column<std::int64_t> bytes;
    Column<BrokerId> leader;
    Column<std::int64_t> end;  ///< Of the offset look just before; null if that was long ago.
  };

  void UpdateMessages(std::size_t partition);
  void UpdateBytes(std::size_t partition);
  double BelievableBytes(std::size_t partition, const SizeLook& first, const SizeLook& last);
  double Fresh(const RateColumn& column, std::size_t partition, SteadyTime now) const;
  void Resize(std::size_t partitions);

  const CollectorOptions options_;
  std::deque<OffsetLook> offset_looks_;  ///< Oldest first.
  std::deque<SizeLook> size_looks_;
  RateColumn messages_;
  RateColumn bytes_;
  std::vector<double> message_bytes_;       ///< Usual bytes per message; kUnknown: never measured.
  std::vector<std::uint8_t> shrink_looks_;  ///< Suspicious windows in a row.
};

}  // namespace levelwind::collectors
