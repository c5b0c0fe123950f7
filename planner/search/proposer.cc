#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "planner/search/search.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kTargetsTried = 6;

}  // namespace

Proposer::Proposer(Placement& placement, Rng& rng) : placement_(placement), rng_(rng) {
  const float mean = placement.cluster().mean_disk;
  inverse_mean_disk_ = mean > 0 ? 1 / mean : 0;
  for (std::size_t i = 0; i < thresholds_.size(); ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(thresholds_.size());
    thresholds_[i] = static_cast<float>(-std::log(u));
  }
}

// Big replicas stay mobile while small ones settle: the temperature grows with the size.
bool Proposer::Accept(float delta, const PartitionRecord& record) {
  if (delta < 0) return true;
  if (temperature_ <= 0) return false;
  const float size = inverse_mean_disk_ > 0 ? record.disk * inverse_mean_disk_ : 1.0F;
  const float u = thresholds_[rng_.Next() >> 54];
  return delta < temperature_ * (0.1F + size) * u;
}

BrokerIndex Proposer::RandomTarget() {
  const std::vector<BrokerIndex>& targets = placement_.cluster().targets;
  return targets[rng_.Below(static_cast<std::uint32_t>(targets.size()))];
}

// Records lie far apart in memory: all of a proposal's are asked for before the first is read, so
// that their cache misses overlap. Half the time of a large plan went into these waits.
Proposer::Sample Proposer::SampleHeld(BrokerIndex b) {
  Sample sample;
  for (std::uint32_t& p : sample) p = RandomHeld(b);
  for (const std::uint32_t p : sample) placement_.Prefetch(p);
  return sample;
}

std::uint32_t Proposer::RandomHeld(BrokerIndex b) {
  const std::vector<std::uint32_t>& held = placement_.held(b);
  return held[rng_.Below(static_cast<std::uint32_t>(held.size()))];
}

BrokerIndex Proposer::BadBroker() {
  BrokerIndex worst = RandomTarget();
  for (int i = 1; i < 4; ++i) {
    const BrokerIndex b = RandomTarget();
    if (placement_.penalty(b) > placement_.penalty(worst)) worst = b;
  }
  return worst;
}

void Proposer::TryAny() {
  const std::uint32_t dice = rng_.Below(100);
  if (dice < 25) {
    TryPush(BadBroker());
  } else if (dice < 40) {
    TryPull(BadBroker());
  } else if (dice < 60) {
    TryLead(BadBroker());
  } else if (dice < 70) {
    TrySwap(BadBroker());
  } else if (dice < 75) {
    TryLeadSwap(BadBroker());
  } else {
    TryReturn();
  }
}

bool Proposer::PushTo(std::uint32_t p, std::size_t slot, std::span<const BrokerIndex> candidates) {
  const PartitionRecord& record = placement_.partition(p);
  std::optional<BrokerIndex> best;
  float best_delta = 0;
  for (const BrokerIndex to : candidates) {
    if (!placement_.MayMoveButForTopic(record, slot, to)) continue;
    const float delta = placement_.MoveDelta(record, slot, to);
    if (best && delta >= best_delta) continue;
    if (!placement_.TopicAllows(record, slot, to)) continue;
    best = to;
    best_delta = delta;
  }
  if (!best || !Accept(best_delta, record)) return false;
  placement_.Move(p, slot, *best);
  return true;
}

bool Proposer::TryPush(BrokerIndex from) {
  if (placement_.held(from).empty()) return false;
  std::uint32_t chosen = 0;
  std::size_t chosen_slot = 0;
  float chosen_gain = 0;
  const Sample sample = SampleHeld(from);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const std::uint32_t p = sample[i];
    const PartitionRecord& record = placement_.partition(p);
    const std::size_t slot = placement_.SlotOf(record, from);
    const Vec8 load = placement_.cluster().LoadOf(record, slot);
    // What the source gains, less the bytes if the replica is still at home.
    const float gain = placement_.penalty(from) -
                       placement_.PenaltyAt(from, placement_.load(from) - load) -
                       (record.Originally(from) ? record.disk : -record.disk);
    if (i > 0 && gain <= chosen_gain) continue;
    chosen = p;
    chosen_slot = slot;
    chosen_gain = gain;
  }
  const PartitionRecord& record = placement_.partition(chosen);
  std::array<BrokerIndex, kTargetsTried + kMaxReplicas> targets;
  std::size_t count = 0;
  for (std::size_t i = 0; i < record.rf; ++i) {
    if (record.origin[i] != from) targets[count++] = record.origin[i];
  }
  count = std::min<std::size_t>(count, 2);
  for (int i = 0; i < 2; ++i) targets[count++] = BadBroker();
  while (count < kTargetsTried) targets[count++] = RandomTarget();
  return PushTo(chosen, chosen_slot, std::span(targets).first(count));
}

