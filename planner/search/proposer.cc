#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "planner/search/search.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kTargetsTried = 6;

}  // namespace

Proposer::Proposer(Placement& placement, Rng& rng)
    : placement_(placement),
      rng_(rng),
      targets_(placement.cluster().targets.data()),
      target_count_(static_cast<std::uint32_t>(placement.cluster().targets.size())) {
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

BrokerIndex Proposer::RandomTarget() { return targets_[rng_.Below(target_count_)]; }

// Records lie far apart in memory: all of a proposal's are asked for before the first is read, so
// that their cache misses overlap. Half the time of a large plan went into these waits.
Proposer::Sample Proposer::SampleHeld(BrokerIndex b) {
  Sample sample;
  for (Seat& seat : sample) seat = RandomHeld(b);
  for (const Seat seat : sample) placement_.Prefetch(seat);
  return sample;
}

Seat Proposer::RandomHeld(BrokerIndex b) {
  const std::vector<Seat>& held = placement_.held(b);
  return held.data()[rng_.Below(static_cast<std::uint32_t>(held.size()))];
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

bool Proposer::PushTo(Seat seat, std::span<const BrokerIndex> candidates) {
  const std::uint32_t p = PartitionOf(seat);
  const std::size_t slot = SlotOfSeat(seat);
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
  Seat chosen = 0;
  float chosen_gain = 0;
  const Sample sample = SampleHeld(from);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const PartitionRecord& record = placement_.partition(PartitionOf(sample[i]));
    const Vec8 load = placement_.cluster().LoadOf(record, SlotOfSeat(sample[i]));
    // What the source gains, less the bytes if the replica is still at home.
    const float gain = -placement_.PenaltyDelta(from, Vec8::Fill(0) - load) -
                       (record.Originally(from) ? record.disk : -record.disk);
    if (i > 0 && gain <= chosen_gain) continue;
    chosen = sample[i];
    chosen_gain = gain;
  }
  const PartitionRecord& record = placement_.partition(PartitionOf(chosen));
  std::array<BrokerIndex, kTargetsTried + kMaxReplicas> targets;
  std::size_t count = 0;
  for (std::size_t i = 0; i < record.rf; ++i) {
    if (record.origin[i] != from) targets[count++] = record.origin[i];
  }
  count = std::min<std::size_t>(count, 2);
  for (int i = 0; i < 2; ++i) targets[count++] = BadBroker();
  while (count < kTargetsTried) targets[count++] = RandomTarget();
  return PushTo(chosen, std::span(targets).first(count));
}

bool Proposer::TryPull(BrokerIndex to) {
  std::optional<Seat> best;
  float best_delta = 0;
  Sample sample;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kReplicasTried; ++i) {
    const BrokerIndex from = i < 2 ? BadBroker() : RandomTarget();
    if (from == to || placement_.held(from).empty()) continue;
    sample[count++] = RandomHeld(from);
  }
  for (std::size_t i = 0; i < count; ++i) placement_.Prefetch(sample[i]);
  for (std::size_t i = 0; i < count; ++i) {
    const PartitionRecord& record = placement_.partition(PartitionOf(sample[i]));
    const std::size_t slot = SlotOfSeat(sample[i]);
    if (!placement_.MayMoveButForTopic(record, slot, to)) continue;
    const float delta = placement_.MoveDelta(record, slot, to);
    if (best && delta >= best_delta) continue;
    if (!placement_.TopicAllows(record, slot, to)) continue;
    best = sample[i];
    best_delta = delta;
  }
  if (!best || !Accept(best_delta, placement_.partition(PartitionOf(*best)))) return false;
  placement_.Move(PartitionOf(*best), SlotOfSeat(*best), to);
  return true;
}

// Leadership has no size.
bool Proposer::AcceptLead(float delta) {
  if (delta < 0) return true;
  if (temperature_ <= 0) return false;
  return delta < temperature_ * thresholds_[rng_.Next() >> 54];
}

bool Proposer::TryLead(BrokerIndex b) {
  if (placement_.held(b).empty()) return false;
  std::optional<std::uint32_t> best;
  std::size_t best_slot = 0;
  float best_delta = 0;
  for (const Seat seat : SampleHeld(b)) {
    const std::uint32_t p = PartitionOf(seat);
    const std::size_t own = SlotOfSeat(seat);
    const PartitionRecord& record = placement_.partition(p);
    // A leader is given to any follower; a follower takes the lead.
    const std::size_t first = own == 0 ? 1 : own;
    const std::size_t last = own == 0 ? record.rf : own + 1;
    for (std::size_t slot = first; slot < last; ++slot) {
      const float delta = placement_.LeadDelta(record, slot);
      if (best && delta >= best_delta) continue;
      if (!placement_.MayLead(record, slot)) continue;
      best = p;
      best_slot = slot;
      best_delta = delta;
    }
  }
  if (!best || !AcceptLead(best_delta)) return false;
  placement_.Lead(*best, best_slot);
  return true;
}

