#pragma once

#include <cstddef>
#include <cstdint>

#include "planner/bounds/requirements.h"
#include "planner/search/placement.h"

namespace levelwind::planner {

/// How long the ascent tries. Counted in looks at a (partition, broker) pair and never in time, so
/// that a bound does not depend on the machine.
struct DualEffort {
  std::size_t most_steps = 2'000;
  std::uint64_t most_looks = 2'000'000'000;  ///< Seconds. One step is the least.
};

/// Bytes that any plan must move to do what is required, in units of a mean broker's disk, from the
/// Lagrangian dual of "least bytes with every edge kept": each (broker, lane) has a price, positive
/// for its upper edge and negative for its lower one; each partition picks by itself the legal
/// replica set and leader that are cheapest at these prices; the sum of their costs minus the price
/// of all edges is a lower bound for any prices (weak duality; Boyd, Vandenberghe, Convex
/// Optimization, 5.2). Prices are found by Adam steps (Kingma, Ba, 2015) along the subgradient, and
/// the best value is summed again in doubles.
///
/// Topic bands are not priced: leaving them out makes the bound lower, never wrong. `start` must be
/// the present placement. 0 when the requirements leave replicas on dead brokers or a partition has
/// more replicas than brokers serve: then KnapsackBytesBound is all there is.
double DualBytesBound(const Placement& start, const Requirements& kept, const DualEffort& effort);

}  // namespace levelwind::planner
