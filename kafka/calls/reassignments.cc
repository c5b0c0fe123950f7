#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/calls/items.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_replicas.h"

namespace levelwind::kafka::calls {

Result<std::vector<ReassignmentInfo>> ListReassignments(
    Caller& caller, const std::vector<TopicPartition>& partitions, SteadyTime deadline) {
  ListPartitionReassignmentsRequest request;
  request.timeout_ms = caller.RemainingMs(deadline);
  if (!partitions.empty()) {
    std::map<std::string, std::size_t> at;
    auto& topics = request.topics.emplace();
    for (const TopicPartition& tp : partitions) {
      AddTo(topics, at, tp.topic, &ListPartitionReassignmentsRequest::Topic::partition_indexes,
            tp.partition);
    }
  }
  auto answer =
      caller.Controller(std::move(request), deadline, &CodeOf<ListPartitionReassignmentsResponse>);
  if (!answer.response.ok()) return answer.response.error().Wrap("listing reassignments");
  ListPartitionReassignmentsResponse& response = *answer.response;
  if (response.error_code != 0) {
    return TopLevel(response.error_code, response.error_message, "listing reassignments");
  }
  std::vector<ReassignmentInfo> result;
  for (auto& topic : response.topics) {
    for (auto& partition : topic.partitions) {
      result.push_back({{topic.name, partition.partition_index},
                        std::move(partition.replicas),
                        std::move(partition.adding_replicas),
                        std::move(partition.removing_replicas)});
    }
  }
  return result;
}

namespace {

Result<std::vector<PartitionOutcome>> AlterChunk(Caller& caller,
                                                 std::span<const ReassignmentRequest> requests,
                                                 bool allow_replication_factor_change,
                                                 SteadyTime deadline) {
  AlterPartitionReassignmentsRequest request;
  request.timeout_ms = caller.RemainingMs(deadline);
  request.allow_replication_factor_change = allow_replication_factor_change;
  std::map<std::string, std::size_t> at;
  for (const ReassignmentRequest& one : requests) {
    AddTo(request.topics, at, one.partition.topic,
          &AlterPartitionReassignmentsRequest::Topic::partitions,
          AlterPartitionReassignmentsRequest::Partition{one.partition.partition, one.replicas});
  }
  auto answer =
      caller.Controller(std::move(request), deadline, &CodeOf<AlterPartitionReassignmentsResponse>);
  if (!answer.response.ok()) {
    return WriteError(answer.response.error(), answer.progress, "changing reassignments");
  }
  AlterPartitionReassignmentsResponse& response = *answer.response;
  if (response.error_code != 0) {
    return TopLevel(response.error_code, response.error_message, "changing reassignments");
  }
  std::vector<PartitionOutcome> result;
  result.reserve(requests.size());
  for (auto& topic : response.responses) {
    for (auto& partition : topic.partitions) {
      result.push_back({{topic.name, partition.partition_index},
                        partition.error_code,
                        std::move(partition.error_message).value_or(std::string())});
    }
  }
  return result;
}

}  // namespace

Result<std::vector<PartitionOutcome>> AlterReassignments(
    Caller& caller, const std::vector<ReassignmentRequest>& requests,
    bool allow_replication_factor_change, SteadyTime deadline) {
  return InChunks<PartitionOutcome>(
      std::span(requests), [&](std::span<const ReassignmentRequest> chunk) {
        return AlterChunk(caller, chunk, allow_replication_factor_change, deadline);
      });
}

namespace {

Result<std::vector<PartitionOutcome>> ElectChunk(Caller& caller,
                                                 std::span<const TopicPartition> partitions,
                                                 SteadyTime deadline) {
  std::vector<PartitionOutcome> result;
  ElectLeadersRequest request;
  request.timeout_ms = caller.RemainingMs(deadline);
  std::map<std::string, std::size_t> at;
  for (const TopicPartition& tp : partitions) {
    AddTo(*request.topic_partitions, at, tp.topic, &ElectLeadersRequest::Topic::partitions,
          tp.partition);
  }
  auto answer = caller.Controller(std::move(request), deadline, &CodeOf<ElectLeadersResponse>);
  if (!answer.response.ok()) {
    return WriteError(answer.response.error(), answer.progress, "electing preferred leaders");
  }
  ElectLeadersResponse& response = *answer.response;
  if (response.error_code != 0) {
    return TopLevel(response.error_code, std::nullopt, "electing preferred leaders");
  }
  for (auto& topic : response.replica_election_results) {
    for (auto& partition : topic.partition_result) {
      const bool done = partition.error_code == kElectionNotNeeded;
      result.push_back(
          {{topic.topic, partition.partition_id},
           done ? std::int16_t{0} : partition.error_code,
           done ? std::string() : std::move(partition.error_message).value_or(std::string())});
    }
  }
  return result;
}

}  // namespace

Result<std::vector<PartitionOutcome>> ElectPreferredLeaders(
    Caller& caller, const std::vector<TopicPartition>& partitions, SteadyTime deadline) {
  // Without partitions nothing is sent: an empty list would be one thing, null every partition.
  return InChunks<PartitionOutcome>(
      std::span(partitions),
      [&](std::span<const TopicPartition> chunk) { return ElectChunk(caller, chunk, deadline); });
}

}  // namespace levelwind::kafka::calls
