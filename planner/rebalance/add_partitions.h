#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// A plan that gives topics more partitions, and moves nothing: each new partition where PlaceTopic
/// would put one of a new topic, beside those that the topic has. It has as many replicas as the
/// topic's first partition, and is taken for one that bears the topic's load divided by its new
/// number of partitions.
///
/// `wishes` are "TOPIC=N", N the new number of partitions; a topic that has N already is left out.
/// What options say about brokers, goals and thresholds holds; limits and other work do not. Pure;
/// any thread. Errors: InvalidArgument for what is not "TOPIC=N", fewer partitions than there are
/// or more than 100,000, a topic named twice; kNotFound; FailedPrecondition for topics that are
/// being reassigned or offline in part, and where too few brokers may receive; and whatever
/// PlanRebalance says of options.
Result<Proposal> ProposePartitions(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                                   const std::vector<std::string>& wishes);

}  // namespace levelwind::planner
