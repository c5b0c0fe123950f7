#pragma once

#include <cstdint>
#include <map>

#include "model/cluster_snapshot.h"

namespace levelwind::detectors {

/// What one broker carries, summed from its partitions. A sum with an unknown part is NaN (I17).
struct BrokerSum {
  std::int32_t replicas = 0;
  std::int32_t leaders = 0;
  double leader_bytes_in = 0;
  double bytes_in = 0;  ///< Led and replicated.
  double cpu_percent = 0;
};

struct ClusterSums {
  std::map<BrokerId, BrokerSum> brokers;  ///< Every broker of the snapshot and every replica's.
  std::int32_t serving = 0;
  std::int32_t leaders = 0;
  std::int32_t replicas = 0;  ///< On serving brokers.
  double bytes_in = 0;        ///< Produced, in the whole cluster; NaN when any part is unknown.
  double replicated_bytes_in = 0;  ///< Produced and replicated, on serving brokers.
};

ClusterSums SumUp(const ClusterSnapshot& snapshot);

}  // namespace levelwind::detectors
