#pragma once

// What the tail of __consumer_offsets tells the monitor. Immutable, any thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/group_activity.h"
#include "model/offsets_topic.h"

namespace levelwind::collectors {

/// Names are kept once, however many groups commit offsets of a topic.
using SharedName = std::shared_ptr<const std::string>;

struct PartitionFacts {
  std::int32_t partition = 0;
  float commit_interval_s = 0;  ///< NaN until there were two commits.
  std::int64_t commit_ms = 0;   ///< Of the last commit, on the coordinator's clock.
  std::int64_t offset = 0;      ///< That it committed.
  std::uint8_t rewinds = 0;     ///< 255: at least.
};
struct TopicFacts {
  SharedName topic;
  std::vector<PartitionFacts> partitions;  ///< Sorted by number.
};

struct GroupFacts {
  std::string group;
  std::vector<TopicFacts> topics;
  GroupActivity activity;  ///< Without rate and median: those are for whoever reads at intervals.
};
using GroupFactsPtr = std::shared_ptr<const GroupFacts>;

struct OffsetsFacts {
  /// Empty: all is well. Else why nothing new comes; what is known stays.
  std::string problem;
  OffsetsTopicView view;
  std::vector<GroupFactsPtr> groups;  ///< In no order; groups without news are the same objects.
  SteadyTime at{};                    ///< When every partition had answered last.
};

}  // namespace levelwind::collectors
