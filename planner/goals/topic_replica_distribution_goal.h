#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// TopicReplicaDistributionGoal: no broker holds more replicas of a topic than ceil(mean) + gap,
/// where the gap is the topic's band (GoalRequirements). Soft, but the search keeps it like a hard
/// one.
std::shared_ptr<Goal> MakeTopicReplicaDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
