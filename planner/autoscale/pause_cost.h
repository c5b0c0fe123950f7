#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "planner/autoscale/group_input.h"

namespace levelwind::planner {

/// What it costs to go from one number of members to another: which partitions stop, and for how
/// long.
struct PauseCost {
  std::int64_t moved = 0;     ///< Partitions that stop.
  double record_seconds = 0;  ///< Delay of all records together.
};

/// Seconds that a moved partition is taken to stop before any was seen: rather too long than too
/// short, since members that work long between two polls make all others wait.
double TypicalPause(GroupProtocol protocol);

/// Sum over what stops of rate x pause^2 / 2 x member / (member - rate of its owner): what piles up
/// in the pause, until it is worked off. `rates` by partition, records/s; `member` one member's.
PauseCost CostOfPause(GroupProtocol protocol, std::span<const std::int32_t> before,
                      std::span<const std::int32_t> after, std::span<const double> rates,
                      double pause_s, double member);

/// Learns how long the group is dealt out for.
class PauseLearner {
 public:
  void Look(double t, GroupPhase phase);
  double Seconds(GroupProtocol protocol) const;
  /// Seconds since the group was last seen to be dealt out, or its members changed.
  double StableFor(double t) const { return stable_since_ < 0 ? 0 : t - stable_since_; }
  void MembersChanged(double t) { stable_since_ = t; }

 private:
  double began_ = -1, stable_since_ = -1, before_ = -1;
  double mean_ = -1;
};

}  // namespace levelwind::planner
