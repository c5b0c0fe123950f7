#include "planner/search/placement.h"

#include <algorithm>
#include <utility>

#include "planner/goals/partition_rule.h"

namespace levelwind::planner {
namespace {

// A moved replica costs this share of the mean replica's disk on top of its own: without a fee the
// search trades thousands of small moves for one large one.
constexpr float kReplicaFee = 0.5F;

constexpr std::uint32_t kNowhere = 0xffffffff;

}  // namespace

Placement::Placement(const FlatCluster& cluster, Bands bands)
    : cluster_(&cluster), bands_(std::move(bands)), partitions_(cluster) {
  brokers_.resize(cluster.broker_ids.size());
  for (std::size_t b = 0; b < brokers_.size(); ++b) {
    brokers_[b].rack = cluster.racks[b];
    brokers_[b].serving = cluster.target[b] != 0;
    brokers_[b].receives = cluster.receives[b] != 0;
    brokers_[b].leads = cluster.leads[b] != 0;
  }
  replica_fee_ = kReplicaFee * MeanReplica();
  SetLeaderFee(kLeaderFee);
  for (const PartitionRecord& p : partitions()) stride_ = std::max<std::size_t>(stride_, p.rf);
  SetBands();
  Build();
}

void Placement::SetBands() {
  SetInset(kSearchInset);
  for (std::size_t b = 0; b < brokers_.size(); ++b) {
    BrokerState& state = brokers_[b];
    state.cap = bands_.cap[b];
    state.weight = bands_.weight;
    state.dropped = 0;
  }
}

/// In units of a mean broker's disk.
float Placement::MeanReplica() const {
  const std::size_t replicas = cluster_->replica_count;
  if (replicas == 0) return 0;
  return static_cast<float>(cluster_->targets.size()) / static_cast<float>(replicas);
}

void Placement::SetLeaderFee(float share) { leader_fee_ = share * MeanReplica(); }

void Placement::SetReach(float above, float below) {
  for (BrokerState& state : brokers_) {
    state.reach_above = above;
    state.reach_below = below;
  }
}

// Counts are whole numbers: the edge itself is inside.
void Placement::SetInset(float inset) {
  const Vec8 insets{{inset, inset, inset, inset}, {0, 0, inset, inset}};
  for (std::size_t b = 0; b < brokers_.size(); ++b) {
    brokers_[b].low = bands_.low[b] + insets;
    brokers_[b].high = bands_.high[b] - insets;
  }
}

void Placement::Build() {
  const std::size_t n = brokers_.size();
  held_.resize(n);
  for (std::vector<Seat>& list : held_) list.clear();
  position_.assign(partitions_.size() * stride_, kNowhere);
  displaced_.clear();
  displaced_at_.assign(partitions_.size(), kNowhere);
  cells_ = cluster_->pinned_cells;
  for (std::uint32_t p = 0; p < partitions_.size(); ++p) {
    const PartitionRecord& record = partitions_[p];
    for (std::size_t slot = 0; slot < record.rf; ++slot) {
      Attach(p, slot);
      if (record.topic_row == kNoRow) continue;
      cells_.Add(record.topic_row, record.replicas[slot], 1, slot == 0 ? 1 : 0);
    }
    NoteDisplacement(p);
  }
  RecomputeLoads();
}

void Placement::RecomputeLoads() {
  const std::size_t n = brokers_.size();
  std::vector<LaneArray> sums(n);
  for (std::size_t b = 0; b < n; ++b) {
    for (std::size_t r = 0; r < kLanes; ++r) sums[b][r] = cluster_->pinned_load[b][r];
  }
  for (const PartitionRecord& record : partitions()) {
    const Vec8 leader = cluster_->LeaderLoad(record);
    const Vec8 follower = cluster_->FollowerLoad(record);
    for (std::size_t slot = 0; slot < record.rf; ++slot) {
      const Vec8& load = slot == 0 ? leader : follower;
      LaneArray& sum = sums[record.replicas[slot]];
      for (std::size_t r = 0; r < kLanes; ++r) sum[r] += static_cast<double>(load[r]);
    }
  }
  for (std::size_t b = 0; b < n; ++b) {
    BrokerState& state = brokers_[b];
    for (std::size_t r = 0; r < kLanes; ++r) state.load.Set(r, static_cast<float>(sums[b][r]));
    state.penalty = state.PenaltyAt(state.load);
  }
}

std::size_t Placement::SlotOf(const PartitionRecord& record, BrokerIndex b) {
  std::size_t slot = 0;
  while (slot < record.rf && record.replicas[slot] != b) ++slot;
  return slot;
}

/// Whether enough distinct racks are left when the replica in `slot` goes to a rack that another
/// replica is on, counting only brokers that can keep theirs.
bool Placement::RackSpreadKept(const PartitionRecord& record, std::size_t slot,
                               std::uint16_t rack) const {
  const BrokerState& from = broker(record.replicas[slot]);
  const bool leaves_rack = from.rack != rack;
  std::size_t others = 0;
  bool from_rack_shared = false;
  for (std::size_t i = 0; i < record.rf; ++i) {
    const BrokerState& b = broker(record.replicas[i]);
    if (i == slot || !b.serving) continue;
    from_rack_shared |= b.rack == from.rack;
    bool first = true;
    for (std::size_t j = 0; j < i; ++j) {
      const BrokerState& c = broker(record.replicas[j]);
      first &= j == slot || !c.serving || c.rack != b.rack;
    }
    others += first ? 1U : 0U;
  }
  const bool lost = from.serving && leaves_rack && !from_rack_shared;
  return others >= std::min<std::size_t>(record.required_racks, others + (lost ? 1U : 0U));
}

bool Placement::RulesAllow(const PartitionRecord& now, const PartitionRecord& then) const {
  return std::ranges::all_of(cluster_->rule_sets[now.rules].rules, [&](const auto& rule) {
    return rule->Breaks(*this, now, then) <= rule->Breaks(*this, now, now);
  });
}

bool Placement::RulesPrefer(const PartitionRecord& now, const PartitionRecord& then) const {
  for (const auto& rule : cluster_->rule_sets[now.rules].rules) {
    const int change = rule->Breaks(*this, now, then) - rule->Breaks(*this, now, now);
    if (change != 0) return change < 0;
  }
  return false;
}

bool Placement::BreaksRules(const PartitionRecord& now) const {
  return std::ranges::any_of(cluster_->rule_sets[now.rules].rules,
                             [&](const auto& rule) { return rule->Breaks(*this, now, now) > 0; });
}

bool Placement::RulesAllowMove(const PartitionRecord& record, std::size_t slot,
                               BrokerIndex to) const {
  PartitionRecord then = record;
  then.replicas[slot] = to;
  return RulesAllow(record, then);
}

bool Placement::RulesAllowLead(const PartitionRecord& record, std::size_t slot) const {
  PartitionRecord then = record;
  std::swap(then.replicas[0], then.replicas[slot]);
  return RulesAllow(record, then);
}

void Placement::Attach(std::uint32_t p, std::size_t slot) {
  std::vector<Seat>& list = held_[partitions_[p].replicas[slot]];
  Position(p, slot) = static_cast<std::uint32_t>(list.size());
  list.push_back(SeatOf(p, slot));
}

void Placement::Detach(std::uint32_t p, std::size_t slot) {
  std::vector<Seat>& list = held_[partitions_[p].replicas[slot]];
  const std::uint32_t at = Position(p, slot);
  const Seat last = list.back();
  list[at] = last;
  Position(PartitionOf(last), SlotOfSeat(last)) = at;
  list.pop_back();
}

void Placement::AddLoad(BrokerIndex b, const Vec8& delta) {
  BrokerState& state = brokers_[b];
  state.load += delta;
  state.penalty = state.PenaltyAt(state.load);
}

void Placement::NoteDisplacement(std::uint32_t p) {
  const PartitionRecord& record = partitions_[p];
  bool away = record.replicas[0] != record.origin[0];
  for (std::size_t i = 0; i < record.rf && !away; ++i)
    away = !record.Originally(record.replicas[i]);
  std::uint32_t& at = displaced_at_[p];
  if (away && at == kNowhere) {
    at = static_cast<std::uint32_t>(displaced_.size());
    displaced_.push_back(p);
  } else if (!away && at != kNowhere) {
    displaced_[at] = displaced_.back();
    displaced_at_[displaced_[at]] = at;
    displaced_.pop_back();
    at = kNowhere;
  }
}

void Placement::Move(std::uint32_t p, std::size_t slot, BrokerIndex to) {
  PartitionRecord& record = partitions_.Write(p);
  const BrokerIndex from = record.replicas[slot];
  const Vec8 load = cluster_->LoadOf(record, slot);
  Detach(p, slot);
  record.replicas[slot] = to;
  Attach(p, slot);
  AddLoad(from, Vec8::Fill(0) - load);
  AddLoad(to, load);
  if (record.topic_row != kNoRow) {
    const int leaders = slot == 0 ? 1 : 0;
    cells_.Add(record.topic_row, from, -1, -leaders);
    cells_.Add(record.topic_row, to, 1, leaders);
  }
  NoteDisplacement(p);
}

void Placement::Lead(std::uint32_t p, std::size_t slot) {
  PartitionRecord& record = partitions_.Write(p);
  const BrokerIndex from = record.replicas[0];
  const BrokerIndex to = record.replicas[slot];
  const Vec8 extra = cluster_->LeadershipLoad(record);
  std::swap(record.replicas[0], record.replicas[slot]);
  std::swap(Position(p, 0), Position(p, slot));
  held_[to][Position(p, 0)] = SeatOf(p, 0);
  held_[from][Position(p, slot)] = SeatOf(p, slot);
  AddLoad(from, Vec8::Fill(0) - extra);
  AddLoad(to, extra);
  if (record.topic_row != kNoRow) {
    cells_.Add(record.topic_row, from, 0, -1);
    cells_.Add(record.topic_row, to, 0, 1);
  }
  NoteDisplacement(p);
}

void Placement::SetWeights(BrokerIndex b, const Vec8& weight) {
  BrokerState& state = brokers_[b];
  state.weight = weight;
  for (std::size_t r = 0; r < kLanes; ++r) {
    if (Dropped(b, r)) state.weight.Set(r, 0);
  }
  state.penalty = state.PenaltyAt(state.load);
}

void Placement::DropBand(BrokerIndex b, std::size_t lane) {
  brokers_[b].dropped = static_cast<std::uint8_t>(brokers_[b].dropped | (1U << lane));
  SetWeights(b, brokers_[b].weight);
}

void Placement::RestoreWeights() {
  for (std::size_t b = 0; b < brokers_.size(); ++b) {
    SetWeights(static_cast<BrokerIndex>(b), bands_.weight);
  }
}

void Placement::RestoreBands() {
  for (BrokerState& state : brokers_) state.dropped = 0;
  RestoreWeights();
}

std::vector<Seats> Placement::Save() const {
  std::vector<Seats> saved(partitions_.size());
  for (std::size_t p = 0; p < saved.size(); ++p) {
    std::copy_n(partitions_[p].replicas, kMaxReplicas, saved[p].begin());
  }
  return saved;
}

void Placement::Restore(const std::vector<Seats>& saved) {
  const std::span<PartitionRecord> records = partitions_.WriteAll();
  for (std::size_t p = 0; p < saved.size(); ++p) {
    std::copy_n(saved[p].begin(), kMaxReplicas, records[p].replicas);
  }
  Build();
}

void Placement::Rebase(Bands bands) {
  for (PartitionRecord& record : partitions_.WriteAll()) {
    std::sort(record.replicas + 1, record.replicas + record.rf);
    std::copy_n(record.replicas, kMaxReplicas, record.origin);
    record.open_lead = !broker(record.replicas[0]).serving;
  }
  bands_ = std::move(bands);
  SetBands();
  Build();
}

double Placement::BytesMoved() const {
  double bytes = 0;
  for (const std::uint32_t p : displaced_) {
    const PartitionRecord& record = partitions_[p];
    for (std::size_t i = 0; i < record.rf; ++i) {
      if (!record.Originally(record.replicas[i])) bytes += static_cast<double>(record.disk);
    }
  }
  return bytes;
}

std::size_t Placement::LeadersChanged() const {
  return static_cast<std::size_t>(std::ranges::count_if(displaced_, [&](std::uint32_t p) {
    return partitions_[p].replicas[0] != partitions_[p].origin[0];
  }));
}

}  // namespace levelwind::planner
