#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_replicas.h"

namespace levelwind::kafka::calls {

namespace {

constexpr std::size_t kMostPerRequest = 1'000;

/// Collects partitions under their topics, in the order of first sight.
template <class Topic, class Partition>
void AddTo(std::vector<Topic>& topics, std::map<std::string, std::size_t>& at,
           const std::string& name, std::vector<Partition> Topic::*partitions,
           Partition partition) {
  const auto [it, added] = at.try_emplace(name, topics.size());
  if (added) topics.push_back({name, {}});
  (topics[it->second].*partitions).push_back(std::move(partition));
}

Error TopLevel(std::int16_t code, const std::optional<std::string>& message,
               const std::string& what) {
  Error error = KafkaError(code, what);
  if (!message || message->empty()) return error;
  return Error::FromKafka(error.code(), code, error.retriable(),
                          fmt::format("{} ({})", error.message(), *message));
}

template <class Response>
std::int16_t CodeOf(const Response& response) {
  return response.error_code;
}

}  // namespace

Error WriteError(const Error& error, Progress progress, const std::string& what) {
  const Error told = error.Wrap(what);
  if (progress == Progress::kNotSent || progress == Progress::kAnswered) return told;
  Error uncertain(told.code(), told.message() +
                                   "; it may have been carried out, so read it back before trying "
                                   "again");
  return uncertain.set_retriable(told.retriable());
}

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
  std::vector<PartitionOutcome> result;
  const std::span<const ReassignmentRequest> all = requests;
  for (std::size_t first = 0; first < all.size(); first += kMostPerRequest) {
    const auto chunk = all.subspan(first, std::min(kMostPerRequest, all.size() - first));
    auto part = AlterChunk(caller, chunk, allow_replication_factor_change, deadline);
    if (!part.ok()) {
      if (first == 0) return part.error();
      return part.error().Wrap(
          fmt::format("after {} of {} partitions were accepted", first, all.size()));
    }
    result.insert(result.end(), part->begin(), part->end());
  }
  return result;
}

Result<std::vector<PartitionOutcome>> ElectPreferredLeaders(
    Caller& caller, const std::vector<TopicPartition>& partitions, SteadyTime deadline) {
  std::vector<PartitionOutcome> result;
  if (partitions.empty()) return result;  // null would mean every partition of the cluster
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

}  // namespace levelwind::kafka::calls
