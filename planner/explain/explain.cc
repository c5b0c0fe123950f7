#include "planner/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "planner/goals/lane_share.h"
#include "planner/order/load_ledger.h"

namespace levelwind::planner {
std::string Explainer::Name(BrokerIndex b) const {
  return fmt::format("broker {}", start_.cluster().broker_ids[b]);
}

/// The first goal of those that `asked` picks which wanted the change.
template <typename Asked>
bool Explainer::ExplainGoals(const PartitionRecord& before, const PartitionRecord& after,
                             Reason& reason, Asked asked) const {
  for (const Goal* goal : goals_.ordered) {
    if (!asked(*goal)) continue;
    std::optional<std::string> why = goal->WhyMove(start_, before, after);
    if (!why) continue;
    reason.goal = goal->name;
    reason.sentence = std::move(*why);
    return true;
  }
  return false;
}

bool Explainer::ExplainHard(const PartitionRecord& before, const PartitionRecord& after,
                            Reason& reason) const {
  const FlatCluster& cluster = start_.cluster();
  for (std::size_t i = 0; i < before.rf; ++i) {
    const BrokerIndex b = before.replicas[i];
    if (cluster.target[b] || after.Holds(b)) continue;
    reason.goal = kDrainGoal;
    reason.sentence =
        fmt::format("{} {}", Name(b),
                    cluster.dead[b] ? "is dead: its replica gets a new home" : "is to be emptied");
    return true;
  }
  return ExplainGoals(before, after, reason, [](const Goal& goal) {
    return goal.kind == GoalKind::kRack || goal.kind == GoalKind::kRule;
  });
}

bool Explainer::ExplainTopic(const PartitionRecord& before, const PartitionRecord& after,
                             Reason& reason) const {
  return ExplainGoals(before, after, reason, [](const Goal& goal) {
    return goal.kind == GoalKind::kTopicReplicas || goal.kind == GoalKind::kTopicLeaders;
  });
}

/// The goal whose lane gains most, by price, when this change alone is made at the start (or whose
/// lane loses most when it alone is undone at the end).
const Goal* Explainer::BestLane(const PartitionRecord& before, const PartitionRecord& after,
                                bool at_start) const {
  const Placement& where = at_start ? start_ : end_;
  const std::vector<BrokerDelta> deltas = at_start ? DeltasOf(start_.cluster(), before, after)
                                                   : DeltasOf(start_.cluster(), after, before);
  const Goal* best = nullptr;
  double best_gain = 1e-9;
  for (const Goal* goal : goals_.ordered) {
    const bool capacity = goal->kind == GoalKind::kCapacity;
    if (!capacity && goal->kind != GoalKind::kDistribution) continue;
    if (capacity && !start_.bands().capacity[goal->lane]) continue;
    if (!capacity && !start_.bands().distribution[goal->lane]) continue;
    double gain = 0;
    for (const BrokerDelta& delta : deltas) {
      const float now = where.load(delta.broker)[goal->lane];
      const float then = now + delta.load[goal->lane];
      gain += static_cast<double>(LaneOutside(where, delta.broker, goal->lane, now, capacity) -
                                  LaneOutside(where, delta.broker, goal->lane, then, capacity));
    }
    constexpr double kCapacityWeight = 40;
    gain *= capacity ? kCapacityWeight : static_cast<double>(goal->weight);
    if (!at_start) gain = -gain;
    if (gain <= best_gain) continue;
    best = goal;
    best_gain = gain;
  }
  return best;
}

Explainer::LaneShare Explainer::FromTo(const PartitionRecord& before, const PartitionRecord& after,
                                       std::size_t lane) const {
  LaneShare result{before.replicas[0], after.replicas[0]};
  float least = 0, most = 0;
  for (const BrokerDelta& delta : DeltasOf(start_.cluster(), before, after)) {
    if (delta.load[lane] < least) {
      least = delta.load[lane];
      result.from = delta.broker;
    }
    if (delta.load[lane] > most) {
      most = delta.load[lane];
      result.to = delta.broker;
    }
  }
  return result;
}

Reason Explainer::WhyMove(std::uint32_t p) const {
  const PartitionRecord& before = start_.partition(p);
  const PartitionRecord& after = end_.partition(p);
  Reason reason;
  if (ExplainHard(before, after, reason)) return reason;
  const Goal* goal = BestLane(before, after, true);
  const bool direct = goal != nullptr;
  if (!direct && ExplainTopic(before, after, reason)) return reason;
  if (!direct) goal = BestLane(before, after, false);
  if (goal == nullptr) {
    reason.goal = "ReplicaDistributionGoal";
    reason.sentence = "makes room for other moves of this plan";
    return reason;
  }
  reason.goal = goal->name;
  const LaneShare ends = FromTo(before, after, goal->lane);
  const auto whole = static_cast<double>(start_.cluster().targets.size());
  const auto edge = [&](const std::vector<Vec8>& edges) {
    return static_cast<double>(edges[ends.from][goal->lane]) / whole;
  };
  if (goal->kind == GoalKind::kCapacity) {
    reason.sentence = fmt::format("{}, more than {} of its capacity allows ({})",
                                  ShareInWords(start_, ends.from, *goal), "its share",
                                  Percent(edge(start_.bands().cap)));
    return reason;
  }
  reason.sentence =
      fmt::format("{} (band {}-{}); {}", ShareInWords(start_, ends.from, *goal),
                  fmt::format("{:.3g}", std::max(0.0, edge(start_.bands().low)) * 100),
                  fmt::format("{:.3g} %", edge(start_.bands().high) * 100),
                  ShareInWords(start_, ends.to, *goal));
  if (!direct) reason.sentence += "; it balances other moves of this plan";
  return reason;
}

std::vector<std::string> Explainer::WhyNot() const {
  enum Cause : std::size_t { kSame, kRack, kTopic, kFixed, kOther, kUseful, kCauses };
  constexpr std::array<std::string_view, kCauses> kWords = {
      "that broker already has a replica",
      "another replica is on that rack",
      "that broker has its share of the topic",
      "a replica of it is catching up",
      "another goal or the bytes would cost more than it brings",
      "would help a little, not enough to be worth a plan"};
  std::array<std::size_t, kCauses> counts{};
  std::size_t looked = 0;
  constexpr std::size_t kMost = 100'000;
  const FlatCluster& cluster = start_.cluster();
  for (const BrokerIndex b : cluster.targets) {
    if (start_.penalty(b) <= 0) continue;
    for (const Seat seat : start_.held(b)) {
      const PartitionRecord& record = start_.partition(PartitionOf(seat));
      const std::size_t slot = SlotOfSeat(seat);
      for (const BrokerIndex to : cluster.targets) {
        if (to == b || looked >= kMost) continue;
        ++looked;
        Cause cause = kOther;
        if (record.Holds(to)) {
          cause = kSame;
        } else if (record.frozen) {
          cause = kFixed;
        } else if (!start_.RackAllows(record, slot, to)) {
          cause = kRack;
        } else if (!start_.TopicAllows(record, slot, to)) {
          cause = kTopic;
        } else if (start_.MoveDelta(record, slot, to) < 0) {
          cause = kUseful;
        }
        ++counts[cause];
      }
    }
  }
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < kCauses; ++i) {
    if (counts[i] == 0) continue;
    notes.push_back(fmt::format("{} of {} single moves off brokers outside a band rejected: {}",
                                counts[i], looked, kWords[i]));
  }
  return notes;
}

}  // namespace levelwind::planner
