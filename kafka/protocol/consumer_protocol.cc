#include "kafka/protocol/consumer_protocol.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "kafka/protocol/reader.h"
#include "kafka/protocol/writer.h"

namespace levelwind::kafka {

namespace {

constexpr bool kClassic = false;  // this format has no flexible encoding

/// More than any member is assigned; bounds what one blob can take to 60 MB.
constexpr std::size_t kMostPartitions = 200'000;

}  // namespace

std::vector<TopicPartition> ReadAssignment(std::span<const std::uint8_t> bytes) {
  std::vector<TopicPartition> partitions;
  Reader reader(bytes);
  const std::int16_t version = reader.Int16();
  const std::int32_t topics = reader.ArrayLength(kClassic, 6);
  if (version < 0 || topics < 0) return {};
  for (std::int32_t t = 0; t < topics && reader.ok(); ++t) {
    const std::int32_t length = reader.StringLength(kClassic);
    if (length < 0 || length > kLongestTopic) return {};
    const std::string topic(reader.Text(static_cast<std::size_t>(length)));
    const std::int32_t count = reader.ArrayLength(kClassic, 4);
    if (count > 0 && partitions.size() + static_cast<std::size_t>(count) > kMostPartitions) {
      return {};
    }
    for (std::int32_t p = 0; p < count && reader.ok(); ++p) {
      partitions.push_back({topic, reader.Int32()});
    }
  }
  // User data and whatever a newer version appends are of no interest.
  if (!reader.ok()) return {};
  return partitions;
}

Bytes WriteAssignment(std::span<const TopicPartition> partitions) {
  std::map<std::string, std::vector<std::int32_t>> by_topic;
  for (const TopicPartition& tp : partitions) by_topic[tp.topic].push_back(tp.partition);
  Writer writer;
  writer.Int16(0);
  writer.ArrayLength(kClassic, static_cast<std::int64_t>(by_topic.size()));
  for (const auto& [topic, numbers] : by_topic) {
    writer.String(kClassic, topic);
    writer.ArrayLength(kClassic, static_cast<std::int64_t>(numbers.size()));
    for (const std::int32_t number : numbers) writer.Int32(number);
  }
  writer.ArrayLength(kClassic, Writer::kNull);
  return {std::move(writer).Take()};
}

}  // namespace levelwind::kafka
