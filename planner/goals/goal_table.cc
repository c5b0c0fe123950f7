#include "planner/goals/goal_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace levelwind::planner {
namespace {

// The weights of distribution goals are prices: what a mean broker's load outside the band costs,
// where moving a mean broker's disk costs 1. Just above the dual prices of the linear programme
// "least bytes with every band met" (disk 1.0, inbound 0.25, the rest about 0.1), because heavier
// ones buy the same balance with more bytes.
constexpr std::array kGoals = {
    GoalInfo{"RackAwareGoal", "rack-aware", GoalKind::kRack, true, kReplicas, 0, "",
             "replicas of a partition on distinct racks"},
    GoalInfo{"ReplicaCapacityGoal", "replica-capacity", GoalKind::kCapacity, true, kReplicas, 0,
             "holds {} replicas", "no more replicas on a broker than allowed"},
    GoalInfo{"DiskCapacityGoal", "disk-capacity", GoalKind::kCapacity, true, kDisk, 0,
             "holds {} of the data", "disk use under its share of the capacity"},
    GoalInfo{"NetworkInboundCapacityGoal", "network-in-capacity", GoalKind::kCapacity, true,
             kNetworkIn, 0, "takes in {} of the bytes", "inbound rate under its share"},
    GoalInfo{"NetworkOutboundCapacityGoal", "network-out-capacity", GoalKind::kCapacity, true,
             kNetworkOut, 0, "sends {} of the bytes", "outbound rate under its share"},
    GoalInfo{"CpuCapacityGoal", "cpu-capacity", GoalKind::kCapacity, true, kCpu, 0,
             "uses {} of the cpu", "cpu use under its share"},
    GoalInfo{"ReplicaDistributionGoal", "replica-distribution", GoalKind::kDistribution, false,
             kReplicas, 0.2F, "holds {} of the replicas", "replica count within its band"},
    GoalInfo{"PotentialNwOutGoal", "potential-network-out", GoalKind::kPotentialOut, false,
             kPotentialOut, 0.2F, "could have to send {} of the bytes",
             "outbound rate under its share even if the broker led all it holds"},
    GoalInfo{"DiskUsageDistributionGoal", "disk-usage", GoalKind::kDistribution, false, kDisk, 1.1F,
             "holds {} of the data", "disk use within its band"},
    GoalInfo{"NetworkInboundUsageDistributionGoal", "network-in-usage", GoalKind::kDistribution,
             false, kNetworkIn, 0.4F, "takes in {} of the bytes (replication included)",
             "inbound rate within its band"},
    GoalInfo{"NetworkOutboundUsageDistributionGoal", "network-out-usage", GoalKind::kDistribution,
             false, kNetworkOut, 0.2F, "sends {} of the bytes", "outbound rate within its band"},
    GoalInfo{"CpuUsageDistributionGoal", "cpu-usage", GoalKind::kDistribution, false, kCpu, 0.2F,
             "uses {} of the cpu", "cpu use within its band"},
    GoalInfo{"TopicReplicaDistributionGoal", "topic-replicas", GoalKind::kTopicReplicas, false,
             kReplicas, 0, "holds {} of the topic's replicas",
             "replicas of a topic spread over the brokers"},
    GoalInfo{"LeaderReplicaDistributionGoal", "leader-distribution", GoalKind::kDistribution, false,
             kLeaders, 0.2F, "leads {} of the partitions", "leader count within its band"},
    GoalInfo{"LeaderBytesInDistributionGoal", "leader-bytes-in", GoalKind::kDistribution, false,
             kLeaderIn, 0.2F, "leads {} of the produced bytes",
             "produced bytes of the led partitions within their band"},
    GoalInfo{"TopicLeaderReplicaDistributionGoal", "topic-leaders", GoalKind::kTopicLeaders, false,
             kLeaders, 0, "leads {} of the topic's partitions",
             "leaders of a topic spread over the brokers"},
    GoalInfo{"PreferredLeaderElectionGoal", "preferred-leaders", GoalKind::kPreferredLeaders, false,
             kLeaders, 0, "", "partitions led by the first of their replicas"},
};

const GoalInfo* FindGoal(std::string_view name) {
  const auto it = std::ranges::find_if(
      kGoals, [&](const GoalInfo& goal) { return goal.name == name || goal.alias == name; });
  return it == kGoals.end() ? nullptr : &*it;
}

Error UnknownGoal(const std::string& name) {
  std::vector<std::string> valid;
  for (const GoalInfo& goal : kGoals) {
    valid.emplace_back(goal.name);
    valid.emplace_back(goal.alias);
  }
  const auto nearest = NearestWord(name, valid);
  return InvalidArgument(fmt::format("goal \"{}\" does not exist; {}", EscapeControl(name),
                                     nearest ? fmt::format("did you mean {}?", *nearest)
                                             : "valid goals: " + Join(DefaultGoalNames(), ", ")));
}

}  // namespace

std::span<const GoalInfo> AllGoals() { return kGoals; }

std::vector<std::string> DefaultGoalNames() {
  std::vector<std::string> names;
  for (const GoalInfo& goal : kGoals) names.emplace_back(goal.name);
  return names;
}

Result<std::vector<const GoalInfo*>> ResolveGoals(const std::vector<std::string>& names) {
  std::vector<const GoalInfo*> goals;
  if (names.empty()) {
    for (const GoalInfo& goal : kGoals) goals.push_back(&goal);
    return goals;
  }
  for (const std::string& name : names) {
    const GoalInfo* goal = FindGoal(name);
    if (goal == nullptr) return UnknownGoal(name);
    if (std::ranges::find(goals, goal) != goals.end()) {
      return InvalidArgument(fmt::format("goal \"{}\" is listed twice; name it once", name));
    }
    goals.push_back(goal);
  }
  return goals;
}

}  // namespace levelwind::planner
