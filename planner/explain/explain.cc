#include "planner/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "planner/order/load_ledger.h"

namespace levelwind::planner {
namespace {

float LaneOutside(const Placement& placement, BrokerIndex b, std::size_t lane, float load,
                  bool capacity) {
  const Bands& bands = placement.bands();
  if (!placement.cluster().target[b]) return 0;
  if (capacity) return std::max(0.0F, load - bands.cap[b][lane]);
  return std::max({0.0F, load - bands.high[b][lane], bands.low[b][lane] - load});
}

/// "23-27 %" of the whole, with as many digits as the cluster's size asks for.
std::string Percent(double share) {
  if (share <= 0) return "none";
  if (share >= 0.1) return fmt::format("{:.0f} %", share * 100);
  return fmt::format("{:.2g} %", share * 100);
}

}  // namespace

std::string Explainer::Name(BrokerIndex b) const {
  return fmt::format("broker {}", start_.cluster().broker_ids[b]);
}

std::string Explainer::Share(const Placement& placement, BrokerIndex b,
                             const GoalInfo& goal) const {
  const auto whole = static_cast<double>(placement.cluster().targets.size());
  const double share = static_cast<double>(placement.load(b)[goal.lane]) / whole;
  return fmt::format("{} {}", Name(b), fmt::format(fmt::runtime(goal.phrase), Percent(share)));
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
  if (DistinctRacks(cluster, after) <= DistinctRacks(cluster, before)) return false;
  reason.goal = "RackAwareGoal";
  for (std::size_t i = 0; i < before.rf; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const BrokerIndex a = before.replicas[j];
      const BrokerIndex b = before.replicas[i];
      if (cluster.racks[a] != cluster.racks[b]) continue;
      reason.sentence = fmt::format("{} and {} are both on rack {}", Name(a), Name(b),
                                    cluster.rack_names[cluster.racks[a]]);
      return true;
    }
  }
  reason.sentence = "its replicas can be on more racks";
  return true;
}

bool Explainer::ExplainTopic(const PartitionRecord& before, const PartitionRecord& after,
                             Reason& reason) const {
  if (before.topic_row == kNoRow) return false;
  const TopicCell most = start_.cluster().topic_rows[before.topic_row].most;
  for (std::size_t i = 0; i < before.rf; ++i) {
    const BrokerIndex b = before.replicas[i];
    const TopicCell cell = start_.cell(before.topic_row, b);
    if (cell.replicas > most.replicas && !after.Holds(b)) {
      reason.goal = "TopicReplicaDistributionGoal";
      reason.sentence = fmt::format("{} holds {} replicas of this topic (at most {})", Name(b),
                                    cell.replicas, most.replicas);
      return true;
    }
    if (cell.leaders > most.leaders && i == 0 && after.replicas[0] != b) {
      reason.goal = "TopicLeaderReplicaDistributionGoal";
      reason.sentence = fmt::format("{} leads {} partitions of this topic (at most {})", Name(b),
                                    cell.leaders, most.leaders);
      return true;
    }
  }
  return false;
}

/// The goal whose lane gains most, by price, when this change alone is made at the start (or whose
/// lane loses most when it alone is undone at the end).
const GoalInfo* Explainer::BestLane(const PartitionRecord& before, const PartitionRecord& after,
                                    bool at_start) const {
  const Placement& where = at_start ? start_ : end_;
  const std::vector<BrokerDelta> deltas = at_start ? DeltasOf(start_.cluster(), before, after)
                                                   : DeltasOf(start_.cluster(), after, before);
  const GoalInfo* best = nullptr;
  double best_gain = 1e-9;
  for (const GoalInfo* goal : goals_.ordered) {
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
  const GoalInfo* goal = BestLane(before, after, true);
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
    reason.sentence =
        fmt::format("{}, more than {} of its capacity allows ({})", Share(start_, ends.from, *goal),
                    "its share", Percent(edge(start_.bands().cap)));
    return reason;
  }
  reason.sentence = fmt::format(
      "{} (band {}-{}); {}", Share(start_, ends.from, *goal),
      fmt::format("{:.3g}", std::max(0.0, edge(start_.bands().low)) * 100),
      fmt::format("{:.3g} %", edge(start_.bands().high) * 100), Share(start_, ends.to, *goal));
  if (!direct) reason.sentence += "; it balances other moves of this plan";
  return reason;
}

std::string Explainer::GoalNote(const GoalInfo& goal, const GoalTally& after) const {
  const bool lane_goal = goal.kind == GoalKind::kDistribution || goal.kind == GoalKind::kCapacity ||
                         goal.kind == GoalKind::kPotentialOut;
  std::string note;
  if (goal.kind == GoalKind::kDistribution || goal.kind == GoalKind::kPotentialOut)
    note = end_.bands().lane_note[goal.lane];
  const bool known = end_.cluster().known[goal.lane];
  if (goal.kind == GoalKind::kCapacity && !end_.bands().capacity[goal.lane]) {
    note = known ? "not judged: capacities unknown" : "not judged: loads unknown";
  } else if (goal.kind == GoalKind::kPotentialOut && !end_.bands().distribution[goal.lane]) {
    note = known ? "not judged: capacities unknown" : "not judged: loads unknown";
  }
  if (after.violations == 0 || !lane_goal) return note;
  BrokerIndex worst = end_.cluster().targets.front();
  float worst_outside = -1;
  for (const BrokerIndex b : end_.cluster().targets) {
    const float outside =
        LaneOutside(end_, b, goal.lane, end_.load(b)[goal.lane], goal.kind == GoalKind::kCapacity);
    if (outside <= worst_outside) continue;
    worst = b;
    worst_outside = outside;
  }
  float largest = 0;
  for (const Seat seat : end_.held(worst)) {
    const PartitionRecord& record = end_.partition(PartitionOf(seat));
    largest = std::max(largest, end_.cluster().LoadOf(record, SlotOfSeat(seat))[goal.lane]);
  }
  const float load = end_.load(worst)[goal.lane];
  if (!note.empty()) note += "; ";
  note += fmt::format("worst: {}", Share(end_, worst, goal));
  if (load > 0 && largest > 0.5F * load) {
    note +=
        fmt::format(", {:.0f} % of it by one partition", static_cast<double>(100 * largest / load));
  }
  return note;
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
