#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "model/topic_wish.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Where the partitions of a new topic should be.
struct TopicPlacement {
  std::string topic;
  std::vector<std::vector<BrokerId>> replicas;  ///< By partition; leader first.
  std::vector<GoalVerdict> goals;               ///< Of the cluster with the topic: ..._after.
};

/// Places a new topic beside what there is, of which nothing moves: partition by partition onto the
/// brokers that have least, racks apart, then as the goals want it. What options say about brokers,
/// goals and thresholds holds; limits and other work do not. Pure; any thread. Errors:
/// InvalidArgument for a wish that Kafka would refuse, kAlreadyExists, FailedPrecondition where
/// too few brokers may receive, and whatever PlanRebalance says of options.
Result<TopicPlacement> PlaceTopic(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                                  const TopicWish& wish);

/// One JSON object: topic, replicas, assignment ("1:2,2:3", as kafka-topics --create
/// --replica-assignment takes it), goals with goal, hard, judged, violations and note.
std::string PlacementJson(const TopicPlacement& placement);

}  // namespace levelwind::planner
