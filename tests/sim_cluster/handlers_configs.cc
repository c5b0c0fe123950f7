// DescribeConfigs, IncrementalAlterConfigs.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {
namespace {

using kafka::ConfigResource;
using kafka::ConfigResourceType;
using kafka::ConfigSource;
using WireConfig = kafka::DescribeConfigsResponse::Config;

constexpr std::int16_t kUnknownTopicOrPartition = 3;
constexpr std::int16_t kInvalidRequest = 42;

// What is wrong with a resource when this broker is asked about it.
SimState::Answer CheckResource(const SimContext& context, std::int8_t type,
                               const std::string& name) {
  if (type == static_cast<std::int8_t>(ConfigResourceType::kTopic)) {
    if (context.world.state.FindTopic(name) != nullptr) return {};
    return {kUnknownTopicOrPartition, fmt::format("The topic '{}' does not exist.", name)};
  }
  if (type != static_cast<std::int8_t>(ConfigResourceType::kBroker)) {
    return {kInvalidRequest, fmt::format("Unsupported resource type {}", type)};
  }
  if (name.empty() || name == std::to_string(context.broker)) return {};
  return {kInvalidRequest,
          fmt::format("Unexpected broker id, expected {}, but received {}", context.broker, name)};
}

ConfigSource OwnSource(const ConfigResource& resource) {
  if (resource.type == ConfigResourceType::kTopic) return ConfigSource::kDynamicTopic;
  return resource.name.empty() ? ConfigSource::kDynamicDefaultBroker : ConfigSource::kDynamicBroker;
}

std::map<std::string, WireConfig> Effective(const SimState& state, const ConfigResource& resource) {
  std::map<std::string, WireConfig> entries;
  const auto put = [&](const std::string& key, const std::string& value, ConfigSource source) {
    WireConfig& wire = entries[key];
    wire.name = key;
    wire.value = value;
    wire.config_source = static_cast<std::int8_t>(source);
  };
  const bool all_brokers = resource.type == ConfigResourceType::kBroker && resource.name.empty();
  if (!all_brokers) {
    for (const auto& [key, value] : SimConfigs::Defaults(resource.type)) {
      put(key, value, ConfigSource::kDefault);
    }
    for (const auto& [key, value] : state.configs().All({ConfigResourceType::kBroker, ""})) {
      // A topic inherits only the settings that topics have.
      if (resource.type == ConfigResourceType::kTopic && !entries.contains(key)) continue;
      put(key, value, ConfigSource::kDynamicDefaultBroker);
    }
  }
  for (const auto& [key, value] : state.configs().All(resource)) {
    put(key, value, OwnSource(resource));
  }
  return entries;
}

}  // namespace

kafka::DescribeConfigsResponse Answer(SimContext& context,
                                      const kafka::DescribeConfigsRequest& request) {
  kafka::DescribeConfigsResponse response;
  for (const auto& asked : request.resources) {
    auto& wire = response.results.emplace_back();
    wire.resource_type = asked.resource_type;
    wire.resource_name = asked.resource_name;
    const auto bad = CheckResource(context, asked.resource_type, asked.resource_name);
    wire.error_code = bad.error;
    if (bad.error != 0) {
      wire.error_message = bad.message;
      continue;
    }
    const ConfigResource resource{static_cast<ConfigResourceType>(asked.resource_type),
                                  asked.resource_name};
    for (auto& [key, entry] : Effective(context.world.state, resource)) {
      const auto& keys = asked.configuration_keys;
      if (!keys || std::find(keys->begin(), keys->end(), key) != keys->end()) {
        wire.configs.push_back(entry);
      }
    }
  }
  return response;
}

kafka::IncrementalAlterConfigsResponse Answer(
    SimContext& context, const kafka::IncrementalAlterConfigsRequest& request) {
  kafka::IncrementalAlterConfigsResponse response;
  SimConfigs& configs = context.world.state.configs();
  for (const auto& asked : request.resources) {
    auto& wire = response.responses.emplace_back();
    wire.resource_type = asked.resource_type;
    wire.resource_name = asked.resource_name;
    wire.error_message = std::nullopt;
    SimState::Answer bad = CheckResource(context, asked.resource_type, asked.resource_name);
    const ConfigResource resource{static_cast<ConfigResourceType>(asked.resource_type),
                                  asked.resource_name};
    // All changes of a resource, or none.
    for (const auto& change : asked.configs) {
      if (bad.error != 0) break;
      const auto op = static_cast<kafka::ConfigOp>(change.config_operation);
      const auto outcome = configs.Check(resource, change.name, op, change.value);
      bad = {outcome.error, outcome.message};
    }
    wire.error_code = bad.error;
    if (bad.error != 0) wire.error_message = bad.message;
    if (bad.error != 0 || request.validate_only) continue;
    for (const auto& change : asked.configs) {
      configs.Apply(resource, change.name, static_cast<kafka::ConfigOp>(change.config_operation),
                    change.value);
    }
    context.world.state.ConfigsChanged(resource);
  }
  return response;
}

}  // namespace levelwind::testing