float Proposer::SwapDelta(const PartitionRecord& a, std::size_t slot_a, const PartitionRecord& x,
                          std::size_t slot_x) const {
  const BrokerIndex here = a.replicas[slot_a];
  const BrokerIndex there = x.replicas[slot_x];
  const FlatCluster& cluster = placement_.cluster();
  const Vec8 change = cluster.LoadOf(x, slot_x) - cluster.LoadOf(a, slot_a);
  return placement_.PenaltyDelta(here, change) +
         placement_.PenaltyDelta(there, Vec8::Fill(0) - change) +
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
    Seat a = 0, x = 0;
  };
  std::optional<Pair> best;
  float best_delta = 0;
  const Sample ours = SampleHeld(b);
  const Sample theirs = SampleHeld(other);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const Pair pair{ours[i], theirs[i]};
    if (PartitionOf(pair.a) == PartitionOf(pair.x)) continue;
    const PartitionRecord& a = placement_.partition(PartitionOf(pair.a));
    const PartitionRecord& x = placement_.partition(PartitionOf(pair.x));
    if (!MaySwap(a, SlotOfSeat(pair.a), x, SlotOfSeat(pair.x))) continue;
    const float delta = SwapDelta(a, SlotOfSeat(pair.a), x, SlotOfSeat(pair.x));
    if (best && delta >= best_delta) continue;
    best = pair;
    best_delta = delta;
  }
  if (!best || !Accept(best_delta, placement_.partition(PartitionOf(best->a)))) return false;
  placement_.Move(PartitionOf(best->a), SlotOfSeat(best->a), other);
  placement_.Move(PartitionOf(best->x), SlotOfSeat(best->x), b);
  return true;
}

bool Proposer::TryLeadSwap(BrokerIndex b) {
  if (placement_.held(b).empty()) return false;
  const Seat seat = RandomHeld(b);
  const std::uint32_t p = PartitionOf(seat);
  const PartitionRecord& given = placement_.partition(p);
  if (SlotOfSeat(seat) != 0 || given.rf < 2) return false;
  const std::size_t slot = 1 + rng_.Below(static_cast<std::uint32_t>(given.rf - 1));
  if (!placement_.MayLead(given, slot)) return false;
  const BrokerIndex other = given.replicas[slot];
  const FlatCluster& cluster = placement_.cluster();
  for (const Seat candidate : SampleHeld(other)) {
    const std::uint32_t q = PartitionOf(candidate);
    const PartitionRecord& taken = placement_.partition(q);
    if (q == p || SlotOfSeat(candidate) != 0) continue;
    const std::size_t back = Placement::SlotOf(taken, b);
    if (back >= taken.rf) continue;
    if (!placement_.MayLead(taken, back)) continue;
    const Vec8 change = cluster.LeadershipLoad(taken) - cluster.LeadershipLoad(given);
    const float delta = placement_.PenaltyDelta(b, change) +
                        placement_.PenaltyDelta(other, Vec8::Fill(0) - change) +
                        placement_.LeadCost(given, slot) + placement_.LeadCost(taken, back);
    if (!AcceptLead(delta)) continue;
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

template <typename Visit>
void Proposer::WaysHome(const PartitionRecord& record, Visit visit) const {
  for (std::size_t slot = 0; slot < record.rf; ++slot) {
    if (slot > 0 && record.replicas[slot] == record.origin[0] && placement_.MayLead(record, slot)) {
      visit(Way{true, slot, 0}, placement_.LeadDelta(record, slot));
    }
    if (record.Originally(record.replicas[slot])) continue;
    for (std::size_t i = 0; i < record.rf; ++i) {
      const BrokerIndex to = record.origin[i];
      if (!placement_.MayMove(record, slot, to)) continue;
      visit(Way{false, slot, to}, placement_.MoveDelta(record, slot, to));
    }
  }
}

void Proposer::Take(std::uint32_t p, const Way& way) {
  if (way.lead) {
    placement_.Lead(p, way.slot);
  } else {
    placement_.Move(p, way.slot, way.to);
  }
}

bool Proposer::TryReturn(std::uint32_t p) {
  const PartitionRecord& record = placement_.partition(p);
  std::optional<Way> best;
  float best_delta = 0;
  WaysHome(record, [&](const Way& way, float delta) {
    if (best && delta >= best_delta) return;
    best = way;
    best_delta = delta;
  });
  if (!best || !(best->lead ? AcceptLead(best_delta) : Accept(best_delta, record))) return false;
  Take(p, *best);
  return true;
}

bool Proposer::GiveBack(std::uint32_t p) {
  const PartitionRecord& record = placement_.partition(p);
  std::optional<Way> best;
  float best_cost = 0;
  WaysHome(record, [&](const Way& way, float) {
    const float cost = way.lead ? placement_.LeadCost(record, way.slot)
                                : placement_.MoveCost(record, way.slot, way.to);
    if (cost >= best_cost) return;
    const bool no_worse = way.lead ? placement_.LeadNoWorse(record, way.slot)
                                   : placement_.MoveNoWorse(record, way.slot, way.to);
    if (!no_worse) return;
    best = way;
    best_cost = cost;
  });
  if (best) Take(p, *best);
  return best.has_value();
}

}  // namespace levelwind::planner
