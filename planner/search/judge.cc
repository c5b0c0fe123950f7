#include "planner/search/judge.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace levelwind::planner {
namespace {

constexpr double kRounding = 5e-7;

double Outside(const Placement& placement, BrokerIndex b, std::size_t lane) {
  const double load = static_cast<double>(placement.load(b)[lane]);
  const double over = load - static_cast<double>(placement.bands().high[b][lane]);
  const double under = static_cast<double>(placement.bands().low[b][lane]) - load;
  return std::max({over, under, 0.0});
}

double Over(const Placement& placement, BrokerIndex b, std::size_t lane) {
  const double cap = static_cast<double>(placement.bands().cap[b][lane]);
  return std::max(0.0, static_cast<double>(placement.load(b)[lane]) - cap);
}

GoalTally TallyRacks(const Placement& placement) {
  GoalTally tally;
  for (const PartitionRecord& p : placement.partitions()) {
    const std::size_t distinct = DistinctRacks(placement.cluster(), p);
    if (distinct >= p.required_racks) continue;
    ++tally.violations;
    tally.cost += static_cast<double>(p.required_racks - distinct);
  }
  return tally;
}

GoalTally TallyDrain(const Placement& placement) {
  GoalTally tally;
  for (std::size_t b = 0; b < placement.cluster().broker_ids.size(); ++b) {
    if (placement.cluster().target[b]) continue;
    tally.violations +=
        static_cast<std::int32_t>(placement.held(static_cast<BrokerIndex>(b)).size());
  }
  tally.cost = tally.violations;
  return tally;
}

GoalTally TallyTopics(const Placement& placement, bool leaders) {
  GoalTally tally;
  const FlatCluster& cluster = placement.cluster();
  for (std::uint32_t row = 0; row < cluster.topic_rows.size(); ++row) {
    const TopicRow& topic = cluster.topic_rows[row];
    const int most = leaders ? topic.most.leaders : topic.most.replicas;
    for (const TopicCells::Entry& entry : placement.cells().Row(row)) {
      const int now = leaders ? entry.cell.leaders : entry.cell.replicas;
      if (now <= most || cluster.target[entry.broker] == 0) continue;
      ++tally.violations;
      tally.cost += now - most;
    }
  }
  return tally;
}

GoalTally TallyLane(const Placement& placement, std::size_t lane, bool capacity) {
  GoalTally tally;
  const bool judged =
      capacity ? placement.bands().capacity[lane] : placement.bands().distribution[lane];
  if (!judged) return tally;
  for (const BrokerIndex b : placement.cluster().targets) {
    const double outside = capacity ? Over(placement, b, lane) : Outside(placement, b, lane);
    if (outside <= kRounding) continue;
    ++tally.violations;
    tally.cost += outside;
  }
  return tally;
}

GoalTally TallyGoal(const Placement& placement, const GoalInfo& goal) {
  switch (goal.kind) {
    case GoalKind::kRack:
      return TallyRacks(placement);
    case GoalKind::kCapacity:
      return TallyLane(placement, goal.lane, true);
    case GoalKind::kDistribution:
    case GoalKind::kPotentialOut:
      return TallyLane(placement, goal.lane, false);
    case GoalKind::kTopicReplicas:
      return TallyTopics(placement, false);
    case GoalKind::kTopicLeaders:
      return TallyTopics(placement, true);
    case GoalKind::kPreferredLeaders:
      return {};
  }
  return {};
}

}  // namespace

std::size_t DistinctRacks(const FlatCluster& cluster, const PartitionRecord& record) {
  std::array<std::uint16_t, kMaxReplicas> seen{};
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < record.rf; ++i) {
    if (!cluster.target[record.replicas[i]]) continue;
    const std::uint16_t rack = cluster.racks[record.replicas[i]];
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(distinct);
    if (std::find(seen.begin(), end, rack) == end) seen[distinct++] = rack;
  }
  return distinct;
}

Judgement Judge(const Placement& placement, const GoalSet& goals) {
  Judgement result;
  result.drain = TallyDrain(placement);
  result.hard = result.drain.violations;
  result.hard_cost = result.drain.cost;
  for (const GoalInfo* goal : goals.ordered) {
    const GoalTally tally = TallyGoal(placement, *goal);
    result.goals.push_back(tally);
    if (goal->hard) {
      result.hard += tally.violations;
      result.hard_cost += tally.cost;
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
  if (after.hard != before.hard) return after.hard < before.hard;
  if (after.hard > 0 && after.hard_cost < kWorth * before.hard_cost) return true;
  if (after.soft < before.soft) return after.soft_cost <= before.soft_cost;
  return after.soft == before.soft && after.soft_cost < kWorth * before.soft_cost;
}

bool Better(const Judgement& a, const Judgement& b) {
  return std::tie(a.hard, a.soft, a.soft_cost, a.bytes) <
         std::tie(b.hard, b.soft, b.soft_cost, b.bytes);
}

bool OutsideBand(const Placement& placement, BrokerIndex b, std::size_t lane) {
  return Outside(placement, b, lane) > kRounding;
}

bool OverCapacity(const Placement& placement, BrokerIndex b, std::size_t lane) {
  return Over(placement, b, lane) > kRounding;
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
