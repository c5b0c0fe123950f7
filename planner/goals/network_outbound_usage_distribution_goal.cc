#include "planner/goals/network_outbound_usage_distribution_goal.h"

#include "planner/goals/distribution_goal.h"

namespace levelwind::planner {

std::shared_ptr<Goal> MakeNetworkOutboundUsageDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<DistributionGoal>(
      GoalInfo{.name = "NetworkOutboundUsageDistributionGoal",
               .alias = "network-out-usage",
               .kind = GoalKind::kDistribution,
               .lane = kNetworkOut,
               .weight = kOtherPrice,
               .phrase = "sends {} of the bytes",
               .about = "outbound rate within its band"},
      HalfWidthOf(options, options.balance_thresholds.network_out));
}

}  // namespace levelwind::planner
