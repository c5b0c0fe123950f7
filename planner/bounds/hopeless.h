#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "planner/search/placement.h"

namespace levelwind::planner {

/// A broker that is outside a band whatever else it holds, because it leads one partition.
struct HopelessBroker {
  BrokerIndex broker = 0;
  std::uint32_t partition = 0;  ///< Index into the placement's partitions.
  /// At least so much outside its bands in all, in mean brokers. Proven.
  double least_outside = 0;
  LaneFlags lanes{};  ///< The bands that cannot all be met; one of them has to give way.
};

/// Prices with what the rest of the cluster can do for a broker at them.
struct Priced {
  LaneArray y{};
  double rest = 0;   ///< Sum over partitions of min(0, y x follower, y x leader).
  LaneArray load{};  ///< The load that attains it.
};

/// Sums for prices, each of which reads every partition. Depends on the cluster alone.
using PriceCache = std::map<LaneArray, Priced>;

/// Proves for the brokers that are outside a band now that they cannot help it.
///
/// The proof is a Lagrangian dual of the linear programme "this broker leads this partition, every
/// other partition may follow, lead or be absent, in fractions; be outside the bands as little as
/// possible": for any prices y in -1..1 per band, y x load of the partition + the sum over all
/// partitions of min(0, y x follower load, y x leader load) - y x edges is a lower bound of what is
/// outside (weak duality; Boyd, Vandenberghe, Convex Optimization, 5.2). Subgradient ascent looks
/// for prices that make it positive; the sum depends neither on the broker nor on where things are,
/// so prices found for one broker are tried on all, now and in later calls.
class HopelessFinder {
 public:
  /// `ascents` bounds the work over all calls: each looks at every partition a hundred times
  /// at most.
  /// `known` saves work and changes nothing; finders of the same cluster may share it.
  HopelessFinder(std::size_t ascents, PriceCache& known) : ascents_(ascents), known_(known) {}

  /// The placement must be of the same cluster each time.
  std::vector<HopelessBroker> Find(const Placement& placement);

 private:
  std::size_t ascents_;
  PriceCache& known_;
  std::vector<Priced> tried_;
};

}  // namespace levelwind::planner
