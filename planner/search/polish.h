#pragma once

#include "planner/search/placement.h"
#include "planner/search/rng.h"

namespace levelwind::planner {

/// Gives back what is not needed (phase 3): replicas, largest first, and leaders go home wherever
/// that leaves no broker further outside any band.
void Polish(Placement& placement, Rng& rng);

}  // namespace levelwind::planner
