#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/goals/goal_set.h"
#include "planner/goals/rack_spread.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// A placement judged against every goal, with nothing of the search's weights in it.
struct Judgement {
  std::vector<GoalTally> goals;  ///< Parallel to GoalSet::ordered.
  GoalTally drain;  ///< Replicas on dead or leaving brokers or in failed log dirs, and partitions
                    ///< that a demoted broker leads.
  std::int32_t hard = 0;  ///< Violations of hard goals, drain included.
  std::int32_t soft = 0;
  std::int32_t hard_rules = 0;  ///< Those of hard goals that are no capacities.
  std::int32_t overfull = 0;    ///< Severity of the hard capacities together.
  double rules_cost = 0;        ///< Of hard_rules.
  double soft_cost = 0;         ///< Weighted with the goals' prices.
  double bytes = 0;             ///< Moved, in mean brokers' disks.

  bool level() const { return hard == 0 && soft == 0; }
};

/// By what placements are compared on one goal: its violations; for a capacity how much the brokers
/// together are above it, in thousandths of a mean broker, rounded up. An overfull cluster is no
/// better off when one broker bears all that is too much than when all share it.
std::int32_t Severity(GoalKind kind, const GoalTally& tally);

/// Preferred leadership is not judged here: who leads is an observation, not part of a placement.
Judgement Judge(const Placement& placement, const GoalSet& goals);

/// Whether `after` is enough better than `before` to be worth moves: fewer violations of hard rules
/// (or as many and less of them), a tenth less above the capacities, or, with no more above them,
/// fewer soft violations or a tenth less outside the bands. A difference below that is noise which
/// would make plans follow plans for ever.
bool WorthMoving(const Judgement& before, const Judgement& after);

/// Whether `a` is the better of two results: hard rules, then capacities, then soft violations,
/// then distance, then bytes.
bool Better(const Judgement& a, const Judgement& b);

/// What a lane may be outside by rounding alone, in mean brokers.
inline constexpr double kJudgeRounding = 5e-7;

/// How far a lane of a broker is outside its band (above its cap), in mean brokers.
double DistanceOutside(const Placement& placement, BrokerIndex b, std::size_t lane);
double AboveCapacity(const Placement& placement, BrokerIndex b, std::size_t lane);

/// Whether a lane of a broker is outside its band or above its cap, up to rounding.
bool OutsideBand(const Placement& placement, BrokerIndex b, std::size_t lane);
bool OverCapacity(const Placement& placement, BrokerIndex b, std::size_t lane);
/// Number of (broker, lane) pairs outside: what the search drives to 0.
std::size_t CountOutside(const Placement& placement);

}  // namespace levelwind::planner
