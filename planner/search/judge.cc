#include "planner/search/judge.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace levelwind::planner {
namespace {

/// Partitions that a broker leads which is to lead none, and that another replica could lead.
std::int32_t LedByDemoted(const Placement& placement) {
  const FlatCluster& cluster = placement.cluster();
  std::int32_t led = 0;
  for (const BrokerIndex b : cluster.targets) {
    if (cluster.leads[b]) continue;
    for (const Seat seat : placement.held(b)) {
      const PartitionRecord& p = placement.partition(PartitionOf(seat));
      if (SlotOfSeat(seat) != 0 || p.frozen) continue;
      led += std::any_of(p.replicas, p.replicas + p.rf,
                         [&](BrokerIndex other) { return cluster.leads[other] != 0; })
                 ? 1
                 : 0;
    }
  }
  return led;
}

GoalTally TallyDrain(const Placement& placement) {
  GoalTally tally;
  for (std::size_t b = 0; b < placement.cluster().broker_ids.size(); ++b) {
    if (placement.cluster().target[b]) continue;
    tally.violations +=
        static_cast<std::int32_t>(placement.held(static_cast<BrokerIndex>(b)).size());
  }
  for (const OfflineReplica& replica : placement.cluster().offline) {
    tally.violations += placement.partition(replica.partition).Holds(replica.broker) ? 1 : 0;
  }
  tally.violations += LedByDemoted(placement);
  tally.cost = tally.violations;
  return tally;
}

}  // namespace

double DistanceOutside(const Placement& placement, BrokerIndex b, std::size_t lane) {
  const double load = static_cast<double>(placement.load(b)[lane]);
  const double over = load - static_cast<double>(placement.bands().high[b][lane]);
  const double under = static_cast<double>(placement.bands().low[b][lane]) - load;
  return std::max({over, under, 0.0});
}

double AboveCapacity(const Placement& placement, BrokerIndex b, std::size_t lane) {
  const double cap = static_cast<double>(placement.bands().cap[b][lane]);
  return std::max(0.0, static_cast<double>(placement.load(b)[lane]) - cap);
}

std::int32_t Severity(GoalKind kind, const GoalTally& tally) {
  if (kind != GoalKind::kCapacity) return tally.violations;
  constexpr double kSteps = 1e3, kMost = 1e9;
  return static_cast<std::int32_t>(std::ceil(std::clamp(tally.cost * kSteps, 0.0, kMost)));
}

Judgement Judge(const Placement& placement, const GoalSet& goals) {
  Judgement result;
  result.drain = TallyDrain(placement);
  result.hard = result.drain.violations;
  result.hard_rules = result.drain.violations;
  result.rules_cost = result.drain.cost;
  for (const Goal* goal : goals.ordered) {
    const GoalTally tally = goal->Judge(placement);
    result.goals.push_back(tally);
    if (goal->hard) {
      result.hard += tally.violations;
      const bool capacity = goal->kind == GoalKind::kCapacity;
      (capacity ? result.overfull : result.hard_rules) += Severity(goal->kind, tally);
      result.rules_cost += capacity ? 0 : tally.cost;
    } else {
      // A topic pair too many weighs as one mean broker's hundredth: bands come first.
      constexpr double kTopicWeight = 0.01;
      result.soft += tally.violations;
      result.soft_cost +=
          tally.cost * (goal->weight > 0 ? static_cast<double>(goal->weight) : kTopicWeight);
    }
  }
  result.bytes = placement.BytesMoved();
  return result;
}

bool WorthMoving(const Judgement& before, const Judgement& after) {
  constexpr double kWorth = 0.9;
  if (after.hard_rules != before.hard_rules) return after.hard_rules < before.hard_rules;
  if (after.hard_rules > 0 && after.rules_cost < kWorth * before.rules_cost) return true;
  if (after.overfull > before.overfull) return false;
  if (after.overfull < kWorth * before.overfull) return true;
  if (after.soft < before.soft) return after.soft_cost <= before.soft_cost;
  return after.soft == before.soft && after.soft_cost < kWorth * before.soft_cost;
}

bool Better(const Judgement& a, const Judgement& b) {
  return std::tie(a.hard_rules, a.overfull, a.soft, a.soft_cost, a.bytes) <
         std::tie(b.hard_rules, b.overfull, b.soft, b.soft_cost, b.bytes);
}

bool OutsideBand(const Placement& placement, BrokerIndex b, std::size_t lane) {
  return DistanceOutside(placement, b, lane) > kJudgeRounding;
}

bool OverCapacity(const Placement& placement, BrokerIndex b, std::size_t lane) {
  return AboveCapacity(placement, b, lane) > kJudgeRounding;
}

std::size_t CountOutside(const Placement& placement) {
  std::size_t outside = 0;
  for (const BrokerIndex b : placement.cluster().targets) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      outside += OutsideBand(placement, b, lane) ? 1U : 0U;
      outside += OverCapacity(placement, b, lane) ? 1U : 0U;
    }
  }
  return outside;
}

}  // namespace levelwind::planner
