#include "planner/goals/network_inbound_usage_distribution_goal.h"

#include "planner/goals/distribution_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeNetworkInboundUsageDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<DistributionGoal>(
      GoalInfo{.name = "NetworkInboundUsageDistributionGoal",
               .alias = "network-in-usage",
               .kind = GoalKind::kDistribution,
               .lane = kNetworkIn,
               .weight = kNetworkInPrice,
               .phrase = "takes in {} of the bytes (replication included)",
               .about = "inbound rate within its band"},
      HalfWidthOf(options, options.balance_thresholds.network_in));
}

}  // namespace levelwind::planner
