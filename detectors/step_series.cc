#include "detectors/step_series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "detectors/describe.h"

namespace levelwind::detectors {

void StepSeries::Add(std::int64_t unix_ms, double value) {
  if (!std::isfinite(value) || unix_ms < 0) return;
  const std::int64_t step = unix_ms / step_ms_;
  if (!values_.empty() && step < newest_) return;
  if (values_.empty() || step > newest_) {
    const std::int64_t gap = values_.empty() ? 1 : step - newest_;
    if (gap > static_cast<std::int64_t>(kept_)) values_.clear();
    const auto missing = static_cast<std::size_t>(
        std::min<std::int64_t>(gap - 1, values_.empty() ? 0 : static_cast<std::int64_t>(kept_)));
    values_.insert(values_.end(), missing, std::numeric_limits<float>::quiet_NaN());
    values_.push_back(static_cast<float>(value));
    if (values_.size() > kept_) {
      values_.erase(values_.begin(),
                    values_.begin() + static_cast<std::ptrdiff_t>(values_.size() - kept_));
    }
    newest_ = step;
    in_newest_ = 1;
    return;
  }
  ++in_newest_;
  float& mean = values_.back();
  mean += (static_cast<float>(value) - mean) / static_cast<float>(in_newest_);
}

void StepSeries::Restore(std::int64_t newest_ms, std::vector<float> values) {
  if (values.size() > kept_) {
    values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(kept_));
  }
  values_ = std::move(values);
  newest_ = newest_ms / step_ms_;
  in_newest_ = 1;
}

double StepSeries::Back(std::size_t back) const {
  return back < values_.size() ? values_[values_.size() - 1 - back] : kUnknown;
}

std::vector<double> StepSeries::Values(std::size_t leave_out) const {
  const std::size_t count = values_.size() - std::min(leave_out, values_.size());
  return {values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::size_t StepSeries::known() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(values_, [](float v) { return std::isfinite(v); }));
}

double RobustSlope(const std::vector<double>& values, double step_s) {
  std::vector<double> slopes;
  std::size_t known = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    ++known;
    for (std::size_t j = i + 1; j < values.size(); ++j) {
      if (!std::isfinite(values[j])) continue;
      slopes.push_back((values[j] - values[i]) / (static_cast<double>(j - i) * step_s));
    }
  }
  return known < 3 ? kUnknown : MedianOfKnown(std::move(slopes));
}

}  // namespace levelwind::detectors
