#pragma once

#include <cstdint>
#include <string>

#include "model/measure.h"

namespace levelwind {

/// A topic that does not exist yet, and what it is expected to bear, all partitions together. Plain
/// value.
struct TopicWish {
  std::string name;
  std::int32_t partitions = 1;          ///< 1..100,000.
  std::int32_t replication_factor = 3;  ///< 1..7, and at most as many as brokers may receive.
  /// Unknown: each partition is taken for one of the cluster's mean.
  double bytes_in_per_s = kUnknown;   ///< Produced, before replication.
  double bytes_out_per_s = kUnknown;  ///< Read by consumers.
  double bytes = kUnknown;            ///< Of one copy.
};

}  // namespace levelwind
