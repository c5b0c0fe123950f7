#include "planner/goals/requirements.h"

#include <algorithm>
#include <cmath>

#include "planner/goals/margin.h"

namespace levelwind::planner {

std::uint32_t TopicBand::Most(std::uint64_t count, std::size_t brokers) const {
  const double mean = static_cast<double>(count) / static_cast<double>(brokers);
  const double up = static_cast<double>((count + brokers - 1) / brokers);
  const double gap = std::ceil(mean * HalfWidth(threshold));
  return static_cast<std::uint32_t>(
      up + std::clamp(gap, static_cast<double>(min_gap), static_cast<double>(max_gap)));
}

}  // namespace levelwind::planner