bool Proposer::TryPull(BrokerIndex to) {
  std::optional<std::uint32_t> best;
  std::size_t best_slot = 0;
  float best_delta = 0;
  std::array<BrokerIndex, kReplicasTried> sources;
  std::array<std::uint32_t, kReplicasTried> sample;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kReplicasTried; ++i) {
    const BrokerIndex from = i < 2 ? BadBroker() : RandomTarget();
    if (from == to || placement_.held(from).empty()) continue;
    sources[count] = from;
    sample[count++] = RandomHeld(from);
  }
  for (std::size_t i = 0; i < count; ++i) placement_.Prefetch(sample[i]);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t p = sample[i];
    const PartitionRecord& record = placement_.partition(p);
    const std::size_t slot = placement_.SlotOf(record, sources[i]);
    if (!placement_.MayMoveButForTopic(record, slot, to)) continue;
    const float delta = placement_.MoveDelta(record, slot, to);
    if (best && delta >= best_delta) continue;
    if (!placement_.TopicAllows(record, slot, to)) continue;
    best = p;
    best_slot = slot;
    best_delta = delta;
  }
  if (!best || !Accept(best_delta, placement_.partition(*best))) return false;
  placement_.Move(*best, best_slot, to);
  return true;
}

bool Proposer::TryLead(BrokerIndex b) {
  if (placement_.held(b).empty()) return false;
  std::optional<std::uint32_t> best;
  std::size_t best_slot = 0;
  float best_delta = 0;
  for (const std::uint32_t p : SampleHeld(b)) {
    const PartitionRecord& record = placement_.partition(p);
    const std::size_t own = placement_.SlotOf(record, b);
    // A leader is given to any follower; a follower takes the lead.
    const std::size_t first = own == 0 ? 1 : own;
    const std::size_t last = own == 0 ? record.rf : own + 1;
    for (std::size_t slot = first; slot < last; ++slot) {
      if (record.frozen || !placement_.cluster().target[record.replicas[slot]]) continue;
      const float delta = placement_.LeadDelta(record, slot);
      if (best && delta >= best_delta) continue;
      if (!placement_.MayLead(record, slot)) continue;
      best = p;
      best_slot = slot;
      best_delta = delta;
    }
  }
  if (!best || !Accept(best_delta, placement_.partition(*best))) return false;
  placement_.Lead(*best, best_slot);
  return true;
}

float Proposer::SwapDelta(const PartitionRecord& a, std::size_t slot_a, const PartitionRecord& x,
                          std::size_t slot_x) const {
  const BrokerIndex here = a.replicas[slot_a];
  const BrokerIndex there = x.replicas[slot_x];
  const FlatCluster& cluster = placement_.cluster();
  const Vec8 change = cluster.LoadOf(x, slot_x) - cluster.LoadOf(a, slot_a);
  return placement_.PenaltyAt(here, placement_.load(here) + change) - placement_.penalty(here) +
         placement_.PenaltyAt(there, placement_.load(there) - change) - placement_.penalty(there) +
         placement_.MoveCost(a, slot_a, there) + placement_.MoveCost(x, slot_x, here);
}

bool Proposer::MaySwap(const PartitionRecord& a, std::size_t slot_a, const PartitionRecord& x,
                       std::size_t slot_x) const {
  return placement_.MayMove(a, slot_a, x.replicas[slot_x]) &&
         placement_.MayMove(x, slot_x, a.replicas[slot_a]);
}

