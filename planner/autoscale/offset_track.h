#pragma once

#include <cstdint>
#include <vector>

namespace levelwind::planner {

/// How an offset grew: points in time, the last two minutes as they came, older ones thinned out so
/// that a track is bounded (about 1 KB) however long it is. Times are seconds on one steady line.
class OffsetTrack {
 public:
  /// Points must come in order of time; an offset below the last one (log truncated, topic made
  /// anew, group reset) begins the track anew.
  void Add(double t, std::int64_t offset);

  bool empty() const { return points_.empty(); }
  double first_time() const { return points_.front().t; }
  double last_time() const { return points_.back().t; }
  std::int64_t last() const { return points_.back().offset; }

  /// Offset at `t`, between points by straight line; before the first and after the last: theirs.
  /// Unknown when empty.
  double OffsetAt(double t) const;
  /// When the log end passed `offset`; unknown when that is older than the track or not yet.
  double TimeWhen(std::int64_t offset) const;
  /// Growth per second over the last `window` seconds before the last point; over what is there, if
  /// that is at least half of it, else unknown.
  double Rate(double window) const;
  /// Seconds since the offset grew last, seen at the last point.
  double StillFor() const;

 private:
  struct Point {
    double t;
    std::int64_t offset;
  };
  void Thin();
  std::vector<Point> points_;
  double grew_ = 0;
};

}  // namespace levelwind::planner
