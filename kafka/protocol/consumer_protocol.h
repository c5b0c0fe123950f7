#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kafka/protocol/field.h"
#include "model/ids.h"

namespace levelwind::kafka {

/// Kafka's own limit for the name of a topic, in bytes. Each assigned partition that is read takes
/// a copy of the name, so a long name with many partitions would turn a small answer into
/// gigabytes.
inline constexpr std::int32_t kLongestTopic = 249;

/// The partitions in the assignment of a classic consumer-group member, as the consumers' own
/// protocol encodes it: INT16 version, [topic, [partition]], user data.
///
/// Brokers pass these bytes through without looking at them, and other kinds of groups (Connect, a
/// schema registry) put something else there. So bytes that do not read as an assignment give an
/// empty list, never an error. So does a topic name longer than kLongestTopic, or more
/// than 200,000 partitions.
std::vector<TopicPartition> ReadAssignment(std::span<const std::uint8_t> bytes);

/// The same encoding the other way round (version 0, no user data): what a simulated member has.
Bytes WriteAssignment(std::span<const TopicPartition> partitions);

}  // namespace levelwind::kafka
