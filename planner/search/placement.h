#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "planner/goals/bands.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/partition_records.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// A replica's address: partition times eight plus its slot in the record (slot 0 leads).
using Seat = std::uint32_t;
inline constexpr std::size_t kSeatBits = 3;
static_assert(kMaxReplicas <= (1U << kSeatBits));
constexpr Seat SeatOf(std::uint32_t p, std::size_t slot) {
  return p << kSeatBits | static_cast<Seat>(slot);
}
constexpr std::uint32_t PartitionOf(Seat seat) { return seat >> kSeatBits; }
constexpr std::size_t SlotOfSeat(Seat seat) { return seat & ((1U << kSeatBits) - 1); }

/// What the search looks at of a broker, side by side in memory: a change of cost needs nothing
/// else of it.
struct alignas(64) BrokerState {
  Vec8 load, low, high, cap, weight;
  float penalty = 0;
  std::uint16_t rack = 0;
  bool serving = false;
  bool receives = false;  ///< New replicas may come.
  bool leads = false;
  std::uint8_t dropped = 0;  ///< One bit per lane whose band is given up.
  /// Further outside a band than this costs no more.
  float reach_above = kNoEdge, reach_below = kNoEdge;

  // Price of a mean broker's load above a hard capacity: far above every band's.
  static constexpr float kCapacityPrice = 40.0F;

  float PenaltyAt(const Vec8& at) const {
    const Vec8 above = Min(at - high, Vec8::Fill(reach_above));
    const Vec8 outside = Max(Max(above, Min(low - at, Vec8::Fill(reach_below))), Vec8::Fill(0));
    const Vec8 over = Max(at - cap, Vec8::Fill(0));
    return (outside * weight + over * Vec8::Fill(kCapacityPrice)).Sum();
  }
  /// Whether no lane would be further outside its band or above its cap than it is.
  bool NoWorseAt(const Vec8& at) const {
    constexpr float kRounding = 1e-7F;
    const Vec8 zero = Vec8::Fill(0);
    const Vec8 outside =
        Max(Max(at - high, low - at), zero) - Max(Max(load - high, low - load), zero);
    const Vec8 over = Max(at - cap, zero) - Max(load - cap, zero);
    const Vec8 slack = Vec8::Fill(kRounding);
    return (Max(outside - slack, zero) * weight + Max(over - slack, zero)).Sum() <= 0;
  }
};

/// The search aims this far inside the bands of loads, so that float sums cannot put a broker that
/// ends exactly on an edge outside it; giving back may use up all but this.
inline constexpr float kSearchInset = 1e-3F;
inline constexpr float kExactInset = 1e-5F;

/// Where every replica is, and what that costs: the state that the search changes.
///
/// The cost is the sum over brokers of weight x distance outside the band, plus the disk of every
/// replica that is not on one of its original brokers, plus a fee per such replica and per changed
/// leader. A change is evaluated in O(1): two brokers, eight lanes each. Costs are in units of a
/// mean broker's disk.
class Placement {
 public:
  // A leader change moves no bytes, but it interrupts producers and consumers: dearer than moving a
  // mean replica, so that few leaders with much load move rather than many with little. Low: where
  // the bands cannot be met without a wholesale change.
  static constexpr float kLeaderFee = 2.0F;
  static constexpr float kLowLeaderFee = 0.3F;

  /// `cluster` must outlive the placement. Starts at the partitions' `replicas`; one that is never
  /// changed shares the cluster's records.
  Placement(const FlatCluster& cluster, Bands bands);

  const FlatCluster& cluster() const { return *cluster_; }
  const Bands& bands() const { return bands_; }
  std::span<const PartitionRecord> partitions() const { return partitions_.all(); }
  const PartitionRecord& partition(std::uint32_t p) const { return partitions_[p]; }
  void Prefetch(Seat seat) const { __builtin_prefetch(partitions_.data() + PartitionOf(seat)); }
  const BrokerState& broker(BrokerIndex b) const { return brokers_.data()[b]; }
  const Vec8& load(BrokerIndex b) const { return broker(b).load; }
  float penalty(BrokerIndex b) const { return broker(b).penalty; }
  /// Replicas on the broker, in no particular order.
  const std::vector<Seat>& held(BrokerIndex b) const { return held_.data()[b]; }
  /// Partitions that are not where they were.
  const std::vector<std::uint32_t>& displaced() const { return displaced_; }
  static std::size_t SlotOf(const PartitionRecord& record, BrokerIndex b);

