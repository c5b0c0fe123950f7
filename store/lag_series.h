#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/lag_history.h"
#include "model/offset_points.h"

namespace levelwind::store {

/// Spans that belong together on disk: kChunkPoints of them, the first at a multiple of all.
inline constexpr std::size_t kChunkPoints = 60;

/// Adds samples up to one span's point: the largest lag, the mean rate.
class PointSum {
 public:
  void Add(const LagPoint& sample);
  LagPoint point() const;
  bool empty() const { return samples_ == 0; }

 private:
  LagPoint most_;
  double rate_sum_ = 0;
  std::uint32_t rates_ = 0;
  std::uint32_t samples_ = 0;
};

/// The points of one chunk as bytes: 12 each, or 12 in all where every point says the same (a group
/// that is caught up day after day). Little-endian floats.
std::string EncodeChunk(const std::vector<LagPoint>& points);
/// Nothing where the bytes are not a chunk. Always kChunkPoints points otherwise.
std::optional<std::vector<LagPoint>> DecodeChunk(std::string_view bytes);

/// Points of a log's end as bytes: differences, 7 bits a byte, mostly 5 a point.
std::string EncodeOffsets(const std::vector<OffsetPoint>& points);
/// Nothing where the bytes are not such points.
std::optional<std::vector<OffsetPoint>> DecodeOffsets(std::string_view bytes);

/// Bytes that were used, or NaN where that is not known: little-endian floats.
std::string EncodeUsed(const std::vector<float>& used);
/// Nothing where the bytes are not such floats, or some are negative or infinite.
std::optional<std::vector<float>> DecodeUsed(std::string_view bytes);

/// The last `capacity` spans of `step_ms` of one group, in memory. Samples come in the order of
/// time; one that is older than the newest span is left out. Not thread-safe.
class LagSeries {
 public:
  LagSeries(std::int64_t step_ms, std::size_t capacity) : step_ms_(step_ms), capacity_(capacity) {}

  void Add(std::int64_t unix_ms, const LagPoint& sample);
  /// The span's point; empty where it is not kept.
  LagPoint At(std::int64_t unix_ms) const;
  /// The first span that is kept, and the one after the last; equal: none is.
  std::int64_t from_ms() const;
  std::int64_t to_ms() const;
  std::int64_t step_ms() const { return step_ms_; }

 private:
  std::int64_t step_ms_;
  std::size_t capacity_;
  std::vector<LagPoint> points_;  ///< A ring: the span with number n is at n % capacity.
  std::int64_t newest_ = -1;      ///< Number of the newest span; the number is unix_ms / step_ms.
  std::int64_t oldest_ = 0;
  PointSum open_;
};

}  // namespace levelwind::store
