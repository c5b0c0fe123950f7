#pragma once

#include "planner/search/placement.h"
#include "planner/search/rng.h"

namespace levelwind::planner {

/// First phase: makes the placement legal, whatever it costs. Moves replicas off dead and leaving
/// brokers, largest first, each to the cheapest legal destination; then replicas out of rack
/// clashes; then thins topics that crowd a broker, smallest replicas first. What cannot be mended
/// (no broker left to take it) stays and is counted by Judge.
void MendHardRules(Placement& placement, Rng& rng);

}  // namespace levelwind::planner
