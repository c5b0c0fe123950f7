#pragma once

#include "planner/bounds/requirements.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// Bytes that any plan must move to do what is required, in units of a mean broker's disk.
///
/// Per broker the shedding (or filling) is a fractional knapsack: the replicas with the most
/// inbound rate per byte go first. No whole-replica plan can beat that, and no band of another lane
/// can make it cheaper, so it is a true bound; it is not always reachable. `start` must be the
/// present placement. O(replicas + partitions x brokers that lack inbound rate); no allocation per
/// partition.
double KnapsackBytesBound(const Placement& start, const Requirements& kept);

}  // namespace levelwind::planner
