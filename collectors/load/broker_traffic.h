#pragma once

#include <cstddef>
#include <vector>

#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// Cruise Control's default weights of what bytes cost in cpu (its ModelUtils); its leader bytes
/// out have the replication in them.
constexpr double kCpuLeaderIn = 0.7;
constexpr double kCpuLeaderOut = 0.15;
constexpr double kCpuFollowerIn = 0.15;

/// What a broker takes in and sends, summed up from its partitions. Bytes a second.
struct BrokerTraffic {
  double leader_in = 0;
  double leader_out = 0;  ///< To consumers and followers.
  double follower_in = 0;
  std::size_t unknown = 0;  ///< Partitions that are left out because a rate is not known.

  /// In the weights' measure.
  double CpuWeight() const {
    return kCpuLeaderIn * leader_in + kCpuLeaderOut * leader_out + kCpuFollowerIn * follower_in;
  }
};

/// By place in snapshot.brokers.
std::vector<BrokerTraffic> TrafficOf(const ClusterSnapshot& snapshot);

/// The place of a broker in snapshot.brokers, or -1.
int PlaceOf(const ClusterSnapshot& snapshot, BrokerId id);

}  // namespace levelwind::collectors
