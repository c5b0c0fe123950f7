#include "planner/goals/lane_share.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/search/judge.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

std::string Percent(double share) {
  if (share <= 0) return "none";
  if (share >= 0.1) return fmt::format("{:.0f} %", share * 100);
  return fmt::format("{:.2g} %", share * 100);
}

std::string ShareInWords(const Placement& placement, BrokerIndex b, const GoalInfo& goal) {
  const auto whole = static_cast<double>(placement.cluster().targets.size());
  const double share = static_cast<double>(placement.load(b)[goal.lane]) / whole;
  return fmt::format("broker {} {}", placement.cluster().broker_ids[b],
                     fmt::format(fmt::runtime(goal.phrase), Percent(share)));
}

float LaneOutside(const Placement& placement, BrokerIndex b, std::size_t lane, float load,
                  bool capacity) {
  const Bands& bands = placement.bands();
  if (!placement.cluster().target[b]) return 0;
  if (capacity) return std::max(0.0F, load - bands.cap[b][lane]);
  return std::max({0.0F, load - bands.high[b][lane], bands.low[b][lane] - load});
}

GoalTally TallyLane(const Placement& placement, std::size_t lane, bool capacity) {
  GoalTally tally;
  const bool judged =
      capacity ? placement.bands().capacity[lane] : placement.bands().distribution[lane];
  if (!judged) return tally;
  for (const BrokerIndex b : placement.cluster().targets) {
    const double outside =
        capacity ? AboveCapacity(placement, b, lane) : DistanceOutside(placement, b, lane);
    if (outside <= kJudgeRounding) continue;
    ++tally.violations;
    tally.cost += outside;
  }
  return tally;
}

std::string WorstInLane(const Placement& placement, const GoalInfo& goal, bool capacity) {
  BrokerIndex worst = placement.cluster().targets.front();
  float worst_outside = -1;
  for (const BrokerIndex b : placement.cluster().targets) {
    const float outside =
        LaneOutside(placement, b, goal.lane, placement.load(b)[goal.lane], capacity);
    if (outside <= worst_outside) continue;
    worst = b;
    worst_outside = outside;
  }
  float largest = 0;
  for (const Seat seat : placement.held(worst)) {
    const PartitionRecord& record = placement.partition(PartitionOf(seat));
    largest = std::max(largest, placement.cluster().LoadOf(record, SlotOfSeat(seat))[goal.lane]);
  }
  const float load = placement.load(worst)[goal.lane];
  std::string words = fmt::format("worst: {}", ShareInWords(placement, worst, goal));
  if (load > 0 && largest > 0.5F * load) {
    words +=
        fmt::format(", {:.0f} % of it by one partition", static_cast<double>(100 * largest / load));
  }
  return words;
}

}  // namespace levelwind::planner
