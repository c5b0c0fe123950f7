// CreateTopics, DeleteTopics.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kInvalidTopic = 17;
constexpr std::int16_t kInvalidPartitions = 37;
constexpr std::int16_t kInvalidReplicationFactor = 38;
constexpr std::int16_t kInvalidReplicaAssignment = 39;
constexpr std::int32_t kDefaultPartitions = 1;
constexpr std::int16_t kDefaultFactor = 1;

bool IsValidName(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name != "." && name != ".." && name.size() <= 249 &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

SimState::Answer Manual(const kafka::CreateTopicsRequest::Topic& asked, SimTopic& topic) {
  topic.assignments.resize(asked.assignments.size());
  for (const auto& assignment : asked.assignments) {
    const auto index = static_cast<std::size_t>(assignment.partition_index);
    if (assignment.partition_index < 0 || index >= topic.assignments.size() ||
        !topic.assignments[index].empty()) {
      return {kInvalidReplicaAssignment, "Partitions should be a consecutive 0-based sequence."};
    }
    topic.assignments[index] = assignment.broker_ids;
  }
  return {};
}

SimState::Answer Automatic(const SimState& state, const kafka::CreateTopicsRequest::Topic& asked,
                           SimTopic& topic) {
  const std::int32_t partitions =
      asked.num_partitions == -1 ? kDefaultPartitions : asked.num_partitions;
  const auto factor = static_cast<std::size_t>(
      asked.replication_factor == -1 ? kDefaultFactor : asked.replication_factor);
  if (partitions <= 0) return {kInvalidPartitions, "Number of partitions must be larger than 0."};
  std::vector<BrokerId> alive;
  for (const auto& [id, broker] : state.brokers()) {
    if (broker.alive) alive.push_back(id);
  }
  if (asked.replication_factor == 0 || asked.replication_factor < -1 || factor > alive.size()) {
    return {kInvalidReplicationFactor,
            fmt::format("Unable to replicate the partition {} time(s): {} broker(s) are usable.",
                        asked.replication_factor, alive.size())};
  }
  const std::size_t start = state.topics().size();
  for (std::int32_t p = 0; p < partitions; ++p) {
    std::vector<BrokerId>& replicas = topic.assignments.emplace_back();
    for (std::size_t r = 0; r < factor; ++r) {
      replicas.push_back(alive[(start + static_cast<std::size_t>(p) + r) % alive.size()]);
    }
  }
  return {};
}

SimState::Answer Create(SimContext& context, const kafka::CreateTopicsRequest::Topic& asked,
                        bool validate_only, SimTopic& topic) {
  SimState& state = context.world.state;
  topic.name = asked.name;
  topic.partition_bytes = 0;
  if (!IsValidName(asked.name)) return {kInvalidTopic, "The topic name is not valid."};
  const SimState::Answer placed =
      asked.assignments.empty() ? Automatic(state, asked, topic) : Manual(asked, topic);
  if (placed.error != 0) return placed;
  for (const auto& config : asked.configs) {
    const auto checked = state.configs().Check({kafka::ConfigResourceType::kTopic, asked.name},
                                               config.name, kafka::ConfigOp::kSet, config.value);
    if (checked.error != 0) return {checked.error, checked.message};
    topic.configs[config.name] = config.value.value_or("");
  }
  if (!validate_only) return state.CreateTopic(topic);
  return state.FindTopic(asked.name) == nullptr
             ? SimState::Answer{}
             : SimState::Answer{36, fmt::format("Topic '{}' already exists.", asked.name)};
}

}  // namespace

kafka::CreateTopicsResponse Answer(SimContext& context, const kafka::CreateTopicsRequest& request) {
  kafka::CreateTopicsResponse response;
  for (const auto& asked : request.topics) {
    auto& wire = response.topics.emplace_back();
    wire.name = asked.name;
    wire.error_message = std::nullopt;
    wire.error_code = ControllerCheck(context);
    if (wire.error_code != 0) continue;
    SimTopic topic;
    const SimState::Answer answer = Create(context, asked, request.validate_only, topic);
    wire.error_code = answer.error;
    if (answer.error != 0) {
      wire.error_message = answer.message;
      continue;
    }
    wire.num_partitions = static_cast<std::int32_t>(topic.assignments.size());
    wire.replication_factor = static_cast<std::int16_t>(topic.assignments.at(0).size());
    if (const auto* made = context.world.state.FindTopic(asked.name); made != nullptr) {
      wire.topic_id = made->id;
    }
  }
  return response;
}

kafka::DeleteTopicsResponse Answer(SimContext& context, const kafka::DeleteTopicsRequest& request) {
  kafka::DeleteTopicsResponse response;
  for (const std::string& name : request.topic_names) {
    std::int16_t error = ControllerCheck(context);
    std::optional<std::string> message;
    if (error == 0) {
      const SimState::Answer answer = context.world.state.DeleteTopic(name);
      error = answer.error;
      if (error != 0) message = answer.message;
    }
    response.responses.push_back({name, error, message});
  }
  return response;
}

}  // namespace levelwind::testing
