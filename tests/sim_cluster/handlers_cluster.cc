// ApiVersions, Metadata, DescribeCluster.

#include <algorithm>
#include <set>

#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kUnknownTopicOrPartition = 3;
constexpr std::int16_t kLeaderNotAvailable = 5;
constexpr std::int16_t kNotController = 41;
constexpr std::int16_t kUnknownTopicId = 100;

kafka::MetadataResponse::Partition Describe(const SimWorld& world,
                                            const SimState::Partition& partition,
                                            std::int32_t index) {
  kafka::MetadataResponse::Partition wire;
  wire.partition_index = index;
  wire.error_code = partition.leader == kNoBroker ? kLeaderNotAvailable : std::int16_t{0};
  wire.leader_id = partition.leader;
  wire.leader_epoch = partition.leader_epoch;
  wire.replica_nodes = partition.replicas;
  wire.isr_nodes = partition.isr;
  for (const BrokerId id : partition.replicas) {
    if (!world.state.Usable(partition, id)) wire.offline_replicas.push_back(id);
  }
  return wire;
}

kafka::MetadataResponse::Topic Describe(const SimWorld& world, const SimState::Topic& topic) {
  kafka::MetadataResponse::Topic wire;
  wire.name = topic.name;
  wire.topic_id = topic.id;
  wire.is_internal = topic.internal;
  wire.partitions.reserve(topic.partitions.size());
  for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
    wire.partitions.push_back(Describe(world, topic.partitions[p], static_cast<std::int32_t>(p)));
  }
  return wire;
}

kafka::MetadataResponse Brokers(const SimWorld& world) {
  kafka::MetadataResponse response;
  for (const auto& [id, broker] : world.state.brokers()) {
    if (!broker.alive) continue;
    response.brokers.push_back({id, "127.0.0.1", world.ports.at(id), broker.rack});
  }
  response.cluster_id = world.cluster_id;
  response.controller_id = world.state.controller();
  return response;
}

kafka::MetadataResponse::Topic Unknown(const kafka::MetadataRequest::Topic& asked) {
  kafka::MetadataResponse::Topic wire;
  wire.name = asked.name;
  wire.topic_id = asked.topic_id;
  wire.error_code = asked.name ? kUnknownTopicOrPartition : kUnknownTopicId;
  return wire;
}

// A broker that is cut off from the controller goes on telling what it knew.
kafka::MetadataResponse FrozenAnswer(const kafka::MetadataResponse& frozen,
                                     const kafka::MetadataRequest& request) {
  kafka::MetadataResponse response = frozen;
  if (!request.topics) return response;
  response.topics.clear();
  for (const auto& asked : *request.topics) {
    const auto found =
        std::find_if(frozen.topics.begin(), frozen.topics.end(), [&](const auto& topic) {
          return asked.name ? topic.name == asked.name : topic.topic_id == asked.topic_id;
        });
    response.topics.push_back(found == frozen.topics.end() ? Unknown(asked) : *found);
  }
  return response;
}

}  // namespace

std::int16_t ControllerCheck(const SimContext& context) {
  const bool wrong = context.world.options.controller_required &&
                     context.broker != context.world.state.controller();
  return wrong ? kNotController : std::int16_t{0};
}

kafka::ApiVersionsResponse Answer(SimContext& context, const kafka::ApiVersionsRequest&) {
  kafka::ApiVersionsResponse response;
  for (const kafka::ApiInfo& api : kafka::KnownApis()) {
    if (!IsSimulated(api.key)) continue;
    SimVersionRange range{api.min, api.max};
    const auto found = context.world.options.versions.find(api.key);
    if (found != context.world.options.versions.end()) {
      if (!found->second) continue;
      range = *found->second;
    }
    response.api_keys.push_back({static_cast<std::int16_t>(api.key), range.min, range.max});
  }
  return response;
}

kafka::MetadataResponse FullMetadata(const SimWorld& world) {
  kafka::MetadataResponse response = Brokers(world);
  response.topics.reserve(world.state.topics().size());
  for (const auto& [name, topic] : world.state.topics()) {
    response.topics.push_back(Describe(world, *topic));
  }
  return response;
}

kafka::MetadataResponse Answer(SimContext& context, const kafka::MetadataRequest& request) {
  const auto frozen = context.world.frozen.find(context.broker);
  if (frozen != context.world.frozen.end()) return FrozenAnswer(frozen->second, request);
  if (!request.topics) return FullMetadata(context.world);
  kafka::MetadataResponse response = Brokers(context.world);
  for (const auto& asked : *request.topics) {
    const SimState& state = context.world.state;
    const SimState::Topic* topic =
        asked.name ? state.FindTopic(*asked.name) : state.FindTopic(asked.topic_id);
    response.topics.push_back(topic == nullptr ? Unknown(asked) : Describe(context.world, *topic));
  }
  return response;
}

kafka::DescribeClusterResponse Answer(SimContext& context,
                                      const kafka::DescribeClusterRequest& request) {
  constexpr std::int16_t kMismatchedEndpointType = 114;
  kafka::DescribeClusterResponse response;
  if (request.endpoint_type != 1) {
    response.error_code = kMismatchedEndpointType;
    response.error_message = "The request was sent to an endpoint of the wrong type.";
    return response;
  }
  const SimWorld& world = context.world;
  response.cluster_id = world.cluster_id;
  response.controller_id = world.state.controller();
  for (const auto& [id, broker] : world.state.brokers()) {
    if (!broker.alive && !request.include_fenced_brokers) continue;
    response.brokers.push_back({id, "127.0.0.1", world.ports.at(id), broker.rack, !broker.alive});
  }
  return response;
}

}  // namespace levelwind::testing
