#include "planner/autoscale/offset_track.h"

#include <algorithm>
#include <cstddef>

#include "model/measure.h"

namespace levelwind::planner {
namespace {
constexpr std::size_t kMostPoints = 72;
constexpr double kFine = 130;  // seconds that are kept as they came
}  // namespace

void OffsetTrack::Add(double t, std::int64_t offset) {
  if (!points_.empty() && offset < points_.back().offset) points_.clear();
  if (points_.empty()) {
    grew_ = t;
  } else {
    if (t <= points_.back().t) return;
    if (offset > points_.back().offset) grew_ = t;
  }
  points_.push_back({t, offset});
  if (points_.size() > kMostPoints) Thin();
}

void OffsetTrack::Thin() {
  const double recent = points_.back().t - kFine;
  std::size_t out = 1;
  bool keep = false;  // the first always stays, then every second of the old ones
  for (std::size_t i = 1; i < points_.size(); ++i) {
    if (points_[i].t >= recent || keep) points_[out++] = points_[i];
    keep = !keep;
  }
  if (out == points_.size()) {  // looks come so fast that all are recent
    points_.erase(points_.begin() + 1);
    return;
  }
  points_.resize(out);
}

double OffsetTrack::OffsetAt(double t) const {
  if (points_.empty()) return kUnknown;
  if (t >= points_.back().t) return static_cast<double>(points_.back().offset);
  if (t <= points_.front().t) return static_cast<double>(points_.front().offset);
  const auto after = std::ranges::lower_bound(points_, t, {}, &Point::t);
  const auto before = after - 1;
  const double part = (t - before->t) / (after->t - before->t);
  const auto from = static_cast<double>(before->offset);
  return from + part * (static_cast<double>(after->offset) - from);
}

double OffsetTrack::TimeWhen(std::int64_t offset) const {
  if (points_.empty() || offset < points_.front().offset || offset >= points_.back().offset) {
    return kUnknown;
  }
  // The last point at or below: the record with this offset was written after it.
  const auto after = std::ranges::upper_bound(points_, offset, {}, &Point::offset);
  const auto before = after - 1;
  const double part = static_cast<double>(offset - before->offset) /
                      static_cast<double>(after->offset - before->offset);
  return before->t + part * (after->t - before->t);
}

double OffsetTrack::Rate(double window) const {
  if (points_.size() < 2) return kUnknown;
  const double from = std::max(points_.front().t, points_.back().t - window);
  const double span = points_.back().t - from;
  if (span < window * 0.5) return kUnknown;
  return std::max(0.0, (static_cast<double>(points_.back().offset) - OffsetAt(from)) / span);
}

double OffsetTrack::StillFor() const { return points_.empty() ? 0 : points_.back().t - grew_; }

}  // namespace levelwind::planner
