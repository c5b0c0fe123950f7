#pragma once

#include "planner/search/placement.h"

namespace levelwind::planner {

/// Bytes that any plan must move to bring every serving broker inside its disk and inbound bands,
/// to empty dead and leaving brokers and to mend rack clashes, in units of a mean broker's disk.
///
/// Per broker the shedding (or filling) is a fractional knapsack: the replicas with the most
/// inbound rate per byte go first. No whole-replica plan can beat that, and no band of another lane
/// can make it cheaper, so it is a true bound; it is not always reachable. `start` must be the
/// present placement.
double BytesLowerBound(const Placement& start);

}  // namespace levelwind::planner
