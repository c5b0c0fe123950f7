#pragma once

#include <memory>

#include "planner/goals/goal.h"

namespace levelwind::planner {

/// TopicLeaderReplicaDistributionGoal, ours: no broker leads more partitions of a topic than
/// ceil(mean) + gap. Soft, kept like a hard one.
std::shared_ptr<Goal> MakeTopicLeaderDistributionGoal(const PlannerOptions& options);

}  // namespace levelwind::planner
