#pragma once

namespace levelwind::planner {

/// Cruise Control works against this share of the configured distance to the mean, so that what it
/// leaves inside stays inside.
inline constexpr double kBalanceMargin = 0.9;

/// Half width of the band of a balance threshold: 0.09 for 1.10. Threshold >= 1.
constexpr double HalfWidth(double threshold) { return (threshold - 1) * kBalanceMargin; }

}  // namespace levelwind::planner
