#pragma once

#include <cstddef>
#include <string>

#include "planner/goals/goal.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// "23 %", with as many digits as the cluster's size asks for; "none" for nothing.
std::string Percent(double share);

/// "broker 3 holds 23 % of the data": a broker's share of the whole in the goal's lane.
std::string ShareInWords(const Placement& placement, BrokerIndex b, const GoalInfo& goal);

/// How far `load` is outside the broker's band (or, with `capacity`, above its cap) in a lane, in
/// mean brokers; 0 on brokers that are no target.
float LaneOutside(const Placement& placement, BrokerIndex b, std::size_t lane, float load,
                  bool capacity);

/// Violations and distance of a lane over all targets.
GoalTally TallyLane(const Placement& placement, std::size_t lane, bool capacity);

/// "worst: broker 3 holds 40 % of the data, 70 % of it by one partition".
std::string WorstInLane(const Placement& placement, const GoalInfo& goal, bool capacity);

}  // namespace levelwind::planner
