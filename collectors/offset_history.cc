#include "collectors/offset_history.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace levelwind::collectors {
namespace {

using Point = OffsetHistory::Point;

/// Errors below this are the same to a reader; above it they count as a share of the age.
constexpr double kFloorMs = 2000;

/// When the log's end passed `offset`, on the line from `left` to `right`.
double TimeAt(const Point& left, const Point& right, std::int64_t offset) {
  const double run = static_cast<double>(right.offset - left.offset);
  const double share = static_cast<double>(offset - left.offset) / run;
  return static_cast<double>(left.unix_ms) +
         share * static_cast<double>(right.unix_ms - left.unix_ms);
}

/// How far off a lag would be without `middle`, as a share of that lag.
double LossOf(const Point& left, const Point& middle, const Point& right, std::int64_t now_ms) {
  const double age = std::max(kFloorMs, static_cast<double>(now_ms - middle.unix_ms));
  // An end that stood still makes a step in the line; without it, the whole pause is the error.
  if (right.offset == left.offset) return static_cast<double>(middle.unix_ms - left.unix_ms) / age;
  const double line = TimeAt(left, right, middle.offset);
  return std::abs(static_cast<double>(middle.unix_ms) - line) / age;
}

}  // namespace

void OffsetHistory::AddLook(WallTime at, const std::vector<std::int64_t>& end) {
  if (partitions_.size() < end.size()) partitions_.resize(end.size());
  for (std::size_t i = 0; i < end.size(); ++i) {
    if (IsKnown(end[i])) Add(partitions_[i], {end[i], at.unix_ms});
  }
}

void OffsetHistory::Add(std::vector<Point>& points, Point next) const {
  if (!points.empty()) {
    const Point& last = points.back();
    if (next.unix_ms == last.unix_ms) return;
    if (next.unix_ms < last.unix_ms || next.offset < last.offset) points.clear();
  }
  const std::size_t count = points.size();
  const bool still = count >= 2 && points[count - 1].offset == next.offset &&
                     points[count - 2].offset == next.offset;
  if (still) {
    points.back().unix_ms = next.unix_ms;
    return;
  }
  // Not doubled: of 50,000 logs that would be ten megabytes of nothing.
  if (points.size() == points.capacity()) points.reserve(points.size() + points.size() / 8 + 4);
  points.push_back(next);
  if (points.size() > capacity_) Thin(points);
}

void OffsetHistory::AddRecord(std::size_t partition, std::int64_t offset, std::int64_t unix_ms) {
  if (partition >= partitions_.size()) return;
  std::vector<Point>& points = partitions_[partition];
  const auto right = std::ranges::lower_bound(points, offset, {}, &Point::offset);
  if (right == points.end() || right->offset == offset || unix_ms >= right->unix_ms) return;
  if (right != points.begin() && unix_ms <= std::prev(right)->unix_ms) return;
  points.insert(right, {offset, unix_ms});
  if (points.size() > capacity_) Thin(points);
}

std::int64_t OffsetHistory::AddHindsight(std::size_t partition, std::int64_t at_ms,
                                         std::int64_t end, std::int64_t next_ms) {
  if (partition >= partitions_.size()) return kUnknownCount;
  std::vector<Point>& points = partitions_[partition];
  auto right = std::ranges::upper_bound(points, at_ms, {}, &Point::unix_ms);
  if (right == points.begin() || right == points.end()) return kUnknownCount;
  const Point left = *std::prev(right);
  if (end < left.offset || end > right->offset || at_ms == left.unix_ms) return kUnknownCount;
  if (left.offset == right->offset) return 0;
  const auto off =
      static_cast<std::int64_t>(std::abs(TimeAt(left, *right, end) - static_cast<double>(at_ms)));
  const bool came =
      IsKnown(next_ms) && end < right->offset && next_ms > at_ms && next_ms < right->unix_ms;
  right = std::next(points.insert(right, {end, at_ms}));
  if (came) points.insert(right, {end, next_ms});
  while (points.size() > capacity_) Thin(points);
  return off;
}

void OffsetHistory::Restore(std::size_t partition, const std::vector<OffsetPoint>& points) {
  if (partitions_.size() <= partition) partitions_.resize(partition + 1);
  std::vector<Point>& known = partitions_[partition];
  if (!known.empty()) return;
  for (const Point& point : points) {
    const bool grows = known.empty() || (point.offset >= known.back().offset &&
                                         point.unix_ms > known.back().unix_ms);
    if (!grows || point.offset < 0) break;
    known.push_back(point);
    if (known.size() > capacity_) Thin(known);
  }
}

void OffsetHistory::Thin(std::vector<Point>& points) const {
  const std::int64_t now_ms = points.back().unix_ms;
  std::size_t least = 1;
  double least_loss = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const double loss = LossOf(points[i - 1], points[i], points[i + 1], now_ms);
    if (loss < least_loss) {
      least_loss = loss;
      least = i;
    }
  }
  points.erase(std::next(points.begin(), static_cast<std::ptrdiff_t>(least)));
}

TimeLag OffsetHistory::LagOf(std::size_t partition, std::int64_t committed, WallTime now) const {
  if (partition >= partitions_.size() || !IsKnown(committed)) return {};
  const std::vector<Point>& points = partitions_[partition];
  if (points.empty()) return {};
  if (committed >= points.back().offset) return {0, TimeLagMethod::kCaughtUp, 0};
  const auto since = [&](double unix_ms) {
    return std::max(0.0, (static_cast<double>(now.unix_ms) - unix_ms) / 1000);
  };
  // The first point past the offset; the one before it is the last that was not.
  const auto right = std::ranges::upper_bound(points, committed, {}, &Point::offset);
  if (right == points.begin()) {
    return {since(static_cast<double>(points.front().unix_ms)), TimeLagMethod::kAtLeast, kUnknown};
  }
  const Point& left = *std::prev(right);
  const double between = static_cast<double>(right->unix_ms - left.unix_ms) / 1000;
  return {since(TimeAt(left, *right, committed)), TimeLagMethod::kInterpolated, between};
}

void OffsetHistory::Renumber(const Renumbering& map) {
  std::vector<std::vector<Point>> next(map.old_of_new.size());
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::int32_t old = map.old_of_new[i];
    if (old >= 0 && static_cast<std::size_t>(old) < partitions_.size()) {
      next[i] = std::move(partitions_[static_cast<std::size_t>(old)]);
    }
  }
  partitions_ = std::move(next);
}

}  // namespace levelwind::collectors
