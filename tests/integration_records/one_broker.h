#pragma once

#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::testing {

/// The cluster of this program: one broker, so that every segment is in one place.
inline RealCluster& OneBroker() {
  RealClusterOptions options;
  options.brokers = 1;
  options.racks = "r1";
  return RealCluster::Shared(options);
}

}  // namespace levelwind::testing
