#include "planner/rebalance/plan_seeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "planner/rebalance/planning.h"
#include "planner/search/judge.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

/// What one seed came to.
struct Try {
  std::uint64_t seed = 0;
  Solution solution;
  Judgement judgement;
};

Judgement JudgeSolution(const Prepared& prepared, const Solution& solution) {
  Placement end(prepared.cluster, prepared.bands);
  if (solution.changed) end.Restore(solution.partitions);
  return Judge(end, prepared.goals);
}

/// How the seeds are run.
struct SeedRun {
  const RunParallel& parallel;
  const SeedWatch& watch;
};

/// The best plan of the seeds from the same start.
Result<Proposal> BestOfSeeds(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                             const Prepared& prepared, std::size_t seeds, const SeedRun& run) {
  std::vector<std::optional<Try>> tries(seeds);
  std::atomic<std::size_t> done{0};
  std::vector<std::function<void()>> tasks;
  for (std::size_t i = 0; i < seeds; ++i) {
    tasks.emplace_back([&, i] {
      if (i > 0 && run.watch.out_of_time && run.watch.out_of_time()) return;
      PlannerOptions own = options;
      own.seed = options.seed + i;
      Solution solution = Search(prepared, own);
      Judgement judgement = JudgeSolution(prepared, solution);
      tries[i] = Try{own.seed, std::move(solution), std::move(judgement)};
      const std::size_t ended = ++done;
      if (run.watch.progress) run.watch.progress(ended);
    });
  }
  run.parallel(tasks);
  Try* best = nullptr;
  for (std::optional<Try>& candidate : tries) {
    if (!candidate) continue;
    if (best == nullptr || Better(candidate->judgement, best->judgement)) best = &*candidate;
  }
  if (best == nullptr) return Internal("no search was run: the tasks were not carried out");
  PlannerOptions winner = options;
  winner.seed = best->seed;
  return Finish(snapshot, winner, prepared, best->solution);
}

}  // namespace

void RunInTurn(const std::vector<std::function<void()>>& tasks) {
  for (const auto& task : tasks) task();
}

Result<Proposal> PlanWithSeeds(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                               std::size_t seeds, const RunParallel& run_parallel,
                               const SeedWatch& watch) {
  constexpr std::size_t kMostSeeds = 1'000;
  if (seeds < 1 || seeds > kMostSeeds) {
    return InvalidArgument(
        fmt::format("planning from {} seeds: it must be 1 to {}", seeds, kMostSeeds));
  }
  const SeedRun run{run_parallel, watch};
  LW_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(snapshot, options));
  LW_ASSIGN_OR_RETURN(Proposal proposal, BestOfSeeds(snapshot, options, prepared, seeds, run));
  if (!ElectionsCost(prepared, proposal)) return proposal;
  LW_ASSIGN_OR_RETURN(const Prepared as_led, Prepare(snapshot, options, Elections::kNone));
  return BestOfSeeds(snapshot, options, as_led, seeds, run);
}

}  // namespace levelwind::planner