  /// Whether the replica in `slot` may go to `to` as far as hard rules and topic bands say.
  bool MayMove(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
    return MayMoveButForTopic(record, slot, to) && TopicAllows(record, slot, to);
  }
  bool MayMoveButForTopic(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
    return MayReceive(record, to) && (slot != 0 || broker(to).leads) && !record.Holds(to) &&
           RackAllows(record, slot, to) && (record.rules == 0 || RulesAllowMove(record, slot, to));
  }
  /// Whether the broker may take a replica of the partition at all.
  bool MayReceive(const PartitionRecord& record, BrokerIndex to) const {
    return !record.frozen && (MayDrainTo(to) || (broker(to).serving && record.Originally(to)));
  }
  /// The same for a replica that must leave its broker, whoever is catching up.
  bool MayDrainTo(BrokerIndex to) const { return broker(to).receives; }
  /// Whether the replica in `slot` may become the leader.
  bool MayLead(const PartitionRecord& record, std::size_t slot) const;
  bool RackAllows(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
    const std::uint16_t rack = broker(to).rack;
    const BrokerState& from = broker(record.replicas[slot]);
    if (from.rack == rack && from.serving) return true;
    for (std::size_t i = 0; i < record.rf; ++i) {
      const BrokerState& other = broker(record.replicas[i]);
      if (i != slot && other.rack == rack && other.serving) {
        return RackSpreadKept(record, slot, rack);
      }
    }
    return true;
  }
  bool TopicAllows(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;
  bool TopicAllowsLead(const PartitionRecord& record, BrokerIndex to) const;
  /// Whether no rule of the partition would be broken more than it is. Only with record.rules > 0.
  bool RulesAllowMove(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;
  bool RulesAllowLead(const PartitionRecord& record, std::size_t slot) const;
  /// Whether `then` is better than `now` on the first rule in which they differ.
  bool RulesPrefer(const PartitionRecord& now, const PartitionRecord& then) const;
  bool BreaksRules(const PartitionRecord& now) const;

  // Changes of cost; the change must be allowed.
  float MoveDelta(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;
  float LeadDelta(const PartitionRecord& record, std::size_t slot) const;
  /// What moving costs by itself, without the bands: bytes and fees.
  float MoveCost(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;
  float LeadCost(const PartitionRecord& record, std::size_t slot) const;
  /// What the broker's penalty changes by when `change` is added to its load.
  float PenaltyDelta(BrokerIndex b, const Vec8& change) const {
    const BrokerState& state = broker(b);
    return state.PenaltyAt(state.load + change) - state.penalty;
  }

  /// Whether the change leaves no broker further outside any band or cap.
  bool MoveNoWorse(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
    const Vec8 load = cluster_->LoadOf(record, slot);
    const BrokerState& from = broker(record.replicas[slot]);
    return from.NoWorseAt(from.load - load) && broker(to).NoWorseAt(broker(to).load + load);
  }
  bool LeadNoWorse(const PartitionRecord& record, std::size_t slot) const {
    const Vec8 extra = cluster_->LeadershipLoad(record);
    const BrokerState& from = broker(record.replicas[0]);
    const BrokerState& to = broker(record.replicas[slot]);
    return from.NoWorseAt(from.load - extra) && to.NoWorseAt(to.load + extra);
  }

  /// Takes records of its own now rather than with the first change, so that references to them
  /// that a search holds stay good.
  void Own() { partitions_.WriteAll(); }
  void Move(std::uint32_t p, std::size_t slot, BrokerIndex to);
  void Lead(std::uint32_t p, std::size_t slot);

  TopicCell cell(std::uint32_t row, BrokerIndex b) const { return cells_.Get(row, b); }
  const TopicCells& cells() const { return cells_; }

  // Between rounds of the search.
  /// What a changed leader costs, as a share of the mean replica's disk.
  void SetLeaderFee(float share);
  /// From here on a band that is missed by more costs no more than one missed by `reach`, so that
  /// the search counts missed bands rather than distances. kNoEdge: as usual. Penalties follow with
  /// SetWeights.
  void SetReach(float above, float below);
  void SetInset(float inset);  ///< Aims so far inside the bands of loads. Needs RecomputeLoads.
  void RecomputeLoads();       ///< Undoes the drift of float sums.
  void SetWeights(BrokerIndex b, const Vec8& weight);
  const Vec8& weights(BrokerIndex b) const { return broker(b).weight; }
  void DropBand(BrokerIndex b, std::size_t lane);  ///< Gives up one band of one broker.
  bool Dropped(BrokerIndex b, std::size_t lane) const {
    return (broker(b).dropped >> lane & 1U) != 0;
  }
  void RestoreWeights();  ///< Back to the goals' prices; what is given up stays so.
  void RestoreBands();    ///< Takes back every DropBand and every weight.

  /// The replicas of every partition, to come back to later.
  std::vector<Seats> Save() const;
  void Restore(const std::vector<Seats>& saved);
  /// Takes the present placement for the start, followers in the order of brokers, as Flatten
  /// would read it once the plan is carried out.
  void Rebase(Bands bands);
  double BytesMoved() const;  ///< In units of a mean broker's disk.
  std::size_t LeadersChanged() const;

 private:
  bool RulesAllow(const PartitionRecord& now, const PartitionRecord& then) const;
  float MeanReplica() const;
  void Build();
  void SetBands();
  void Attach(std::uint32_t p, std::size_t slot);
  void Detach(std::uint32_t p, std::size_t slot);
  void AddLoad(BrokerIndex b, const Vec8& delta);
  void NoteDisplacement(std::uint32_t p);
  bool RackSpreadKept(const PartitionRecord& record, std::size_t slot, std::uint16_t rack) const;
  std::uint32_t& Position(std::uint32_t p, std::size_t slot) {
    return position_[p * stride_ + slot];
  }

  const FlatCluster* cluster_;
  Bands bands_;
  PartitionRecords partitions_;
  std::vector<BrokerState> brokers_;
  std::vector<std::vector<Seat>> held_;
  std::vector<std::uint32_t> position_;  ///< Of each replica in its broker's `held` list.
  std::size_t stride_ = 1;               ///< Largest replication factor.
  std::vector<std::uint32_t> displaced_;
  std::vector<std::uint32_t> displaced_at_;
  TopicCells cells_;
  float replica_fee_ = 0;
  float leader_fee_ = 0;
};

inline float Placement::MoveCost(const PartitionRecord& record, std::size_t slot,
                                 BrokerIndex to) const {
  const BrokerIndex from = record.replicas[slot];
  const float bytes = record.disk + replica_fee_;
  float cost = 0;
  if (!record.Originally(to)) cost += bytes;
  if (!record.Originally(from)) cost -= bytes;
  if (slot == 0 && !record.open_lead) {
    if (to != record.origin[0]) cost += leader_fee_;
    if (from != record.origin[0]) cost -= leader_fee_;
  }
  return cost;
}

inline float Placement::LeadCost(const PartitionRecord& record, std::size_t slot) const {
  if (record.open_lead) return 0;
  float cost = 0;
  if (record.replicas[slot] != record.origin[0]) cost += leader_fee_;
  if (record.replicas[0] != record.origin[0]) cost -= leader_fee_;
  return cost;
}

inline float Placement::MoveDelta(const PartitionRecord& record, std::size_t slot,
                                  BrokerIndex to) const {
  const Vec8 load = cluster_->LoadOf(record, slot);
  return PenaltyDelta(record.replicas[slot], Vec8::Fill(0) - load) + PenaltyDelta(to, load) +
         MoveCost(record, slot, to);
}

inline float Placement::LeadDelta(const PartitionRecord& record, std::size_t slot) const {
  const Vec8 extra = cluster_->LeadershipLoad(record);
  return PenaltyDelta(record.replicas[0], Vec8::Fill(0) - extra) +
         PenaltyDelta(record.replicas[slot], extra) + LeadCost(record, slot);
}

inline bool Placement::TopicAllows(const PartitionRecord& record, std::size_t slot,
                                   BrokerIndex to) const {
  if (record.topic_row == kNoRow) return true;
  const TopicRow& row = cluster_->topic_rows.data()[record.topic_row];
  const TopicCell now = cell(record.topic_row, to);
  if (now.replicas >= row.most.replicas) return false;
  return slot != 0 || now.leaders < row.most.leaders;
}

inline bool Placement::MayLead(const PartitionRecord& record, std::size_t slot) const {
  const BrokerIndex to = record.replicas[slot];
  if (record.frozen || !broker(to).leads) return false;
  if (record.rules != 0 && !RulesAllowLead(record, slot)) return false;
  return TopicAllowsLead(record, to);
}

inline bool Placement::TopicAllowsLead(const PartitionRecord& record, BrokerIndex to) const {
  if (record.topic_row == kNoRow) return true;
  const TopicRow& row = cluster_->topic_rows.data()[record.topic_row];
  return cell(record.topic_row, to).leaders < row.most.leaders;
}

}  // namespace levelwind::planner
