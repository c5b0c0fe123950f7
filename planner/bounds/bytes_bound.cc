#include "planner/bounds/bytes_bound.h"

#include "planner/bounds/dual_bound.h"
#include "planner/bounds/lower_bound.h"
#include "planner/bounds/requirements.h"

namespace levelwind::planner {

BytesBound BoundBytes(const Placement& start, const Placement& end, bool dual) {
  const Requirements kept = WhatItKeeps(end);
  BytesBound bound{KnapsackBytesBound(start, kept), "knapsack", kept.open};
  if (!dual) return bound;
  const double better = DualBytesBound(start, kept, {});
  if (better > bound.bytes) bound = {better, "dual", kept.open};
  return bound;
}

}  // namespace levelwind::planner
