#include "planner/search/uphold.h"

#include <optional>
#include <vector>

#include "planner/search/polish.h"
#include "planner/search/search.h"

namespace levelwind::planner {
namespace {

/// Indexes into GoalSet::ordered, the most important first.
std::vector<std::size_t> ByPriority(const GoalSet& goals) {
  std::vector<std::size_t> order;
  for (const bool hard : {true, false}) {
    for (std::size_t i = 0; i < goals.ordered.size(); ++i) {
      if (goals.ordered[i]->hard == hard) order.push_back(i);
    }
  }
  return order;
}

bool HasBand(const Goal& goal) {
  return goal.kind == GoalKind::kDistribution || goal.kind == GoalKind::kPotentialOut;
}

/// Gives up the bands of every goal after `goal`.
void DropAfter(Placement& placement, const GoalSet& goals, std::size_t goal) {
  LaneFlags kept{}, dropped{};
  bool after = false;
  for (const std::size_t i : ByPriority(goals)) {
    if (HasBand(*goals.ordered[i])) (after ? dropped : kept)[goals.ordered[i]->lane] = true;
    after = after || i == goal;
  }
  for (const BrokerIndex b : placement.cluster().targets) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (dropped[lane] && !kept[lane]) placement.DropBand(b, lane);
    }
  }
}

}  // namespace

std::optional<std::size_t> FirstWorse(const GoalSet& goals, const Judgement& before,
                                      const Judgement& after) {
  if (before.drain.violations != after.drain.violations) return std::nullopt;
  for (const std::size_t i : ByPriority(goals)) {
    const GoalKind kind = goals.ordered[i]->kind;
    const std::int32_t was = Severity(kind, before.goals[i]);
    const std::int32_t is = Severity(kind, after.goals[i]);
    if (is < was) return std::nullopt;
    if (is > was) return i;
  }
  return std::nullopt;
}

bool Uphold(Placement& placement, Rng& rng, const GoalSet& goals, const Judgement& start,
            std::uint64_t proposals) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const auto worse = FirstWorse(goals, start, Judge(placement, goals));
    if (!worse) return true;
    DropAfter(placement, goals, *worse);
    Repair(placement, rng, proposals);
    Polish(placement, rng);
  }
  return !FirstWorse(goals, start, Judge(placement, goals));
}

void InsistOnHard(Placement& placement, Rng& rng, const GoalSet& goals, std::uint64_t proposals) {
  std::optional<std::size_t> last;
  for (const std::size_t i : ByPriority(goals)) {
    if (goals.ordered[i]->hard) last = i;
  }
  if (!last) return;
  DropAfter(placement, goals, *last);
  Repair(placement, rng, proposals);
  Polish(placement, rng);
}

}  // namespace levelwind::planner
