#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/search/placement.h"

namespace levelwind::planner {

/// What a change of one partition adds to one broker's load.
struct BrokerDelta {
  BrokerIndex broker = 0;
  Vec8 load{};
};

/// What going from `before` to `after` adds to each broker involved, each once. The same partition.
std::vector<BrokerDelta> DeltasOf(const FlatCluster& cluster, const PartitionRecord& before,
                                  const PartitionRecord& after);

/// The loads of all brokers while the moves of a plan are carried out one after the other: what
/// the order of moves is made with. One thread.
class LoadLedger {
 public:
  /// Both placements must outlive it; `start` is the present one. `disk_share`: of a known disk
  /// that may be filled while both copies of a moving replica exist, where no goal asks for less.
  LoadLedger(const Placement& start, const Placement& end, double disk_share);

  /// Whether no capacity is exceeded by the change: neither once it is done nor on the way, when
  /// the new copies exist and the old ones still do. A capacity that a broker breaks now, or at
  /// the end because nothing better was found, is not kept on the way either, but for the share of
  /// a disk that may be filled.
  bool Fits(const std::vector<BrokerDelta>& deltas) const { return Overfill(deltas) <= 0; }
  /// How far the change would go beyond that, in mean brokers.
  double Overfill(const std::vector<BrokerDelta>& deltas) const { return Over(deltas, limits_); }
  /// Whether at least no disk is filled beyond the share that may be filled.
  bool DisksFit(const std::vector<BrokerDelta>& deltas) const { return Over(deltas, disks_) <= 0; }

  /// What the change takes off the squares of what is outside bands and capacities, by the goals'
  /// prices: the hotter the broker, the more its relief counts.
  double Relief(const std::vector<BrokerDelta>& deltas) const;

  void Apply(const std::vector<BrokerDelta>& deltas);

  const Vec8& load(BrokerIndex b) const { return loads_[b]; }

 private:
  double Over(const std::vector<BrokerDelta>& deltas, const std::vector<Vec8>& limits) const;
  double Outside(BrokerIndex b, const Vec8& load) const;

  const Placement& start_;
  std::vector<Vec8> loads_;
  std::vector<Vec8> limits_;  ///< Most at any time; kNoEdge: no limit.
  std::vector<Vec8> disks_;   ///< The same for nothing but what a disk can hold.
};

}  // namespace levelwind::planner
