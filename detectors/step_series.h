#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/measure.h"

namespace levelwind::detectors {

/// One figure over time, in steps of equal length, oldest forgotten first: what came within a step
/// is averaged, a step without anything is unknown. Bounded: `kept` steps of four bytes. Pure
/// value.
class StepSeries {
 public:
  StepSeries(std::int64_t step_ms, std::size_t kept) : step_ms_(step_ms), kept_(kept) {}

  /// Times before the newest step, and values that are not finite, change nothing.
  void Add(std::int64_t unix_ms, double value);

  std::size_t size() const { return values_.size(); }
  /// Puts back what Values() was when the newest step began at `newest_ms`: of the same step
  /// length, and nothing added yet. Further times begin a new step.
  void Restore(std::int64_t newest_ms, std::vector<float> values);
  /// When the newest step began; 0 while there is none.
  std::int64_t newest_ms() const { return values_.empty() ? 0 : newest_ * step_ms_; }
  const std::vector<float>& raw() const { return values_; }
  std::int64_t step_ms() const { return step_ms_; }

  /// `back` 0 is the newest step, which may still be filling; unknown beyond what is kept.
  double Back(std::size_t back) const;
  /// Oldest first, with the unknown ones. `newest` steps are left out at the end.
  std::vector<double> Values(std::size_t leave_out = 0) const;
  std::size_t known() const;
  double step_s() const { return static_cast<double>(step_ms_) / 1000; }
  std::size_t MemoryBytes() const { return values_.capacity() * sizeof(float); }

 private:
  std::int64_t step_ms_;
  std::size_t kept_;
  std::int64_t newest_ = 0;  ///< Number of the newest step since 1970.
  std::size_t in_newest_ = 0;
  std::vector<float> values_;  ///< Oldest first.
};

/// The slope per second of equally spaced values, as the median over all pairs (Theil 1950, Sen
/// 1968): up to 29 % of wild values do not bend it. Unknown values are left out; unknown for fewer
/// than three. O(n^2).
double RobustSlope(const std::vector<double>& values, double step_s);

}  // namespace levelwind::detectors
