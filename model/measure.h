#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace levelwind {

// Unknown is never zero (I17). Rates and other measured doubles that are not known are NaN,
// measured byte counts and offsets that are not known are -1. Only these helpers test for it.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t kUnknownCount = -1;

inline bool IsKnown(double value) { return !std::isnan(value); }
inline bool IsKnown(std::int64_t count) { return count >= 0; }
inline double KnownOr(double value, double fallback) { return IsKnown(value) ? value : fallback; }
inline double KnownOr(std::int64_t count, double fallback) {
  return IsKnown(count) ? static_cast<double>(count) : fallback;
}

}  // namespace levelwind
