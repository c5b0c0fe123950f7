#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/search/flat_cluster.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// What one partition would do if it had to pay for the load that it brings to each broker: the
/// inner minimum of the dual bound (dual_bound.h). Not shared between threads.
///
/// The serving brokers are kept in the order of racks, each rack filled up to whole vectors of four
/// with places that nobody would choose, so that one pass over all brokers is multiply and add.
class PricedChoice {
 public:
  /// `racks`: choices must be on as many racks as the partition can be on.
  PricedChoice(const FlatCluster& cluster, bool racks);

  /// Price of a mean broker's load, per broker of FlatCluster and lane. May be negative.
  void SetPrices(const std::vector<Vec8>& prices);

  /// The cheapest replica set and leader, and what it costs: disk of every replica that is not on
  /// one of its original brokers, plus the priced load. Never more than the true minimum up to
  /// rounding; where a partition has more replicas than there are racks, racks are ignored, which
  /// makes it less.
  struct Choice {
    Seats seats{};  ///< Leader first.
    float cost = 0;
  };
  Choice Best(const PartitionRecord& record);

  /// Best().cost in doubles, free of the floats' rounding. Slower.
  double ExactCost(const PartitionRecord& record);

 private:
  using Half = Vec8::Half;
  static constexpr std::size_t kWidth = 4;

  struct Rack {
    std::size_t first = 0;  ///< Block of four.
    std::size_t blocks = 0;
  };
  /// What the best follower and the best leader of a rack (or of a broker) cost.
  struct Offer {
    float follow = 0, lead = 0;
    std::uint32_t first = 0, end = 0;  ///< The places that this is about.
  };

  void PriceAll(const PartitionRecord& record);
  void Collect(bool by_rack);
  Choice Pick(const PartitionRecord& record) const;
  BrokerIndex Who(const std::vector<Half>& costs, const Offer& offer, float cost) const;
  Choice Stay(const PartitionRecord& record) const;
  bool Free(const PartitionRecord& record) const;
  double ExactPlace(const PartitionRecord& record, std::uint32_t place, bool leads) const;

  const FlatCluster& cluster_;
  bool racks_ = false;
  std::vector<Rack> rack_blocks_;
  std::vector<BrokerIndex> broker_at_;   ///< Per place; kNobody in the filling.
  std::vector<std::uint32_t> place_of_;  ///< Per broker; kNowhere for those not serving.
  std::array<std::vector<Half>, kLanes> price_;
  std::vector<Half> filling_;        ///< 0, or too much where nobody is.
  std::vector<Vec8> prices_;         ///< As they were set.
  std::vector<Half> follow_, lead_;  ///< Of the partition that is being looked at.
  std::vector<Offer> offers_;
};

}  // namespace levelwind::planner
