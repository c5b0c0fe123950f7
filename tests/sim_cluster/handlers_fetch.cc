// Fetch, of the records that a test has put there.

#include <cmath>

#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kOffsetOutOfRange = 1;
constexpr std::int16_t kUnknownTopicOrPartition = 3;
constexpr std::int16_t kNotLeaderOrFollower = 6;

using Asked = kafka::FetchRequest::Topic::Partition;
using Wire = kafka::FetchResponse::Topic::Partition;

Wire Read(const SimContext& context, const std::string& topic, const Asked& asked) {
  Wire wire;
  wire.partition_index = asked.partition;
  const TopicPartition tp{topic, asked.partition};
  const SimState& state = context.world.state;
  const SimState::Partition* partition = state.Find(tp);
  if (partition == nullptr || partition->leader != context.broker) {
    wire.error_code = partition == nullptr ? kUnknownTopicOrPartition : kNotLeaderOrFollower;
    return wire;
  }
  const SimRecords& records = context.world.records;
  wire.high_watermark = records.Has(tp)
                            ? records.End(tp)
                            : std::llround(state.EndOffset(*state.FindTopic(topic), *partition));
  wire.last_stable_offset = wire.high_watermark;
  wire.log_start_offset = std::llround(partition->start_offset);
  if (asked.fetch_offset < 0 || asked.fetch_offset > wire.high_watermark) {
    wire.error_code = kOffsetOutOfRange;
    return wire;
  }
  wire.records->data = records.From(tp, asked.fetch_offset);
  return wire;
}

}  // namespace

kafka::FetchResponse Answer(SimContext& context, const kafka::FetchRequest& request) {
  kafka::FetchResponse response;
  for (const auto& topic : request.topics) {
    auto& wire = response.responses.emplace_back();
    wire.topic = topic.topic;
    for (const Asked& asked : topic.partitions) {
      wire.partitions.push_back(Read(context, topic.topic, asked));
    }
  }
  return response;
}

}  // namespace levelwind::testing
