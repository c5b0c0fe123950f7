#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace levelwind {

/// Kafka's own number of a broker (node.id). -1 means none.
using BrokerId = std::int32_t;
inline constexpr BrokerId kNoBroker = -1;

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  std::string ToString() const { return topic + "-" + std::to_string(partition); }
};

}  // namespace levelwind

template <>
struct std::hash<levelwind::TopicPartition> {
  std::size_t operator()(const levelwind::TopicPartition& tp) const noexcept {
    return std::hash<std::string>{}(tp.topic) * 31 + static_cast<std::size_t>(tp.partition);
  }
};
