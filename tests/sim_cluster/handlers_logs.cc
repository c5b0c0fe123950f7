// DescribeLogDirs, ListOffsets.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kUnknownTopicOrPartition = 3;
constexpr std::int16_t kNotLeaderOrFollower = 6;
constexpr std::int16_t kKafkaStorageError = 56;
constexpr std::int64_t kLatest = -1;
constexpr std::int64_t kEarliest = -2;

using LogDir = kafka::DescribeLogDirsResponse::LogDir;

const SimState::Copy& CopyOn(const SimState::Partition& partition, BrokerId broker) {
  return *std::find_if(partition.copies.begin(), partition.copies.end(),
                       [&](const SimState::Copy& copy) { return copy.broker == broker; });
}

bool IsAsked(const kafka::DescribeLogDirsRequest& request, const std::string& topic,
             std::int32_t partition) {
  if (!request.topics) return true;
  return std::any_of(request.topics->begin(), request.topics->end(), [&](const auto& asked) {
    return asked.topic == topic && std::find(asked.partitions.begin(), asked.partitions.end(),
                                             partition) != asked.partitions.end();
  });
}

kafka::DescribeLogDirsResponse::Partition Describe(const SimState& state,
                                                   const SimState::Placement& place,
                                                   const SimState::Copy& copy) {
  const auto& partition = place.topic->partitions[static_cast<std::size_t>(place.partition)];
  kafka::DescribeLogDirsResponse::Partition wire;
  wire.partition_index = place.partition;
  const double bytes = state.CopySize(partition, copy);
  wire.partition_size = std::llround(bytes);
  wire.offset_lag = std::llround((state.SizeOf(partition) - bytes) / place.topic->record_bytes);
  return wire;
}

void AddPartition(LogDir& dir, const std::string& topic,
                  kafka::DescribeLogDirsResponse::Partition partition) {
  if (dir.topics.empty() || dir.topics.back().name != topic) dir.topics.push_back({topic, {}});
  dir.topics.back().partitions.push_back(partition);
}

// The first offset at or after a time, as if records had always come at today's rate.
std::int64_t OffsetAt(const SimContext& context, const SimState::Topic& topic,
                      const SimState::Partition& partition, std::int64_t time_ms) {
  const double end = context.world.state.EndOffset(topic, partition);
  const double age = static_cast<double>(context.world.wall.unix_ms - time_ms) / 1000;
  if (age < 0) return -1;
  const double offset = std::ceil(end - age * partition.bytes_per_s / topic.record_bytes);
  if (offset >= end) return -1;
  return std::llround(std::max(offset, partition.start_offset));
}

// When the record at an offset came, on the same line.
std::int64_t TimeOf(const SimContext& context, const SimState::Topic& topic,
                    const SimState::Partition& partition, std::int64_t offset) {
  const double behind =
      context.world.state.EndOffset(topic, partition) - static_cast<double>(offset);
  const double rate = partition.bytes_per_s / topic.record_bytes;
  if (rate <= 0) return 0;
  return context.world.wall.unix_ms - std::llround(1000 * behind / rate);
}

kafka::ListOffsetsResponse::Partition Look(const SimContext& context, const SimState::Topic* found,
                                           const kafka::ListOffsetsRequest::Partition& asked) {
  kafka::ListOffsetsResponse::Partition wire;
  wire.partition_index = asked.partition_index;
  const SimState& state = context.world.state;
  const auto index = static_cast<std::size_t>(asked.partition_index);
  if (found == nullptr || asked.partition_index < 0 || index >= found->partitions.size()) {
    wire.error_code = kUnknownTopicOrPartition;
    return wire;
  }
  const SimState::Topic& topic = *found;
  const SimState::Partition* partition = &topic.partitions[index];
  if (partition->leader != context.broker) {
    wire.error_code = kNotLeaderOrFollower;
    return wire;
  }
  wire.leader_epoch = partition->leader_epoch;
  if (asked.timestamp == kLatest) {
    const TopicPartition tp{topic.name, asked.partition_index};
    const SimRecords& records = context.world.records;
    wire.offset =
        records.Has(tp) ? records.End(tp) : std::llround(state.EndOffset(topic, *partition));
  } else if (asked.timestamp == kEarliest) {
    wire.offset = std::llround(partition->start_offset);
  } else {
    wire.offset = OffsetAt(context, topic, *partition, asked.timestamp);
    if (wire.offset >= 0) wire.timestamp = TimeOf(context, topic, *partition, wire.offset);
  }
  return wire;
}

}  // namespace

kafka::DescribeLogDirsResponse Answer(SimContext& context,
                                      const kafka::DescribeLogDirsRequest& request) {
  SimState& state = context.world.state;
  const SimState::Broker& broker = state.brokers().at(context.broker);
  kafka::DescribeLogDirsResponse response;
  std::vector<double> used(broker.dirs.size());
  for (const SimState::LogDir& dir : broker.dirs) {
    LogDir& wire = response.results.emplace_back();
    wire.log_dir = dir.path;
    wire.error_code = dir.failed ? kKafkaStorageError : std::int16_t{0};
  }
  for (const SimState::Placement& place : state.PlacementsOn(context.broker)) {
    const auto& partition = place.topic->partitions[static_cast<std::size_t>(place.partition)];
    const SimState::Copy& copy = CopyOn(partition, context.broker);
    const auto dir = static_cast<std::size_t>(copy.dir);
    used[dir] += state.CopySize(partition, copy);
    if (broker.dirs[dir].failed || !IsAsked(request, place.topic->name, place.partition)) continue;
    AddPartition(response.results[dir], place.topic->name, Describe(state, place, copy));
  }
  for (std::size_t dir = 0; dir < broker.dirs.size(); ++dir) {
    if (broker.dirs[dir].failed) continue;
    const std::int64_t total = context.world.options.log_dir_bytes;
    response.results[dir].total_bytes = total;
    response.results[dir].usable_bytes = std::max<std::int64_t>(0, total - std::llround(used[dir]));
  }
  return response;
}

kafka::ListOffsetsResponse Answer(SimContext& context, const kafka::ListOffsetsRequest& request) {
  kafka::ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    auto& wire = response.topics.emplace_back();
    wire.name = topic.name;
    const SimState::Topic* found = context.world.state.FindTopic(topic.name);
    for (const auto& asked : topic.partitions) {
      wire.partitions.push_back(Look(context, found, asked));
    }
  }
  return response;
}

}  // namespace levelwind::testing
