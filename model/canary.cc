#include "model/canary.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace levelwind {

void LatencyHistogram::Add(double seconds) {
  const auto bucket = std::ranges::lower_bound(kBounds, seconds);
  ++counts[static_cast<std::size_t>(bucket - kBounds.begin())];
  sum_s += seconds;
}

std::uint64_t LatencyHistogram::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

double LatencyHistogram::Quantile(double share) const {
  const std::uint64_t all = count();
  if (all == 0) return kUnknown;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    seen += counts[i];
    if (static_cast<double>(seen) >= share * static_cast<double>(all)) return kBounds[i];
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace levelwind
