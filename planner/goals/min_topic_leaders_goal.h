#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// MinTopicLeadersPerBrokerGoal: each serving broker leads at least options.min_topic_leaders
/// partitions of each topic that options.min_leader_topics matches; 0 stands for as many as each
/// can have, floor(partitions / brokers). Violations are pairs of a topic and a broker. Hard; not
/// in the default list.
std::shared_ptr<Goal> MakeMinTopicLeadersGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
