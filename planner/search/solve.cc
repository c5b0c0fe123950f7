#include "planner/search/solve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "planner/search/mend.h"
#include "planner/search/search.h"

namespace levelwind::planner {
namespace {

// Clusters up to this many replicas are searched several times from different seeds: whole-replica
// effects make single runs differ, and a run takes milliseconds.
constexpr std::size_t kSmall = 3'000;
constexpr int kSmallRuns = 4;

// Each run of the outer loop must be worth moving, so it ends by itself; this only bounds it.
constexpr int kMaxReruns = 12;

/// Few enough brokers are outside that moving around these is all there is to do.
bool NearlyLevel(const Placement& placement) {
  if (placement.cluster().replica_count <= kSmall) return false;
  const std::size_t pairs = placement.cluster().targets.size() * kLanes;
  return CountOutside(placement) <= std::max<std::size_t>(2, pairs / 100);
}

void SearchOnce(Placement& placement, Rng& rng, const PlannerOptions& options) {
  MendHardRules(placement, rng);
  const std::uint64_t budget = ProposalBudget(options.effort, placement.cluster().replica_count);
  if (CountOutside(placement) > 0) {
    if (!NearlyLevel(placement)) Anneal(placement, rng, budget);
    Repair(placement, rng, budget);
  }
  GiveBack(placement, rng);
}

/// Followers in the order of broker index, as Flatten makes them.
void Canonicalise(Placement::Saved& partitions) {
  for (PartitionRecord& record : partitions) {
    std::sort(record.replicas + 1, record.replicas + record.rf);
  }
}

/// One plan from `cluster`'s present state; empty when it is not worth it.
std::optional<Placement::Saved> PlanOnce(const FlatCluster& cluster, const Bands& bands,
                                         const GoalSet& goals, const PlannerOptions& options) {
  Placement placement(cluster, bands);
  const Judgement start = Judge(placement, goals);
  if (start.level()) return std::nullopt;
  const bool several = cluster.replica_count <= kSmall && options.effort != Effort::kFast;
  const int runs = several ? kSmallRuns : 1;
  std::optional<Placement::Saved> best;
  Judgement best_judgement;
  for (int run = 0; run < runs; ++run) {
    if (run > 0) placement.Restore(cluster.partitions);
    Rng rng(options.seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(run));
    SearchOnce(placement, rng, options);
    const Judgement end = Judge(placement, goals);
    if (!WorthMoving(start, end)) continue;
    if (best && !Better(end, best_judgement)) continue;
    best = placement.Save();
    best_judgement = end;
  }
  return best;
}

}  // namespace

Solution Solve(const FlatCluster& cluster, const Bands& bands, const GoalSet& goals,
               const PlannerOptions& options) {
  Solution solution{cluster.partitions, false};
  if (cluster.targets.empty() || cluster.partitions.empty()) return solution;
  std::optional<FlatCluster> moved;  // The cluster as it would be after the plan so far.
  Bands moved_bands;  // Exemptions depend on where things are: as a new plan sees it.
  for (int rerun = 0; rerun < kMaxReruns; ++rerun) {
    auto better = moved ? PlanOnce(*moved, moved_bands, goals, options)
                        : PlanOnce(cluster, bands, goals, options);
    if (!better) break;
    Canonicalise(*better);
    solution.changed = true;
    if (!moved) moved = cluster;
    for (std::size_t p = 0; p < better->size(); ++p) {
      PartitionRecord& record = moved->partitions[p];
      std::copy_n((*better)[p].replicas, kMaxReplicas, record.replicas);
      std::copy_n((*better)[p].replicas, kMaxReplicas, record.origin);
    }
    moved_bands = ComputeBands(*moved, goals, options);
  }
  if (!solution.changed) return solution;
  for (std::size_t p = 0; p < solution.partitions.size(); ++p) {
    std::copy_n(moved->partitions[p].replicas, kMaxReplicas, solution.partitions[p].replicas);
  }
  return solution;
}

Status CheckHardRules(const FlatCluster& cluster, const Placement::Saved& result) {
  const auto fail = [](std::size_t p, const char* what) {
    return Internal(
        fmt::format("planned partition number {} {}: the plan is discarded; please "
                    "report this with the snapshot",
                    p, what));
  };
  for (std::size_t p = 0; p < result.size(); ++p) {
    const PartitionRecord& after = result[p];
    const PartitionRecord& before = cluster.partitions[p];
    if (after.rf != before.rf) return fail(p, "has another replication factor");
    for (std::size_t i = 0; i < after.rf; ++i) {
      const BrokerIndex b = after.replicas[i];
      if (std::count(after.replicas, after.replicas + after.rf, b) != 1) {
        return fail(p, "has two replicas on one broker");
      }
      if (!cluster.target[b] && !before.Holds(b)) {
        return fail(p, "has a new replica on a dead or leaving broker");
      }
    }
    const std::size_t wanted =
        std::min<std::size_t>(before.required_racks, DistinctRacks(cluster, before));
    if (DistinctRacks(cluster, after) < wanted) return fail(p, "is on fewer racks than before");
    if (after.frozen && cluster.target[before.replicas[0]] &&
        after.replicas[0] != before.replicas[0]) {
      return fail(p, "has another leader although a replica is not in sync");
    }
  }
  return Ok();
}

}  // namespace levelwind::planner
