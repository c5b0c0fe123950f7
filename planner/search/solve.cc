#include "planner/search/solve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "planner/bounds/hopeless.h"
#include "planner/search/mend.h"
#include "planner/search/polish.h"
#include "planner/search/search.h"
#include "planner/search/uphold.h"

namespace levelwind::planner {
namespace {

// Clusters up to this many replicas are searched several times from different seeds: whole-replica
// effects make single runs differ, and a run takes milliseconds.
constexpr std::size_t kSmall = 3'000;
constexpr int kSmallRuns = 3;
constexpr std::size_t kTiny = 500;
constexpr int kTinyRuns = 4;
constexpr std::size_t kMedium = 50'000;
constexpr int kHardRuns = 2;

// Proofs of hopeless bands that a plan may try; each reads every partition a hundred times.
constexpr std::size_t kAscents = 4;

// Each run of the outer loop must be worth moving, so it ends by itself; this only bounds it.
constexpr int kMaxReruns = 12;

/// Few enough brokers are outside that moving around these is all there is to do.
bool NearlyLevel(const Placement& placement) {
  if (placement.cluster().replica_count <= kSmall) return false;
  const std::size_t pairs = placement.cluster().targets.size() * kLanes;
  return CountOutside(placement) <= std::max<std::size_t>(2, pairs / 100);
}

/// Gives up one band of every broker that is proven to miss one whatever it holds: the least of
/// those that cannot all be met, by the order of the goals. Otherwise bytes would be dragged about
/// for it.
void GiveUpHopeless(Placement& placement, const GoalSet& goals, HopelessFinder& finder) {
  for (const HopelessBroker& hopeless : finder.Find(placement)) {
    const Goal* least = nullptr;
    for (const Goal* goal : goals.ordered) {
      const bool band =
          goal->kind == GoalKind::kDistribution || goal->kind == GoalKind::kPotentialOut;
      if (band && hopeless.lanes[goal->lane]) least = goal;
    }
    if (least != nullptr) placement.DropBand(hopeless.broker, least->lane);
  }
}

/// So many bands are open after annealing that leadership must be rearranged from the ground up:
/// capacities that differ, or bands that pull against each other.
bool Hard(const Placement& placement) {
  const std::size_t pairs = placement.cluster().targets.size() * kLanes;
  return CountOutside(placement) * 16 > pairs;
}

/// What the runs of one plan have in common.
struct PlanRuns {
  const GoalSet& goals;
  const PlannerOptions& options;
  const std::vector<Seats> start;
  const Judgement start_judgement;
  // A new one for each plan, so that a plan of the planned cluster would find the same.
  HopelessFinder finder;
  std::vector<Seats> best{};  ///< Empty: nothing worth moving yet.
  Judgement best_judgement{};
  bool met = false;  ///< A run has met every band.
};

/// Repairs; where that is stuck with a few open bands on a hard cluster, tries again with the first
/// prices and at last shakes the placement a little: much cheaper than another run.
void RepairStubbornly(Placement& placement, PlanRuns& plan, Rng& rng, bool hard) {
  constexpr int kTimes = 4;
  constexpr float kHeat = 0.03F;
  const std::uint64_t budget =
      ProposalBudget(plan.options.effort, placement.cluster().replica_count);
  for (int time = 1; time <= kTimes; ++time) {
    GiveUpHopeless(placement, plan.goals, plan.finder);
    if (time == kTimes) Anneal(placement, rng, budget, kHeat);
    const std::size_t open = Repair(placement, rng, budget);
    if (!hard || open == 0 || !NearlyLevel(placement)) return;
  }
}

/// Returns whether the cluster turned out to be a hard one. Not asked where an earlier run has met
/// every band: then this one was merely unlucky.
bool SearchOnce(Placement& placement, PlanRuns& plan, Rng& rng) {
  const PlannerOptions& options = plan.options;
  MendHardRules(placement, rng);
  const std::size_t replicas = placement.cluster().replica_count;
  const std::uint64_t budget = ProposalBudget(options.effort, replicas);
  bool hard = false;
  if (CountOutside(placement) > 0) {
    if (!NearlyLevel(placement)) Anneal(placement, rng, budget);
    hard = options.effort != Effort::kFast && !plan.met && Hard(placement);
    if (hard) {
      // From the start again: what the first run moved in vain would only be moved on.
      placement.RestoreBands();
      placement.Restore(plan.start);
      MendHardRules(placement, rng);
      placement.SetLeaderFee(Placement::kLowLeaderFee);
      Anneal(placement, rng, HardProposalBudget(options.effort, replicas));
    }
    RepairStubbornly(placement, plan, rng, hard);
  }
  Polish(placement, rng);
  placement.SetLeaderFee(Placement::kLeaderFee);
  return hard;
}

/// Whether what the placement has become is worth moving and better than the best so far; keeps it.
/// First sees to it that no goal has paid for those after it.
bool Keep(Placement& placement, PlanRuns& plan, Rng& rng) {
  const std::uint64_t budget =
      ProposalBudget(plan.options.effort, placement.cluster().replica_count);
  if (!Uphold(placement, rng, plan.goals, plan.start_judgement, budget)) return false;
  const Judgement end = Judge(placement, plan.goals);
  plan.met = plan.met || end.level();
  if (!WorthMoving(plan.start_judgement, end)) return false;
  if (!plan.best.empty() && !Better(end, plan.best_judgement)) return false;
  plan.best = placement.Save();
  plan.best_judgement = end;
  return true;
}

/// Where brokers stay above a hard capacity after all runs, looks for a way to keep it at any price
/// of the soft goals; these have their turn in the next run of the outer loop.
void KeepCapacities(Placement& placement, PlanRuns& plan) {
  const Judgement& best = plan.best.empty() ? plan.start_judgement : plan.best_judgement;
  if (best.overfull == 0) return;
  Rng rng(plan.options.seed * 0xa0761d6478bd642fULL);
  placement.Restore(plan.best.empty() ? plan.start : plan.best);
  if (plan.best.empty()) MendHardRules(placement, rng);
  const std::size_t replicas = placement.cluster().replica_count;
  InsistOnHard(placement, rng, plan.goals, ProposalBudget(plan.options.effort, replicas));
  Keep(placement, plan, rng);
}

/// How far the most loaded broker is above its band, lane by lane.
Vec8 Peaks(const Placement& placement) {
  Vec8 peaks = Vec8::Fill(0);
  for (const BrokerIndex b : placement.cluster().targets) {
    peaks = Max(peaks, placement.load(b) - placement.bands().high[b]);
  }
  return peaks;
}

/// Where bands stay missed after all runs, tries to miss fewer of them by missing others by more,
/// as long as the most loaded brokers do not get more.
void CountMissed(Placement& placement, PlanRuns& plan) {
  constexpr float kMorePeak = 0.02F;  // Of a mean broker's load.
  constexpr CountPrice kPrices[] = {
      {1, 0.02F, true}, {1, 0.02F, false}, {1, 0.05F, true}, {3, 0.02F, false}};
  const std::size_t replicas = placement.cluster().replica_count;
  const std::uint64_t proposals = std::max<std::uint64_t>(10'000, 60 * replicas);
  Rng rng(plan.options.seed * 0xd1342543de82ef95ULL);
  for (const CountPrice& price : kPrices) {
    if (plan.met) return;
    placement.Restore(plan.best.empty() ? plan.start : plan.best);
    const Vec8 peaks = Peaks(placement) + Vec8::Fill(kMorePeak);
    if (plan.best.empty()) MendHardRules(placement, rng);
    AnnealCounts(placement, rng, proposals, price);
    Repair(placement, rng, proposals);
    Polish(placement, rng);
    // As many missed by less is not worth more bytes here.
    const Judgement end = Judge(placement, plan.goals);
    const Judgement& best = plan.best.empty() ? plan.start_judgement : plan.best_judgement;
    if (end.hard + end.soft >= best.hard + best.soft) continue;
    if (Max(Peaks(placement) - peaks, Vec8::Fill(0)).Sum() > 0) continue;
    Keep(placement, plan, rng);
  }
}

/// Searches from where the placement is; false, and the placement as it was, when nothing that
/// was found is worth moving.
bool PlanOnce(Placement& placement, const GoalSet& goals, const PlannerOptions& options,
              const std::vector<Seats>& warm, PriceCache& prices) {
  PlanRuns plan{goals, options, placement.Save(), Judge(placement, goals),
                HopelessFinder(kAscents, prices)};
  if (plan.start_judgement.level()) return false;
  const std::size_t replicas = placement.cluster().replica_count;
  const bool several = replicas <= kSmall && options.effort != Effort::kFast;
  int runs = 1;
  if (several) runs = replicas <= kTiny ? kTinyRuns : kSmallRuns;
  for (int run = 0; run < runs; ++run) {
    const bool is_warm = run == 0 && !warm.empty();
    if (run > 0 || is_warm) placement.Restore(is_warm ? warm : plan.start);
    Rng rng(options.seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(run));
    const bool hard = SearchOnce(placement, plan, rng);
    Keep(placement, plan, rng);
    if (is_warm && plan.met) break;
    // Where bands pull against each other, runs differ more than longer runs do.
    const bool again = hard && run == 0 && !plan.met;
    if (again && replicas <= kMedium) runs = std::max(runs, kHardRuns);
  }
  KeepCapacities(placement, plan);
  if (several) CountMissed(placement, plan);
  placement.Restore(plan.best.empty() ? plan.start : plan.best);
  return !plan.best.empty();
}

/// Bands as a new plan would see them: exemptions depend on where things are.
void StartHere(Placement& placement, const GoalSet& goals, const PlannerOptions& options) {
  placement.Rebase(ComputeBands(placement.cluster(), placement.partitions(), goals, options));
}

Solution Search(Placement& placement, const GoalSet& goals, const PlannerOptions& options,
                const std::vector<Seats>& warm) {
  const FlatCluster& cluster = placement.cluster();
  Solution solution;
  const std::vector<Seats> cold;
  const bool nothing = cluster.targets.empty() || cluster.partitions.empty();
  for (int rerun = 0; rerun < kMaxReruns && !nothing; ++rerun) {
    if (!PlanOnce(placement, goals, options, rerun == 0 ? warm : cold, solution.prices)) break;
    solution.changed = true;
    StartHere(placement, goals, options);
  }
  solution.partitions = placement.Save();
  return solution;
}

}  // namespace

Solution Solve(const FlatCluster& cluster, const Bands& bands, const GoalSet& goals,
               const PlannerOptions& options, const std::vector<Seats>& warm) {
  Placement placement(cluster, bands);
  placement.Own();
  return Search(placement, goals, options, warm);
}

Solution SolveFrom(const FlatCluster& cluster, const Bands& bands, const GoalSet& goals,
                   const PlannerOptions& options, const std::vector<Seats>& from) {
  Placement placement(cluster, bands);
  placement.Own();
  placement.Restore(from);
  StartHere(placement, goals, options);
  return Search(placement, goals, options, {});
}

Status CheckHardRules(const FlatCluster& cluster, const std::vector<Seats>& result) {
  const auto fail = [](std::size_t p, const char* what) {
    return Internal(
        fmt::format("planned partition number {} {}: the plan is discarded; please "
                    "report this with the snapshot",
                    p, what));
  };
  for (std::size_t p = 0; p < result.size(); ++p) {
    const PartitionRecord& before = cluster.partitions[p];
    const PartitionRecord after = before.With(result[p]);
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
