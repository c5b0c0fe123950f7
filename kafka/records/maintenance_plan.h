#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/cluster_facts.h"

namespace levelwind::kafka {

/// Reads the value of a record of Cruise Control's maintenance topic (__MaintenanceEvent):
///   {"planType":"RemoveBrokerPlan","version":0,"crc":3127...,
///    "content":{"_brokers":[4],"_maintenanceEventType":"REMOVE_BROKER","_timeMs":1700000000000,
///               "_brokerId":4,"_planVersion":0}}
/// planType: AddBrokerPlan, RemoveBrokerPlan, DemoteBrokerPlan (with "_brokers"), RebalancePlan,
/// FixOfflineReplicasPlan, TopicReplicationFactorPlan ("_topicRegexWithRFUpdate": {"3":"regex"}).
/// crc is CRC-32C over the content's big-endian bytes: event type (1), version (1), time (8), id of
/// the broker that wrote it (4); then the number of brokers (2) and each (4), or the number of
/// replication factors (1) and each with its expression's length (2, 4, bytes). Pure; any thread.
///
/// Errors: kInvalidArgument for what is no such plan, kDataLoss where the crc is another,
/// kUnimplemented for a later version.
///
/// Whoever reads the topic gives its records to this, drops those that expired (15 minutes in
/// Cruise Control) and those that say the same within minutes (three), and puts the rest into
/// ClusterFacts::maintenance, where the detector maintenance_event finds them.
Result<MaintenanceEvent> DecodeMaintenancePlan(std::string_view json);

/// Whether the event is to be acted upon at all: not older than 15 minutes, nor of the future.
bool IsCurrent(const MaintenanceEvent& event, WallTime now);

}  // namespace levelwind::kafka
