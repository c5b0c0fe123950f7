#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "kafka/calls/calls.h"
#include "kafka/protocol/messages_cluster.h"

namespace levelwind::kafka::calls {

namespace {

PartitionInfo Take(MetadataResponse::Partition&& from) {
  PartitionInfo to;
  to.number = from.partition_index;
  to.error = from.error_code;
  to.leader = from.leader_id < 0 ? kNoBroker : from.leader_id;
  to.leader_epoch = from.leader_epoch;
  // Moved, not copied: three vectors a partition are most of the cost of a large cluster.
  to.replicas = std::move(from.replica_nodes);
  to.isr = std::move(from.isr_nodes);
  to.offline = std::move(from.offline_replicas);
  return to;
}

TopicInfo Take(MetadataResponse::Topic&& from) {
  TopicInfo to;
  to.name = std::move(from.name).value_or(std::string());
  to.id = from.topic_id;
  to.internal = from.is_internal;
  to.error = from.error_code;
  to.partitions.reserve(from.partitions.size());
  for (auto& partition : from.partitions) to.partitions.push_back(Take(std::move(partition)));
  std::ranges::sort(to.partitions, {}, &PartitionInfo::number);
  return to;
}

ClusterMetadata Take(MetadataResponse&& from) {
  ClusterMetadata to;
  to.cluster_id = std::move(from.cluster_id).value_or(std::string());
  to.controller = from.controller_id;
  to.brokers.reserve(from.brokers.size());
  for (auto& broker : from.brokers) {
    to.brokers.push_back({broker.node_id, std::move(broker.host), broker.port,
                          std::move(broker.rack).value_or(std::string()), false});
  }
  to.topics.reserve(from.topics.size());
  for (auto& topic : from.topics) {
    to.topics.push_back(Take(std::move(topic)));
    topic.partitions = {};  // Both forms of a large cluster need not be there at once.
  }
  return to;
}

/// Adds the registered brokers that metadata leaves out because they are fenced.
void AddFenced(const DescribeClusterResponse& from, std::vector<BrokerInfo>& brokers) {
  for (const auto& broker : from.brokers) {
    const bool known =
        std::ranges::find(brokers, broker.broker_id, &BrokerInfo::id) != brokers.end();
    if (known || !broker.is_fenced) continue;
    brokers.push_back(
        {broker.broker_id, broker.host, broker.port, broker.rack.value_or(std::string()), true});
  }
}

}  // namespace

Result<ClusterMetadata> DescribeCluster(Caller& caller, SteadyTime deadline) {
  MetadataRequest request;
  request.topics.reset();  // all
  Endpoint answered_by;
  auto metadata =
      caller.Any(std::move(request), deadline, MetadataRequest::kInfo.min, &answered_by);
  if (!metadata.response.ok())
    return metadata.response.error().Wrap("reading the cluster metadata");
  caller.router().Update(*metadata.response, true);
  ClusterMetadata cluster = Take(*std::move(metadata.response));

  DescribeClusterRequest with_fenced;
  with_fenced.include_fenced_brokers = true;
  // The first version that can tell fenced brokers; older Kafka shows dead ones only as ids.
  constexpr std::int16_t kFencedVersion = 2;
  const auto answer = caller.One(answered_by, with_fenced, deadline, kFencedVersion);
  if (answer.response.ok() && answer.response->error_code == 0) {
    AddFenced(*answer.response, cluster.brokers);
  } else if (answer.response.ok() || answer.response.error().code() != ErrorCode::kUnimplemented) {
    LW_DEBUG("kafka", "fenced brokers are not known this time: {}",
             answer.response.ok() ? KafkaErrorName(answer.response->error_code)
                                  : answer.response.error().message());
  }
  std::ranges::sort(cluster.brokers, {}, &BrokerInfo::id);
  return cluster;
}

Result<std::vector<TopicInfo>> NamedTopics(Caller& caller, const std::vector<std::string>& names,
                                           SteadyTime deadline) {
  MetadataRequest request;
  for (const std::string& name : names) request.topics->push_back({{}, name});
  auto metadata = caller.Any(std::move(request), deadline);
  if (!metadata.response.ok()) return metadata.response.error();
  caller.router().Update(*metadata.response, false);
  return Take(*std::move(metadata.response)).topics;
}

}  // namespace levelwind::kafka::calls
