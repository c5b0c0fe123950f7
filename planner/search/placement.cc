#include "planner/search/placement.h"

#include <algorithm>
#include <utility>

namespace levelwind::planner {
namespace {

// Price of a mean broker's load above a hard capacity: far above every band's.
constexpr float kCapacityPrice = 40.0F;

// A moved replica costs this share of the mean replica's disk on top of its own, a changed leader
// that: without a fee the search trades thousands of small moves for one large one.
constexpr float kReplicaFee = 0.5F;
constexpr float kLeaderFee = 0.3F;

constexpr std::uint32_t kNowhere = 0xffffffff;

// The search aims this far inside the bands of loads, so that float sums cannot put a broker that
// ends exactly on an edge outside it. Counts are whole numbers: the edge itself is inside.
constexpr float kInset = 1e-3F;
constexpr Vec8 kInsets{{kInset, kInset, kInset, kInset}, {0, 0, kInset, kInset}};

}  // namespace

Placement::Placement(const FlatCluster& cluster, Bands bands)
    : cluster_(&cluster), bands_(std::move(bands)), partitions_(cluster.partitions) {
  const std::size_t n = cluster.broker_ids.size();
  weight_.assign(n, bands_.weight);
  dropped_.assign(n, 0);
  if (cluster.replica_count > 0) {
    const float mean = static_cast<float>(cluster.targets.size()) /
                       static_cast<float>(std::max<std::size_t>(1, cluster.replica_count));
    replica_fee_ = kReplicaFee * mean;
    leader_fee_ = kLeaderFee * mean;
  }
  Build();
}

void Placement::Build() {
  const std::size_t n = cluster_->broker_ids.size();
  held_.assign(n, {});
  position_.assign(partitions_.size() * 8, kNowhere);
  displaced_.clear();
  displaced_at_.assign(partitions_.size(), kNowhere);
  cells_ = cluster_->pinned_cells;
  for (std::uint32_t p = 0; p < partitions_.size(); ++p) {
    const PartitionRecord& record = partitions_[p];
    for (std::size_t slot = 0; slot < record.rf; ++slot) {
      Attach(p, slot);
      if (record.topic_row == kNoRow) continue;
      TopicCell& cell = cells_[record.topic_row * n + record.replicas[slot]];
      ++cell.replicas;
      if (slot == 0) ++cell.leaders;
    }
    NoteDisplacement(p);
  }
  RecomputeLoads();
}

void Placement::RecomputeLoads() {
  const std::size_t n = cluster_->broker_ids.size();
  std::vector<LaneArray> sums(n);
  for (std::size_t b = 0; b < n; ++b) {
    for (std::size_t r = 0; r < kLanes; ++r) sums[b][r] = cluster_->pinned_load[b][r];
  }
  for (const PartitionRecord& record : partitions_) {
    const Vec8 leader = cluster_->LeaderLoad(record);
    const Vec8 follower = cluster_->FollowerLoad(record);
    for (std::size_t slot = 0; slot < record.rf; ++slot) {
      const Vec8& load = slot == 0 ? leader : follower;
      LaneArray& sum = sums[record.replicas[slot]];
      for (std::size_t r = 0; r < kLanes; ++r) sum[r] += static_cast<double>(load[r]);
    }
  }
  load_.resize(n);
  penalty_.resize(n);
  for (std::size_t b = 0; b < n; ++b) {
    for (std::size_t r = 0; r < kLanes; ++r) load_[b].Set(r, static_cast<float>(sums[b][r]));
    penalty_[b] = PenaltyAt(static_cast<BrokerIndex>(b), load_[b]);
  }
}

float Placement::PenaltyAt(BrokerIndex b, const Vec8& load) const {
  const Vec8 outside =
      Max(Max(load - bands_.high[b], bands_.low[b] - load) + kInsets, Vec8::Fill(0));
  const Vec8 over = Max(load - bands_.cap[b], Vec8::Fill(0));
  return (outside * weight_[b] + over * Vec8::Fill(kCapacityPrice)).Sum();
}

std::size_t Placement::SlotOf(const PartitionRecord& record, BrokerIndex b) const {
  std::size_t slot = 0;
  while (slot < record.rf && record.replicas[slot] != b) ++slot;
  return slot;
}

bool Placement::RackAllows(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
  const std::uint16_t rack = cluster_->racks[to];
  const BrokerIndex from = record.replicas[slot];
  if (cluster_->target[from] && cluster_->racks[from] == rack) return true;
  // Distinct racks of the replicas that stay, counting only brokers that can keep them.
  std::size_t others = 0;
  bool taken = false;
  bool from_rack_shared = false;
  for (std::size_t i = 0; i < record.rf; ++i) {
    const BrokerIndex b = record.replicas[i];
    if (i == slot || !cluster_->target[b]) continue;
    taken |= cluster_->racks[b] == rack;
    from_rack_shared |= cluster_->racks[b] == cluster_->racks[from];
    bool first = true;
    for (std::size_t j = 0; j < i; ++j) {
      const BrokerIndex c = record.replicas[j];
      first &= j == slot || !cluster_->target[c] || cluster_->racks[c] != cluster_->racks[b];
    }
    others += first ? 1U : 0U;
  }
  if (!taken) return true;
  const std::size_t before = others + (cluster_->target[from] && !from_rack_shared ? 1U : 0U);
  return others >= std::min<std::size_t>(record.required_racks, before);
}

bool Placement::TopicAllows(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
  if (record.topic_row == kNoRow) return true;
  const TopicCell& most = cluster_->topic_rows[record.topic_row].most;
  const TopicCell& now = cell(record.topic_row, to);
  return now.replicas < most.replicas && (slot != 0 || now.leaders < most.leaders);
}

bool Placement::MayLead(const PartitionRecord& record, std::size_t slot) const {
  const BrokerIndex to = record.replicas[slot];
  if (record.frozen || !cluster_->target[to]) return false;
  if (record.topic_row == kNoRow) return true;
  return cell(record.topic_row, to).leaders < cluster_->topic_rows[record.topic_row].most.leaders;
}

float Placement::MoveCost(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
  const BrokerIndex from = record.replicas[slot];
  const float bytes = record.disk + replica_fee_;
  float cost = 0;
  if (!record.Originally(to)) cost += bytes;
  if (!record.Originally(from)) cost -= bytes;
  if (slot == 0) {
    if (to != record.origin[0]) cost += leader_fee_;
    if (from != record.origin[0]) cost -= leader_fee_;
  }
  return cost;
}

float Placement::LeadCost(const PartitionRecord& record, std::size_t slot) const {
  float cost = 0;
  if (record.replicas[slot] != record.origin[0]) cost += leader_fee_;
  if (record.replicas[0] != record.origin[0]) cost -= leader_fee_;
  return cost;
}

float Placement::MoveDelta(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
  const BrokerIndex from = record.replicas[slot];
  const Vec8 load = cluster_->LoadOf(record, slot);
  return PenaltyAt(from, load_[from] - load) - penalty_[from] + PenaltyAt(to, load_[to] + load) -
         penalty_[to] + MoveCost(record, slot, to);
}

float Placement::LeadDelta(const PartitionRecord& record, std::size_t slot) const {
  const BrokerIndex from = record.replicas[0];
  const BrokerIndex to = record.replicas[slot];
  const Vec8 extra = cluster_->LeaderLoad(record) - cluster_->FollowerLoad(record);
  return PenaltyAt(from, load_[from] - extra) - penalty_[from] + PenaltyAt(to, load_[to] + extra) -
         penalty_[to] + LeadCost(record, slot);
}

void Placement::Attach(std::uint32_t p, std::size_t slot) {
  std::vector<std::uint32_t>& list = held_[partitions_[p].replicas[slot]];
  Position(p, slot) = static_cast<std::uint32_t>(list.size());
  list.push_back(p);
}

void Placement::Detach(std::uint32_t p, std::size_t slot) {
  const BrokerIndex b = partitions_[p].replicas[slot];
  std::vector<std::uint32_t>& list = held_[b];
  const std::uint32_t at = Position(p, slot);
  const std::uint32_t last = list.back();
  list[at] = last;
  Position(last, SlotOf(partitions_[last], b)) = at;
  list.pop_back();
}

void Placement::AddLoad(BrokerIndex b, const Vec8& delta) {
  load_[b] += delta;
  penalty_[b] = PenaltyAt(b, load_[b]);
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
  PartitionRecord& record = partitions_[p];
  const BrokerIndex from = record.replicas[slot];
  const Vec8 load = cluster_->LoadOf(record, slot);
  Detach(p, slot);
  record.replicas[slot] = to;
  Attach(p, slot);
  AddLoad(from, Vec8::Fill(0) - load);
  AddLoad(to, load);
  if (record.topic_row != kNoRow) {
    TopicCell* row = &cells_[record.topic_row * load_.size()];
    --row[from].replicas;
    ++row[to].replicas;
    if (slot == 0) {
      --row[from].leaders;
      ++row[to].leaders;
    }
  }
  NoteDisplacement(p);
}

void Placement::Lead(std::uint32_t p, std::size_t slot) {
  PartitionRecord& record = partitions_[p];
  const BrokerIndex from = record.replicas[0];
  const BrokerIndex to = record.replicas[slot];
  const Vec8 extra = cluster_->LeaderLoad(record) - cluster_->FollowerLoad(record);
  std::swap(record.replicas[0], record.replicas[slot]);
  std::swap(Position(p, 0), Position(p, slot));
  AddLoad(from, Vec8::Fill(0) - extra);
  AddLoad(to, extra);
  if (record.topic_row != kNoRow) {
    TopicCell* row = &cells_[record.topic_row * load_.size()];
    --row[from].leaders;
    ++row[to].leaders;
  }
  NoteDisplacement(p);
}

void Placement::SetWeights(BrokerIndex b, const Vec8& weight) {
  weight_[b] = weight;
  for (std::size_t r = 0; r < kLanes; ++r) {
    if (Dropped(b, r)) weight_[b].Set(r, 0);
  }
  penalty_[b] = PenaltyAt(b, load_[b]);
}

void Placement::DropBand(BrokerIndex b, std::size_t lane) {
  dropped_[b] = static_cast<std::uint8_t>(dropped_[b] | (1U << lane));
  SetWeights(b, weight_[b]);
}

bool Placement::Dropped(BrokerIndex b, std::size_t lane) const {
  return (dropped_[b] >> lane & 1U) != 0;
}

void Placement::RestoreBands() {
  std::ranges::fill(dropped_, std::uint8_t{0});
  for (std::size_t b = 0; b < weight_.size(); ++b) {
    SetWeights(static_cast<BrokerIndex>(b), bands_.weight);
  }
}

void Placement::Restore(const Saved& saved) {
  partitions_ = saved;
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
