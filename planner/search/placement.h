#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/goals/bands.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// Where every replica is, and what that costs: the state that the search changes.
///
/// The cost is the sum over brokers of weight x distance outside the band, plus the disk of every
/// replica that is not on one of its original brokers, plus a fee per such replica and per changed
/// leader. A change is evaluated in O(1): two brokers, eight lanes each. Costs are in units of a
/// mean broker's disk.
class Placement {
 public:
  /// `cluster` must outlive the placement. Starts at the partitions' `replicas`.
  Placement(const FlatCluster& cluster, Bands bands);

  const FlatCluster& cluster() const { return *cluster_; }
  const Bands& bands() const { return bands_; }
  const std::vector<PartitionRecord>& partitions() const { return partitions_; }
  const PartitionRecord& partition(std::uint32_t p) const { return partitions_[p]; }
  void Prefetch(std::uint32_t p) const { __builtin_prefetch(&partitions_[p]); }
  const Vec8& load(BrokerIndex b) const { return load_[b]; }
  float penalty(BrokerIndex b) const { return penalty_[b]; }
  /// Partitions that have a replica on the broker, in no particular order.
  const std::vector<std::uint32_t>& held(BrokerIndex b) const { return held_[b]; }
  /// Partitions that are not where they were.
  const std::vector<std::uint32_t>& displaced() const { return displaced_; }
  std::size_t SlotOf(const PartitionRecord& record, BrokerIndex b) const;

  /// Whether the replica in `slot` may go to `to` as far as hard rules and topic bands say.
  bool MayMove(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
    return MayMoveButForTopic(record, slot, to) && TopicAllows(record, slot, to);
  }
  bool MayMoveButForTopic(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const {
    return cluster_->target[to] && !record.Holds(to) && !record.frozen &&
           RackAllows(record, slot, to);
  }
  /// Whether the replica in `slot` may become the leader.
  bool MayLead(const PartitionRecord& record, std::size_t slot) const;
  bool RackAllows(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;
  bool TopicAllows(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;

  // Changes of cost; the change must be allowed.
  float MoveDelta(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;
  float LeadDelta(const PartitionRecord& record, std::size_t slot) const;
  /// What moving costs by itself, without the bands: bytes and fees.
  float MoveCost(const PartitionRecord& record, std::size_t slot, BrokerIndex to) const;
  float LeadCost(const PartitionRecord& record, std::size_t slot) const;
  /// Penalty that a broker would have with another load.
  float PenaltyAt(BrokerIndex b, const Vec8& load) const;

  void Move(std::uint32_t p, std::size_t slot, BrokerIndex to);
  void Lead(std::uint32_t p, std::size_t slot);

  const TopicCell& cell(std::uint32_t row, BrokerIndex b) const {
    return cells_[row * load_.size() + b];
  }

  // Between rounds of the search.
  void RecomputeLoads();  ///< Undoes the drift of float sums.
  void SetWeights(BrokerIndex b, const Vec8& weight);
  const Vec8& weights(BrokerIndex b) const { return weight_[b]; }
  void DropBand(BrokerIndex b, std::size_t lane);  ///< Gives up one band of one broker.
  bool Dropped(BrokerIndex b, std::size_t lane) const;
  void RestoreBands();  ///< Takes back every DropBand and every weight.

  /// The replicas of every partition, to come back to later.
  using Saved = std::vector<PartitionRecord>;
  Saved Save() const { return partitions_; }
  void Restore(const Saved& saved);
  double BytesMoved() const;  ///< In units of a mean broker's disk.
  std::size_t LeadersChanged() const;

 private:
  void Build();
  void Attach(std::uint32_t p, std::size_t slot);
  void Detach(std::uint32_t p, std::size_t slot);
  void AddLoad(BrokerIndex b, const Vec8& delta);
  void NoteDisplacement(std::uint32_t p);
  std::uint32_t& Position(std::uint32_t p, std::size_t slot) { return position_[p * 8 + slot]; }

  const FlatCluster* cluster_;
  Bands bands_;
  std::vector<PartitionRecord> partitions_;
  std::vector<Vec8> load_;
  std::vector<Vec8> weight_;
  std::vector<float> penalty_;
  std::vector<std::vector<std::uint32_t>> held_;
  std::vector<std::uint32_t> position_;  ///< Of each replica in its broker's `held` list.
  std::vector<std::uint32_t> displaced_;
  std::vector<std::uint32_t> displaced_at_;
  std::vector<TopicCell> cells_;
  std::vector<std::uint8_t> dropped_;  ///< Per broker: one bit per lane.
  float replica_fee_ = 0;
  float leader_fee_ = 0;
};

}  // namespace levelwind::planner
