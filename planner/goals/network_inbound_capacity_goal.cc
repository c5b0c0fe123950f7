#include "planner/goals/network_inbound_capacity_goal.h"

#include "planner/goals/capacity_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeNetworkInboundCapacityGoal(const PlannerOptions& options) {
  return std::make_shared<CapacityGoal>(GoalInfo{.name = "NetworkInboundCapacityGoal",
                                                 .alias = "network-in-capacity",
                                                 .kind = GoalKind::kCapacity,
                                                 .hard = true,
                                                 .lane = kNetworkIn,
                                                 .phrase = "takes in {} of the bytes",
                                                 .about = "inbound rate under its share"},
                                        options.network_capacity_threshold);
}

}  // namespace levelwind::planner
