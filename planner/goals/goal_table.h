#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// What a goal looks at. Every goal is one row of a table and not a class of its own: the search
/// works on one vector per broker in which a goal is a lane with a band or a cap.
enum class GoalKind : std::uint8_t {
  kRack,              ///< Replicas of a partition on distinct racks, as many as there can be.
  kCapacity,          ///< A lane under a share of the broker's capacity.
  kDistribution,      ///< A lane within a band around its reachable mean.
  kPotentialOut,      ///< Outbound rate if the broker led all it holds, under the capacity share.
  kTopicReplicas,     ///< Replicas of one topic on one broker.
  kTopicLeaders,      ///< Leaders of one topic on one broker.
  kPreferredLeaders,  ///< Every partition led by the first of its replicas.
};

struct GoalInfo {
  std::string_view name;   ///< Cruise Control's class name.
  std::string_view alias;  ///< The same for command lines: "disk-usage".
  GoalKind kind;
  bool hard;
  Lane lane;                ///< Meaningful for kCapacity, kDistribution, kPotentialOut.
  float weight;             ///< Of one mean broker outside the band; see goal_table.cc.
  std::string_view phrase;  ///< "leads {} of the bytes in": a broker's share in a sentence.
  std::string_view about;   ///< One line for lists.
};

/// Every goal that this planner knows, in the default order of priority.
std::span<const GoalInfo> AllGoals();
std::vector<std::string> DefaultGoalNames();

/// Goal names (or aliases) to rows, in the given order; an empty list means the default. Hard goals
/// may be left out. Errors: InvalidArgument for an unknown name, with the nearest valid one, and
/// for a name given twice.
Result<std::vector<const GoalInfo*>> ResolveGoals(const std::vector<std::string>& names);

/// The name under which moves off dead or leaving brokers are reported. Always on, not in the list.
inline constexpr std::string_view kDrainGoal = "DeadBrokerGoal";

}  // namespace levelwind::planner
