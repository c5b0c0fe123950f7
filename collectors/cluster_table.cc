#include "collectors/cluster_table.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <span>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr std::int16_t kNoError = 0;
constexpr std::size_t kMaxReplicas = std::numeric_limits<std::uint16_t>::max();

bool Contains(const std::vector<BrokerId>& ids, BrokerId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Topics by name, each once.
std::vector<const kafka::TopicInfo*> SortedTopics(const std::vector<kafka::TopicInfo>& topics,
                                                  std::uint64_t& skipped) {
  std::vector<const kafka::TopicInfo*> sorted;
  sorted.reserve(topics.size());
  for (const kafka::TopicInfo& topic : topics) {
    if (!topic.name.empty()) sorted.push_back(&topic);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->name < b->name; });
  const auto same_name = [](const auto* a, const auto* b) { return a->name == b->name; };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same_name), sorted.end());
  skipped += topics.size() - sorted.size();
  return sorted;
}

Broker MakeBroker(const kafka::BrokerInfo& info, BrokerState state) {
  Broker broker;
  broker.id = info.id;
  broker.rack = info.rack;
  broker.host = info.host;
  broker.port = info.port;
  broker.state = state;
  return broker;
}

}  // namespace

ClusterTable ClusterTable::Build(const kafka::ClusterMetadata& metadata,
                                 const ClusterTable& previous, std::uint64_t& skipped) {
  ClusterTable table;
  table.shape_.cluster_id = metadata.cluster_id;
  table.shape_.controller = metadata.controller;
  table.shape_.topics.reserve(metadata.topics.size());
  table.shape_.partitions.reserve(previous.shape_.partitions.size());
  table.shape_.replicas.reserve(previous.shape_.replicas.size());
  for (const kafka::TopicInfo* topic : SortedTopics(metadata.topics, skipped)) {
    if (topic->error == kNoError) {
      table.AppendTopic(*topic, skipped);
      continue;
    }
    ++skipped;
    if (const Topic* known = previous.shape_.FindTopic(topic->name)) {
      table.AppendTopicOf(previous, *known);
    }
  }
  table.SetBrokers(metadata, previous);
  table.topic_index_.reserve(table.shape_.topics.size());
  for (std::size_t i = 0; i < table.shape_.topics.size(); ++i) {
    table.topic_index_.emplace(table.shape_.topics[i].name, static_cast<std::int32_t>(i));
  }
  return table;
}

void ClusterTable::AppendTopic(const kafka::TopicInfo& info, std::uint64_t& skipped) {
  Topic topic;
  topic.name = info.name;
  topic.id = info.id;
  topic.internal = info.internal;
  topic.first_partition = static_cast<std::uint32_t>(shape_.partitions.size());
  std::vector<const kafka::PartitionInfo*> sorted;
  sorted.reserve(info.partitions.size());
  for (const kafka::PartitionInfo& partition : info.partitions) sorted.push_back(&partition);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->number < b->number; });
  shape_.topics.push_back(std::move(topic));
  std::int32_t last = -1;
  for (const kafka::PartitionInfo* partition : sorted) {
    if (partition->number > last && AppendPartition(*partition)) {
      last = partition->number;
    } else {
      ++skipped;
    }
  }
  Topic& added = shape_.topics.back();
  added.partition_count =
      static_cast<std::uint32_t>(shape_.partitions.size()) - added.first_partition;
}

bool ClusterTable::AppendPartition(const kafka::PartitionInfo& info) {
  const std::size_t first = shape_.replicas.size();
  for (const BrokerId id : info.replicas) {
    const auto added = std::span(shape_.replicas).subspan(first);
    const auto is_same = [id](const Replica& replica) { return replica.broker == id; };
    if (id < 0 || std::any_of(added.begin(), added.end(), is_same)) continue;
    Replica replica;
    replica.broker = id;
    replica.in_sync = Contains(info.isr, id);
    replica.offline = Contains(info.offline, id);
    shape_.replicas.push_back(replica);
  }
  const std::size_t count = shape_.replicas.size() - first;
  if (count == 0 || count > kMaxReplicas) {
    shape_.replicas.resize(first);
    return false;
  }
  Partition partition;
  partition.topic = static_cast<std::int32_t>(shape_.topics.size()) - 1;
  partition.number = info.number;
  // A leader that holds no replica cannot be: better offline than a wrong answer to "who leads".
  partition.leader = Contains(info.replicas, info.leader) ? info.leader : kNoBroker;
  partition.leader_epoch = info.leader_epoch;
  partition.first_replica = static_cast<std::uint32_t>(first);
  partition.replica_count = static_cast<std::uint16_t>(count);
  shape_.partitions.push_back(partition);
  return true;
}

