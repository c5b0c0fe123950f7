#pragma once

#include <cstdint>

#include "model/cluster_snapshot.h"
#include "planner/planner_options.h"

namespace levelwind::planner::testing {

/// One case of a property: a cluster and how to plan for it.
struct NastyCase {
  ClusterSnapshot snapshot;
  PlannerOptions options;
  bool duplicate = false;  ///< A partition lists a broker twice: an error is due.
};

/// A small cluster of the kind that breaks planners, the same for the same seed: one broker or none
/// serving, no racks or all in one, more replicas than brokers, loads that are NaN, zero, negative,
/// infinite or hugely different, one giant partition, everything excluded, budgets of nothing.
NastyCase MakeNastyCase(std::uint64_t seed);

}  // namespace levelwind::planner::testing
