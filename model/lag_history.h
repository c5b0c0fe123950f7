#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace levelwind {

/// One group's lag over a span of time. NaN: nothing was known.
struct LagPoint {
  float lag = std::numeric_limits<float>::quiet_NaN();          ///< Messages; the span's largest.
  float lag_seconds = std::numeric_limits<float>::quiet_NaN();  ///< The span's largest.
  float consumed_per_s = std::numeric_limits<float>::quiet_NaN();  ///< The span's mean.

  bool empty() const { return !(lag == lag) && !(lag_seconds == lag_seconds); }
};

/// A consumer group's lag in spans of equal length, oldest first: points[i] is about
/// [from_ms + i * step_ms, from_ms + (i + 1) * step_ms).
struct GroupLagHistory {
  std::string group;
  std::int64_t from_ms = 0;  ///< Unix time; a multiple of step_ms.
  std::int64_t step_ms = 0;
  std::vector<LagPoint> points;
};

}  // namespace levelwind
