#pragma once

#include <algorithm>
#include <vector>

namespace levelwind::bench {

/// The upper one of an even number of values; 0 without any.
inline double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace levelwind::bench
