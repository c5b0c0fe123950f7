#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"

namespace levelwind {

/// A replication throttle that is set in the cluster.
struct ThrottleView {
  bool topic = false;    ///< A topic's list of replicas; else a broker's rate.
  std::string resource;  ///< Topic name or broker id.
  std::string key;       ///< Kafka's name of the configuration.
  std::string value;     ///< Bytes per second, or "partition:broker,..." or "*".
  bool part = false;     ///< The list has more entries than those of `value`.
};

/// The throttles that were found at one time, for whatever purpose.
struct ThrottleSweep {
  WallTime at;  ///< 0: never looked.
  std::vector<ThrottleView> throttles;
  /// Reassignments that ran then: a throttle may be meant for them.
  std::size_t reassignments = 0;
  std::vector<BrokerId> not_asked;  ///< They do not live: their throttles are unknown.
  std::string problem;              ///< Why the last try found nothing out; empty: it did.
};

}  // namespace levelwind
