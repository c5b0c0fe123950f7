#include "tests/support/snapshot_builder.h"

#include <algorithm>
#include <utility>

namespace levelwind::testing {

SnapshotBuilder& SnapshotBuilder::AddBroker(BrokerId id, std::string rack, BrokerState state) {
  Broker broker;
  broker.id = id;
  broker.rack = std::move(rack);
  broker.host = "127.0.0.1";
  broker.port = 9000 + id;
  broker.state = state;
  if (broker.serving()) broker.log_dirs.push_back({.path = "/data"});
  brokers_.push_back(std::move(broker));
  return *this;
}

SnapshotBuilder& SnapshotBuilder::AddTopic(std::string name,
                                           std::vector<std::vector<BrokerId>> replicas) {
  std::vector<PartitionSpec> partitions;
  for (auto& ids : replicas) partitions.push_back({.replicas = std::move(ids)});
  return AddTopic(std::move(name), std::move(partitions));
}

SnapshotBuilder& SnapshotBuilder::AddTopic(std::string name,
                                           std::vector<PartitionSpec> partitions) {
  topics_.emplace_back(std::move(name), std::move(partitions));
  return *this;
}

ClusterSnapshot SnapshotBuilder::Build() const {
  ClusterSnapshot snapshot;
  snapshot.cluster_id = "test-cluster";
  snapshot.sequence = 1;
  snapshot.brokers = brokers_;
  std::ranges::sort(snapshot.brokers, {}, &Broker::id);
  auto topics = topics_;
  std::ranges::sort(topics, {}, [](const auto& topic) { return topic.first; });
  for (const auto& [name, specs] : topics) {
    Topic topic;
    topic.name = name;
    const std::size_t index = snapshot.topics.size();
    topic.id.bytes[15] = static_cast<std::uint8_t>(index + 1);
    topic.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
    topic.partition_count = static_cast<std::uint32_t>(specs.size());
    std::int32_t number = 0;
    for (const PartitionSpec& spec : specs) {
      Partition partition;
      partition.topic = static_cast<std::int32_t>(index);
      partition.number = number++;
      partition.leader =
          spec.leader != kNoBroker || spec.replicas.empty() ? spec.leader : spec.replicas.front();
      partition.first_replica = static_cast<std::uint32_t>(snapshot.replicas.size());
      partition.replica_count = static_cast<std::uint16_t>(spec.replicas.size());
      partition.load.bytes_in_per_s = spec.bytes_in_per_s;
      for (BrokerId id : spec.replicas) {
        snapshot.replicas.push_back(
            {.broker = id, .log_dir = 0, .in_sync = true, .size_bytes = spec.size_bytes});
      }
      snapshot.partitions.push_back(partition);
    }
    snapshot.topics.push_back(std::move(topic));
  }
  snapshot.confidence = {.sizes = true, .rates = false, .measured_share = 1, .label = "test"};
  return snapshot;
}

}  // namespace levelwind::testing
