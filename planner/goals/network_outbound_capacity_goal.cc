#include "planner/goals/network_outbound_capacity_goal.h"

#include "planner/goals/capacity_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeNetworkOutboundCapacityGoal(const PlannerOptions& options) {
  return std::make_shared<CapacityGoal>(GoalInfo{.name = "NetworkOutboundCapacityGoal",
                                                 .alias = "network-out-capacity",
                                                 .kind = GoalKind::kCapacity,
                                                 .hard = true,
                                                 .lane = kNetworkOut,
                                                 .phrase = "sends {} of the bytes",
                                                 .about = "outbound rate under its share"},
                                        options.network_capacity_threshold);
}

}  // namespace levelwind::planner
