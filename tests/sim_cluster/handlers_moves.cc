// AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kElectionNotNeeded = 84;

void ListMove(const std::string& topic, std::int32_t index, const SimState::Partition* partition,
              kafka::ListPartitionReassignmentsResponse& response) {
  if (partition == nullptr || !partition->moving()) return;
  if (response.topics.empty() || response.topics.back().name != topic) {
    response.topics.push_back({topic, {}});
  }
  response.topics.back().partitions.push_back(
      {index, partition->replicas, partition->adding, partition->removing});
}

std::vector<TopicPartition> Everything(const SimState& state) {
  std::vector<TopicPartition> all;
  for (const auto& [name, topic] : state.topics()) {
    for (std::size_t p = 0; p < topic->partitions.size(); ++p) {
      all.push_back({name, static_cast<std::int32_t>(p)});
    }
  }
  return all;
}

}  // namespace

kafka::AlterPartitionReassignmentsResponse Answer(
    SimContext& context, const kafka::AlterPartitionReassignmentsRequest& request) {
  kafka::AlterPartitionReassignmentsResponse response;
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  response.error_code = ControllerCheck(context);
  response.error_message = std::nullopt;
  if (response.error_code != 0) return response;
  // v0 has no flag: whatever the caller wished for, the factor may change.
  const bool allow = context.version < 1 || request.allow_replication_factor_change;
  for (const auto& topic : request.topics) {
    auto& wire = response.responses.emplace_back();
    wire.name = topic.name;
    for (const auto& asked : topic.partitions) {
      const auto answer =
          context.world.state.Reassign({topic.name, asked.partition_index}, asked.replicas, allow);
      const auto message =
          answer.error == 0 ? std::nullopt : std::optional<std::string>(answer.message);
      wire.partitions.push_back({asked.partition_index, answer.error, message});
    }
  }
  return response;
}

kafka::ListPartitionReassignmentsResponse Answer(
    SimContext& context, const kafka::ListPartitionReassignmentsRequest& request) {
  kafka::ListPartitionReassignmentsResponse response;
  response.error_code = ControllerCheck(context);
  response.error_message = std::nullopt;
  if (response.error_code != 0) return response;
  const SimState& state = context.world.state;
  if (request.topics) {
    for (const auto& topic : *request.topics) {
      for (const std::int32_t p : topic.partition_indexes) {
        ListMove(topic.name, p, state.Find({topic.name, p}), response);
      }
    }
    return response;
  }
  for (const auto& [name, topic] : state.topics()) {
    for (std::size_t p = 0; p < topic->partitions.size(); ++p) {
      ListMove(name, static_cast<std::int32_t>(p), &topic->partitions[p], response);
    }
  }
  return response;
}

kafka::ElectLeadersResponse Answer(SimContext& context, const kafka::ElectLeadersRequest& request) {
  kafka::ElectLeadersResponse response;
  response.error_code = ControllerCheck(context);
  if (response.error_code != 0) return response;
  std::vector<TopicPartition> wanted;
  if (request.topic_partitions) {
    for (const auto& topic : *request.topic_partitions) {
      for (const std::int32_t p : topic.partitions) wanted.push_back({topic.topic, p});
    }
  } else {
    wanted = Everything(context.world.state);
  }
  std::map<std::string, std::vector<kafka::ElectLeadersResponse::Partition>> results;
  for (const TopicPartition& tp : wanted) {
    const auto answer = context.world.state.Elect(tp, request.election_type == 0);
    // Asked about everything, Kafka leaves out those for which there was nothing to do.
    if (!request.topic_partitions && answer.error == kElectionNotNeeded) continue;
    const auto message =
        answer.error == 0 ? std::nullopt : std::optional<std::string>(answer.message);
    results[tp.topic].push_back({tp.partition, answer.error, message});
  }
  for (auto& [topic, partitions] : results) {
    response.replica_election_results.push_back({topic, std::move(partitions)});
  }
  return response;
}

}  // namespace levelwind::testing
