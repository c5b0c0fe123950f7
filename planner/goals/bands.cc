#include "planner/goals/bands.h"

#include "planner/goals/band_builder.h"

namespace levelwind::planner {

Bands ComputeBands(const FlatCluster& cluster, std::span<const PartitionRecord> now,
                   const GoalSet& goals, const PlannerOptions& options) {
  BandBuilder builder(cluster, now, goals, options);
  for (const Goal* goal : goals.ordered) goal->AddBands(builder);
  return builder.Take();
}

}  // namespace levelwind::planner
