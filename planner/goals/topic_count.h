#pragma once

#include "planner/goals/goal.h"
#include "planner/search/topic_cells.h"

namespace levelwind::planner {

/// Which of a topic's two counts per broker a goal is about.
enum class TopicCount : bool { kReplicas, kLeaders };

inline int CountOf(const TopicCell& cell, TopicCount which) {
  return which == TopicCount::kLeaders ? cell.leaders : cell.replicas;
}

/// Pairs of a topic and a broker that has more of it than TopicRow::most, and by how much in all.
GoalTally TallyTopics(const Placement& placement, TopicCount which);

}  // namespace levelwind::planner
