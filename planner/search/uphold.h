#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "planner/goals/goal_set.h"
#include "planner/search/judge.h"
#include "planner/search/placement.h"
#include "planner/search/rng.h"

namespace levelwind::planner {

/// Goals are lexicographic: what must leave its broker first, then hard goals, then soft ones, each
/// in the user's order. The first of them on which the judgements differ (Severity), if it is worse
/// afterwards; nothing if it is better, or if none differs.
std::optional<std::size_t> FirstWorse(const GoalSet& goals, const Judgement& before,
                                      const Judgement& after);

/// Where the search has sacrificed a goal to those after it: repairs, with the bands of the less
/// important ones given up for the time. Returns whether no goal is worse than at the `start` any
/// more, unless for a more important one. Deterministic; `proposals` bounds each of a few tries.
bool Uphold(Placement& placement, Rng& rng, const GoalSet& goals, const Judgement& start,
            std::uint64_t proposals);

/// Searches once more for the hard capacities alone, with the bands of every soft goal given up for
/// the time: their pull can keep a broker above what it may hold. Nothing where there is no hard
/// goal.
void InsistOnHard(Placement& placement, Rng& rng, const GoalSet& goals, std::uint64_t proposals);

}  // namespace levelwind::planner
