#pragma once

#include <cstddef>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/ids.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Where members of consumer groups run: those whose "client id / host" has a match of `pattern`.
struct ConsumerRack {
  std::regex pattern;
  std::string rack;
};

/// PlannerOptions::broker_sets, read. Errors: InvalidArgument for what is not "ID=SET" and for a
/// broker that is named twice.
Result<std::map<BrokerId, std::string>> ParseBrokerSets(const std::vector<std::string>& items);

/// PlannerOptions::consumer_racks, read. Errors: InvalidArgument for what is not "PATTERN=RACK"
/// (the last = counts) and for a pattern that is no regular expression.
Result<std::vector<ConsumerRack>> ParseConsumerRacks(const std::vector<std::string>& items);

/// Topics that are to have `factor` replicas.
struct ReplicationFactor {
  std::regex topics;
  std::size_t factor = 0;
};

/// PlannerOptions::replication_factors, read. Errors: InvalidArgument for what is not "PATTERN=N",
/// for N outside 1..7, and for a pattern that is no regular expression.
Result<std::vector<ReplicationFactor>> ParseReplicationFactors(
    const std::vector<std::string>& items);

/// Ranges and spelling of every option that belongs to a goal. Errors: InvalidArgument, naming the
/// option, its value and what it may be.
Status CheckGoalOptions(const PlannerOptions& options);

}  // namespace levelwind::planner