bool Proposer::TrySwap(BrokerIndex b) {
  const BrokerIndex other = RandomTarget();
  if (other == b || placement_.held(b).empty() || placement_.held(other).empty()) return false;
  struct Pair {
    std::uint32_t a = 0, x = 0;
    std::size_t slot_a = 0, slot_x = 0;
  };
  std::optional<Pair> best;
  float best_delta = 0;
  const Sample ours = SampleHeld(b);
  const Sample theirs = SampleHeld(other);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    Pair pair{ours[i], theirs[i], 0, 0};
    if (pair.a == pair.x) continue;
    const PartitionRecord& a = placement_.partition(pair.a);
    const PartitionRecord& x = placement_.partition(pair.x);
    pair.slot_a = placement_.SlotOf(a, b);
    pair.slot_x = placement_.SlotOf(x, other);
    if (!MaySwap(a, pair.slot_a, x, pair.slot_x)) continue;
    const float delta = SwapDelta(a, pair.slot_a, x, pair.slot_x);
    if (best && delta >= best_delta) continue;
    best = pair;
    best_delta = delta;
  }
  if (!best || !Accept(best_delta, placement_.partition(best->a))) return false;
  const BrokerIndex here = placement_.partition(best->a).replicas[best->slot_a];
  placement_.Move(best->a, best->slot_a, other);
  placement_.Move(best->x, best->slot_x, here);
  return true;
}

bool Proposer::TryLeadSwap(BrokerIndex b) {
  if (placement_.held(b).empty()) return false;
  const std::uint32_t p = RandomHeld(b);
  const PartitionRecord& given = placement_.partition(p);
  if (given.replicas[0] != b || given.rf < 2) return false;
  const std::size_t slot = 1 + rng_.Below(static_cast<std::uint32_t>(given.rf - 1));
  if (!placement_.MayLead(given, slot)) return false;
  const BrokerIndex other = given.replicas[slot];
  const FlatCluster& cluster = placement_.cluster();
  for (const std::uint32_t q : SampleHeld(other)) {
    const PartitionRecord& taken = placement_.partition(q);
    if (q == p || taken.replicas[0] != other || !taken.Holds(b)) continue;
    const std::size_t back = placement_.SlotOf(taken, b);
    if (!placement_.MayLead(taken, back)) continue;
    const Vec8 change = cluster.LeaderLoad(taken) - cluster.FollowerLoad(taken) -
                        cluster.LeaderLoad(given) + cluster.FollowerLoad(given);
    const float delta =
        placement_.PenaltyAt(b, placement_.load(b) + change) - placement_.penalty(b) +
        placement_.PenaltyAt(other, placement_.load(other) - change) - placement_.penalty(other) +
        placement_.LeadCost(given, slot) + placement_.LeadCost(taken, back);
    if (!Accept(delta, given)) continue;
    placement_.Lead(p, slot);
    placement_.Lead(q, back);
    return true;
  }
  return false;
}

bool Proposer::TryReturn() {
  const std::vector<std::uint32_t>& displaced = placement_.displaced();
  if (displaced.empty()) return false;
  return TryReturn(displaced[rng_.Below(static_cast<std::uint32_t>(displaced.size()))]);
}

bool Proposer::TryReturn(std::uint32_t p) {
  const PartitionRecord& record = placement_.partition(p);
  struct Way {
    bool lead = false;
    std::size_t slot = 0;
    BrokerIndex to = 0;
  };
  std::optional<Way> best;
  float best_delta = 0;
  const auto consider = [&](const Way& way, float delta) {
    if (best && delta >= best_delta) return;
    best = way;
    best_delta = delta;
  };
  for (std::size_t slot = 0; slot < record.rf; ++slot) {
    if (slot > 0 && record.replicas[slot] == record.origin[0] && placement_.MayLead(record, slot)) {
      consider({true, slot, 0}, placement_.LeadDelta(record, slot));
    }
    if (record.Originally(record.replicas[slot])) continue;
    for (std::size_t i = 0; i < record.rf; ++i) {
      const BrokerIndex to = record.origin[i];
      if (!placement_.MayMove(record, slot, to)) continue;
      consider({false, slot, to}, placement_.MoveDelta(record, slot, to));
    }
  }
  if (!best || !Accept(best_delta, record)) return false;
  if (best->lead) {
    placement_.Lead(p, best->slot);
  } else {
    placement_.Move(p, best->slot, best->to);
  }
  return true;
}

}  // namespace levelwind::planner
