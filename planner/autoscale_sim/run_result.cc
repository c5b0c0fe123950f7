#include "planner/autoscale_sim/run_result.h"

#include <algorithm>
#include <cmath>

namespace levelwind::planner::sim {

std::size_t LatencyCounts::Slot(int seconds) {
  if (seconds < kLinear) return static_cast<std::size_t>(std::max(0, seconds));
  const double octaves = std::log2(static_cast<double>(seconds) / kLinear);
  return static_cast<std::size_t>(std::min(kLinear + 95.0, kLinear + std::floor(octaves * 8)));
}

double LatencyCounts::Upper(std::size_t slot) {
  if (slot < kLinear) return static_cast<double>(slot);
  return kLinear * std::exp2((static_cast<double>(slot) - kLinear + 1) / 8);
}

double LatencyCounts::Quantile(double share) const {
  double sum = 0;
  for (std::size_t slot = 0; slot < counts_.size(); ++slot) {
    sum += counts_[slot];
    if (sum > 0 && sum >= share * total_) return Upper(slot);
  }
  return 0;
}

}  // namespace levelwind::planner::sim
