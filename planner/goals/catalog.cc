#include "planner/goals/catalog.h"

#include <array>

#include "planner/goals/broker_set_aware_goal.h"
#include "planner/goals/consumer_fetch_locality_goal.h"
#include "planner/goals/cpu_capacity_goal.h"
#include "planner/goals/cpu_usage_distribution_goal.h"
#include "planner/goals/disk_capacity_goal.h"
#include "planner/goals/disk_usage_distribution_goal.h"
#include "planner/goals/hot_partition_isolation_goal.h"
#include "planner/goals/kafka_assigner_disk_usage_goal.h"
#include "planner/goals/kafka_assigner_even_rack_aware_goal.h"
#include "planner/goals/leader_bytes_in_distribution_goal.h"
#include "planner/goals/leader_replica_distribution_goal.h"
#include "planner/goals/min_topic_leaders_goal.h"
#include "planner/goals/network_inbound_capacity_goal.h"
#include "planner/goals/network_inbound_usage_distribution_goal.h"
#include "planner/goals/network_outbound_capacity_goal.h"
#include "planner/goals/network_outbound_usage_distribution_goal.h"
#include "planner/goals/potential_nw_out_goal.h"
#include "planner/goals/preferred_leader_election_goal.h"
#include "planner/goals/rack_aware_distribution_goal.h"
#include "planner/goals/rack_aware_goal.h"
#include "planner/goals/replica_capacity_goal.h"
#include "planner/goals/replica_distribution_goal.h"
#include "planner/goals/topic_leader_distribution_goal.h"
#include "planner/goals/topic_replica_distribution_goal.h"

namespace levelwind::planner {
namespace {

constexpr std::array kMakers = {
    &MakeRackAwareGoal,
    &MakeRackAwareDistributionGoal,
    &MakeBrokerSetAwareGoal,
    &MakeMinTopicLeadersGoal,
    &MakeKafkaAssignerEvenRackAwareGoal,
    &MakeReplicaCapacityGoal,
    &MakeDiskCapacityGoal,
    &MakeNetworkInboundCapacityGoal,
    &MakeNetworkOutboundCapacityGoal,
    &MakeCpuCapacityGoal,
    &MakeReplicaDistributionGoal,
    &MakePotentialNwOutGoal,
    &MakeKafkaAssignerDiskUsageGoal,
    &MakeDiskUsageDistributionGoal,
    &MakeNetworkInboundUsageDistributionGoal,
    &MakeNetworkOutboundUsageDistributionGoal,
    &MakeCpuUsageDistributionGoal,
    &MakeTopicReplicaDistributionGoal,
    &MakeLeaderReplicaDistributionGoal,
    &MakeLeaderBytesInDistributionGoal,
    &MakeTopicLeaderDistributionGoal,
    &MakeHotPartitionIsolationGoal,
    &MakeConsumerFetchLocalityGoal,
    &MakePreferredLeaderElectionGoal,
};

}  // namespace

std::span<const GoalMaker> BuiltInGoals() { return kMakers; }

}  // namespace levelwind::planner
