#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actions/observation.h"
#include "base/result.h"
#include "base/uuid.h"

namespace levelwind::actions {

/// Finds out metadata that is older than what was seen before: a broker that lags behind, or is cut
/// off from the controller, answers with it. A partition's leader epoch never goes down while its
/// topic lives, so one that does gives the answer away. (Only topics with an id, Kafka 2.8 and
/// later: without, a topic made anew could not be told from an old answer.) Executor's thread only.
class Freshness {
 public:
  /// Ok, and remembered, unless `seen` is older than a look before it: then kUnavailable with the
  /// partition.
  Status Take(const Observation& seen);

 private:
  struct Epochs {
    Uuid topic_id;
    std::vector<std::int32_t> by_partition;  ///< -1: not told.
  };
  std::map<std::string, Epochs> topics_;
};

}  // namespace levelwind::actions
