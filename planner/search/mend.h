#pragma once

#include "planner/search/placement.h"
#include "planner/search/rng.h"

namespace levelwind::planner {

/// First phase: makes the placement legal, whatever it costs. Moves replicas off dead and leaving
/// brokers and out of failed log dirs, largest first, each to the cheapest legal destination; takes
/// leads from demoted brokers; then moves replicas out of rack clashes; then what breaks partition
/// rules; then thins topics that crowd a broker, smallest replicas first. What cannot be mended
/// (no broker left to take it) stays and is counted by Judge.
void MendHardRules(Placement& placement, Rng& rng);

}  // namespace levelwind::planner
