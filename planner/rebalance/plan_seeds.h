#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"
#include "planner/planner_options.h"

namespace levelwind::planner {

/// Runs the tasks, which are independent of each other, in any order and on any threads, and
/// returns when all have ended. The planner itself starts no thread.
using RunParallel = std::function<void(const std::vector<std::function<void()>>& tasks)>;
/// One after the other on the calling thread.
void RunInTurn(const std::vector<std::function<void()>>& tasks);

/// How several searches are watched. Both are called from the threads of RunParallel, so they must
/// be safe for that; both may be empty.
struct SeedWatch {
  /// After each search: how many have ended.
  std::function<void(std::size_t done)> progress;
  /// Asked before each search but the first: true leaves it out. This is the one thing that can
  /// make two plans of the same snapshot, options and number of seeds differ.
  std::function<bool()> out_of_time;
};

/// Plans from `seeds` (1 to 1,000) seeds, options.seed and those after it, and gives the best:
/// fewest violations, then the least outside the bands, then the fewest bytes, then the smallest
/// seed. The same for the same number of seeds however many threads run them. The proposal's seed
/// is the one that won; planning with that seed alone gives the same plan. Errors: as
/// PlanRebalance.
Result<Proposal> PlanWithSeeds(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                               std::size_t seeds, const RunParallel& run_parallel,
                               const SeedWatch& watch = {});

}  // namespace levelwind::planner
