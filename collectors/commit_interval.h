#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace levelwind::collectors {

/// The mean time between commits, in seconds, after one more that came `after_ms` after the one
/// before; NaN: there was none yet. Weighted to the last few, and one pause moves it little: a
/// sample counts as at most four times and at least a quarter of what the interval was.
inline float NextCommitInterval(float interval_s, std::int64_t after_ms) {
  constexpr float kWeight = 0.25F;
  if (after_ms <= 0) return interval_s;  // the same request, or a clock that went back
  const float sample = static_cast<float>(after_ms) / 1000;
  if (std::isnan(interval_s)) return sample;
  return interval_s + kWeight * (std::clamp(sample, interval_s / 4, interval_s * 4) - interval_s);
}

}  // namespace levelwind::collectors