void ClusterTable::AppendTopicOf(const ClusterTable& previous, const Topic& topic) {
  Topic copy = topic;
  copy.first_partition = static_cast<std::uint32_t>(shape_.partitions.size());
  const auto index = static_cast<std::int32_t>(shape_.topics.size());
  shape_.topics.push_back(std::move(copy));
  for (Partition partition : previous.shape_.PartitionsOf(topic)) {
    const auto replicas = previous.shape_.ReplicasOf(partition);
    partition.topic = index;
    partition.first_replica = static_cast<std::uint32_t>(shape_.replicas.size());
    shape_.partitions.push_back(partition);
    shape_.replicas.insert(shape_.replicas.end(), replicas.begin(), replicas.end());
  }
}

void ClusterTable::SetBrokers(const kafka::ClusterMetadata& metadata,
                              const ClusterTable& previous) {
  remembered_ = previous.remembered_;
  std::set<BrokerId> holders;
  for (const Replica& replica : shape_.replicas) holders.insert(replica.broker);
  std::map<BrokerId, Broker> brokers;
  for (const kafka::BrokerInfo& info : metadata.brokers) {
    if (info.id < 0) continue;
    const BrokerState alive = holders.contains(info.id) ? BrokerState::kAlive : BrokerState::kNew;
    brokers[info.id] = MakeBroker(info, info.fenced ? BrokerState::kDead : alive);
    remembered_[info.id] = info;
  }
  for (const BrokerId id : holders) {
    if (brokers.contains(id)) continue;
    kafka::BrokerInfo info;
    if (const auto known = remembered_.find(id); known != remembered_.end()) info = known->second;
    info.id = id;
    brokers[id] = MakeBroker(info, BrokerState::kDead);
  }
  shape_.brokers.reserve(brokers.size());
  for (auto& [id, broker] : brokers) shape_.brokers.push_back(std::move(broker));
}

std::int32_t ClusterTable::Find(std::string_view topic, std::int32_t number) const {
  if (last_topic_ < 0 || shape_.topics[static_cast<std::size_t>(last_topic_)].name != topic) {
    const auto found = topic_index_.find(topic);
    if (found == topic_index_.end()) return -1;
    last_topic_ = found->second;
  }
  const Topic& in = shape_.topics[static_cast<std::size_t>(last_topic_)];
  const auto partitions = shape_.PartitionsOf(in);
  // Kafka numbers partitions from 0 without gaps; a gap is where the metadata had bad entries.
  const auto at = static_cast<std::size_t>(number);
  if (number >= 0 && at < partitions.size() && partitions[at].number == number) {
    return static_cast<std::int32_t>(in.first_partition) + number;
  }
  const auto found = std::lower_bound(
      partitions.begin(), partitions.end(), number,
      [](const Partition& partition, std::int32_t wanted) { return partition.number < wanted; });
  if (found == partitions.end() || found->number != number) return -1;
  return static_cast<std::int32_t>(in.first_partition + (found - partitions.begin()));
}

std::vector<BrokerId> ClusterTable::ServingBrokers() const {
  std::vector<BrokerId> ids;
  for (const Broker& broker : shape_.brokers) {
    if (broker.serving()) ids.push_back(broker.id);
  }
  return ids;
}

bool ClusterTable::IsServing(BrokerId id) const {
  const Broker* broker = shape_.FindBroker(id);
  return broker != nullptr && broker->serving();
}

bool ClusterTable::SameNumbering(const ClusterTable& other) const {
  const auto same_topic = [](const Topic& a, const Topic& b) {
    return a.first_partition == b.first_partition && a.partition_count == b.partition_count &&
           a.id == b.id && a.name == b.name;
  };
  const auto same_number = [](const Partition& a, const Partition& b) {
    return a.number == b.number;
  };
  const ClusterSnapshot& a = shape_;
  const ClusterSnapshot& b = other.shape_;
  return std::equal(a.topics.begin(), a.topics.end(), b.topics.begin(), b.topics.end(),
                    same_topic) &&
         std::equal(a.partitions.begin(), a.partitions.end(), b.partitions.begin(),
                    b.partitions.end(), same_number);
}

Renumbering ClusterTable::RenumberFrom(const ClusterTable& old) const {
  Renumbering map;
  map.old_of_new.assign(partition_count(), -1);
  map.new_of_old.assign(old.partition_count(), -1);
  for (const Topic& topic : shape_.topics) {
    const Topic* before = old.shape_.FindTopic(topic.name);
    if (before == nullptr || before->id != topic.id) continue;
    for (std::uint32_t i = 0; i < topic.partition_count; ++i) {
      const std::uint32_t now = topic.first_partition + i;
      const std::int32_t was = old.Find(topic.name, shape_.partitions[now].number);
      if (was < 0) continue;
      map.old_of_new[now] = was;
      map.new_of_old[static_cast<std::size_t>(was)] = static_cast<std::int32_t>(now);
    }
  }
  return map;
}

}  // namespace levelwind::collectors
