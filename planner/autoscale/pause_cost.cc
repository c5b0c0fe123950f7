#include "planner/autoscale/pause_cost.h"

#include <algorithm>
#include <cstddef>

namespace levelwind::planner {

double TypicalPause(GroupProtocol protocol) {
  switch (protocol) {
    case GroupProtocol::kEager:
    case GroupProtocol::kCooperative:
      return 8;
    case GroupProtocol::kConsumer:
      return 4;
    case GroupProtocol::kShare:
      return 0;
  }
  return 8;
}

PauseCost CostOfPause(GroupProtocol protocol, std::span<const std::int32_t> before,
                      std::span<const std::int32_t> after, std::span<const double> rates,
                      double pause_s, double member) {
  PauseCost cost;
  if (protocol == GroupProtocol::kShare || member <= 0) return cost;
  std::vector<double> carried;
  for (std::size_t p = 0; p < after.size() && p < rates.size(); ++p) {
    if (after[p] < 0) continue;
    const auto m = static_cast<std::size_t>(after[p]);
    if (m >= carried.size()) carried.resize(m + 1, 0);
    carried[m] += rates[p];
  }
  for (std::size_t p = 0; p < after.size() && p < rates.size(); ++p) {
    const bool had = p < before.size() && before[p] >= 0;
    const bool stops = protocol == GroupProtocol::kEager || (had && before[p] != after[p]);
    if (!stops || after[p] < 0) continue;
    ++cost.moved;
    const double busy = std::min(carried[static_cast<std::size_t>(after[p])], 0.95 * member);
    cost.record_seconds += rates[p] * pause_s * pause_s / 2 * member / (member - busy);
  }
  return cost;
}

void PauseLearner::Look(double t, GroupPhase phase) {
  if (phase == GroupPhase::kRebalancing) {
    if (began_ < 0) began_ = before_ < 0 ? t : (before_ + t) / 2;
    stable_since_ = -1;
  } else if (phase == GroupPhase::kStable) {
    if (began_ >= 0) {
      const double seconds = std::clamp(t - began_, 1.0, 60.0);
      mean_ = mean_ < 0 ? seconds : 0.8 * mean_ + 0.2 * seconds;
      began_ = -1;
    }
    if (stable_since_ < 0) stable_since_ = t;
  } else {
    stable_since_ = -1;
  }
  before_ = t;
}

double PauseLearner::Seconds(GroupProtocol protocol) const {
  // What was seen may be several rounds on end: never more than three times what is typical.
  const double typical = TypicalPause(protocol);
  return mean_ < 0 ? typical : std::clamp(mean_, 0.3 * typical, 3 * typical);
}

}  // namespace levelwind::planner
