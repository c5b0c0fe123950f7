#pragma once

#include <cstddef>
#include <string_view>

#include "planner/search/placement.h"

namespace levelwind::planner {

/// The least that a plan can copy, and how that is known.
struct BytesBound {
  double bytes = 0;         ///< In units of a mean broker's disk.
  std::string_view method;  ///< "knapsack" or "dual": the proof that gave the larger value.
  std::size_t open = 0;     ///< Bands and capacities that the bound does not ask for.
};

/// A lower bound of the bytes of every plan that keeps at least the bands, capacities, racks and
/// empty brokers that `end` keeps. `start` is the present placement, `end` a planned one, of the
/// same cluster. The knapsack takes milliseconds; `dual` adds the Lagrangian dual, which takes
/// seconds for large clusters (dual_bound.h), and gives the larger of both.
BytesBound BoundBytes(const Placement& start, const Placement& end, bool dual);

}  // namespace levelwind::planner
