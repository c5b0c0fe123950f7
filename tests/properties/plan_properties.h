#pragma once

#include <cstdint>

#include "tests/properties/nasty_cluster.h"

namespace levelwind::planner::testing {

/// What the cases of a run were, to see that they tested something.
struct PlanCounts {
  std::uint64_t plans = 0, with_moves = 0, errors = 0, budgets = 0;
};

/// Plans for the case and checks what must hold for every plan, with GoogleTest's expectations.
/// What costs a plan more is one of four, by `extra` modulo 4: the second plan of the planned
/// cluster is empty; the order of the input (shuffled by `extra`) does not matter; names do not;
/// more capacity never makes it infeasible.
void CheckPlans(const NastyCase& c, std::uint64_t extra, PlanCounts& counts);

}  // namespace levelwind::planner::testing
