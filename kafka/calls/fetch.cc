#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "kafka/calls/admins.h"
#include "kafka/calls/calls.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_log.h"
#include "kafka/routing/leaders.h"

namespace levelwind::kafka::calls {
namespace {

using Indices = std::map<TopicPartition, std::size_t>;

std::vector<std::pair<BrokerId, FetchRequest>> Requests(const LeaderSplit& split,
                                                        const std::vector<FetchPosition>& positions,
                                                        const Indices& indices,
                                                        const FetchLimits& limits) {
  std::vector<std::pair<BrokerId, FetchRequest>> requests;
  for (const auto& [leader, partitions] : split.by_leader) {
    FetchRequest request;
    request.max_wait_ms = static_cast<std::int32_t>(ToMillis(limits.max_wait));
    request.min_bytes = 1;
    request.max_bytes = limits.max_bytes;
    for (const TopicPartition& tp : partitions) {
      if (request.topics.empty() || request.topics.back().topic != tp.topic) {
        request.topics.push_back({tp.topic, {}});
      }
      FetchRequest::Topic::Partition wanted;
      wanted.partition = tp.partition;
      wanted.fetch_offset = positions[indices.at(tp)].offset;
      wanted.partition_max_bytes = limits.max_partition_bytes;
      request.topics.back().partitions.push_back(wanted);
    }
    requests.emplace_back(leader, std::move(request));
  }
  return requests;
}

void Take(FetchResponse& response, const Indices& indices, std::vector<FetchedLog>& logs) {
  for (FetchResponse::Topic& topic : response.responses) {
    for (FetchResponse::Topic::Partition& from : topic.partitions) {
      const auto at = indices.find({topic.topic, from.partition_index});
      if (at == indices.end()) continue;
      FetchedLog& log = logs[at->second];
      log.error = response.error_code != 0 ? response.error_code : from.error_code;
      log.high_watermark = std::max<std::int64_t>(from.high_watermark, kUnknownCount);
      log.log_start_offset = std::max<std::int64_t>(from.log_start_offset, kUnknownCount);
      if (log.error == 0 && from.records) log.batches = std::move(from.records->data);
    }
  }
}

}  // namespace

Result<std::vector<TopicPartition>> WireLogReader::PartitionsOf(const std::string& topic,
                                                                Duration timeout) {
  LW_ASSIGN_OR_RETURN(const auto topics,
                      NamedTopics(caller_, {topic}, caller_.DeadlineIn(timeout)));
  std::vector<TopicPartition> partitions;
  for (const TopicInfo& info : topics) {
    if (info.error == kUnknownTopicOrPartition) continue;
    if (info.error != 0) return KafkaError(info.error, topic);
    for (const PartitionInfo& one : info.partitions) partitions.push_back({topic, one.number});
  }
  std::ranges::sort(partitions);
  return partitions;
}

Result<std::vector<OffsetAnswer>> WireLogReader::EdgesOf(
    const std::vector<TopicPartition>& partitions, std::int64_t edge, Duration timeout) {
  std::vector<OffsetQuery> queries;
  for (const TopicPartition& partition : partitions) queries.push_back({partition, edge, false});
  return ListOffsets(caller_, queries, caller_.DeadlineIn(timeout));
}

Result<std::vector<FetchedLog>> WireLogReader::FetchLog(const std::vector<FetchPosition>& positions,
                                                        const FetchLimits& limits,
                                                        Duration timeout) {
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  std::vector<TopicPartition> partitions;
  std::vector<FetchedLog> logs(positions.size());
  Indices indices;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    partitions.push_back(positions[i].partition);
    indices.emplace(positions[i].partition, i);
    logs[i].partition = positions[i].partition;
    logs[i].error = kNetworkException;  // unless an answer says otherwise
  }
  LW_ASSIGN_OR_RETURN(const LeaderSplit split, SplitByLeader(caller_, partitions, deadline));
  for (const auto& [partition, code] : split.without) logs[indices.at(partition)].error = code;
  caller_.EachBroker(Requests(split, positions, indices, limits), deadline,
                     [&](std::size_t, Answer<FetchResponse> answer) {
                       if (answer.response.ok()) Take(*answer.response, indices, logs);
                     });
  for (const FetchedLog& log : logs) {
    if (RetryOf(log.error) != Retry::kFinal) caller_.router().ForgetTopic(log.partition.topic);
  }
  return logs;
}

}  // namespace levelwind::kafka::calls
