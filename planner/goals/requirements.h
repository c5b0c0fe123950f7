#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace levelwind::planner {

/// How far a topic's count on one broker may be from the mean: (threshold - 1) x 0.9 of the mean,
/// as a whole number, but at least min_gap and at most max_gap (Cruise Control's
/// topic.*.count.balance.threshold, .min.gap and .max.gap with their defaults).
struct TopicBand {
  double threshold = 3.0;
  std::int32_t min_gap = 2;
  std::int32_t max_gap = 40;

  /// Most of `count` that one of `brokers` brokers may have. Both > 0.
  std::uint32_t Most(std::uint64_t count, std::size_t brokers) const;
};

/// A least number of leaders of some topics on each broker.
struct MinLeaders {
  std::string topics;      ///< Regular expression on whole names; empty: no topic.
  std::int32_t least = 1;  ///< 0: floor(partitions / brokers).
};

/// What the goals want of every partition or topic, whatever the cluster looks like. The sum over
/// all goals, filled by Goal::Require.
struct GoalRequirements {
  bool distinct_racks = false;   ///< Replicas on as many racks as there can be.
  bool elect_preferred = false;  ///< The first replica leads where it can.
  std::optional<TopicBand> topic_replicas;
  std::optional<TopicBand> topic_leaders;
  std::optional<MinLeaders> min_leaders;
};

}  // namespace levelwind::planner
