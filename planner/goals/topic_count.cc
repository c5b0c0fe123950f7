#include "planner/goals/topic_count.h"

#include "planner/search/placement.h"

namespace levelwind::planner {

GoalTally TallyTopics(const Placement& placement, TopicCount which) {
  GoalTally tally;
  const FlatCluster& cluster = placement.cluster();
  for (std::uint32_t row = 0; row < cluster.topic_rows.size(); ++row) {
    const int most = CountOf(cluster.topic_rows[row].most, which);
    for (const TopicCells::Entry& entry : placement.cells().Row(row)) {
      const int now = CountOf(entry.cell, which);
      if (now <= most || cluster.target[entry.broker] == 0) continue;
      ++tally.violations;
      tally.cost += now - most;
    }
  }
  return tally;
}

}  // namespace levelwind::planner
