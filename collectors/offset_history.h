#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "collectors/cluster_table.h"
#include "model/lag.h"
#include "model/measure.h"
#include "model/offset_points.h"

namespace levelwind::collectors {

/// When each partition's log reached which end offset, as far back as a few dozen points a
/// partition can tell: what turns a committed offset into seconds behind.
///
/// A record's age is how long ago the log's end passed its offset, on a straight line between the
/// two looks around it. Where the end stood still, the line starts at the last look that saw it
/// there, so that an idle topic's next record is not taken for an old one. A full partition loses
/// the point whose loss bends the line least, as a share of its age: recent history stays dense,
/// old history thins out, and the error stays a share of the lag (after Visvalingam and Whyatt,
/// 1993, who weigh by area). Nothing is ever extrapolated: before the first point it is "at least".
///
/// Times are the daemon's wall clock, so that a history can be kept over a restart; when that clock
/// is set back, or an end offset goes down (an unclean election), the partition starts anew.
/// 16 bytes a point; an idle partition has two. Not thread-safe.
class OffsetHistory {
 public:
  /// `points`: the most that a partition keeps, at least 4.
  explicit OffsetHistory(std::size_t points = 60) : capacity_(points < 4 ? 4 : points) {}

  /// `end` by partition index; unknown ones are left out. `at`: when the look began.
  void AddLook(WallTime at, const std::vector<std::int64_t>& end);

  /// Puts in what a broker told about a record: the one at `offset` was appended at `unix_ms`. It
  /// goes in front of all points or between two; what contradicts them (producers' clocks differ)
  /// or is newer than all of them is left out.
  void AddRecord(std::size_t partition, std::int64_t offset, std::int64_t unix_ms);

  /// Puts in what a look at `at_ms`, between two looks, would have seen: the log's end stood at
  /// `end`, and the record there came at `next_ms` (kUnknownCount: none had come by the next look).
  /// What contradicts the points around it (producers' clocks differ) is left out. Returns how far
  /// in time the line was from it, ms; kUnknownCount where it was left out.
  std::int64_t AddHindsight(std::size_t partition, std::int64_t at_ms, std::int64_t end,
                            std::int64_t next_ms);

  /// Puts back what was kept over a restart, where nothing is known yet. Points that do not grow in
  /// time and offset are dropped from the first on that does not.
  void Restore(std::size_t partition, const std::vector<OffsetPoint>& points);

  /// How old the next record is that a group has to read that committed `committed`.
  TimeLag LagOf(std::size_t partition, std::int64_t committed, WallTime now) const;

  /// Follows a new table. Partitions without an old index start from nothing.
  void Renumber(const Renumbering& map);

  using Point = OffsetPoint;
  /// Oldest first. For keeping and for tests.
  const std::vector<Point>& PointsOf(std::size_t partition) const { return partitions_[partition]; }
  std::size_t partition_count() const { return partitions_.size(); }

 private:
  void Add(std::vector<Point>& points, Point next) const;
  void Thin(std::vector<Point>& points) const;

  std::size_t capacity_;
  std::vector<std::vector<Point>> partitions_;
};

}  // namespace levelwind::collectors
