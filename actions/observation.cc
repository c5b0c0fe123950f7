#include "actions/observation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace levelwind::actions {

Result<Observation> Observation::Read(kafka::AdminClient& admin, Duration timeout) {
  LW_ASSIGN_OR_RETURN(auto reassignments, admin.ListReassignments({}, timeout));
  LW_ASSIGN_OR_RETURN(auto metadata, admin.DescribeCluster(timeout));
  return Observation(std::move(metadata), std::move(reassignments));
}

Observation::Observation(kafka::ClusterMetadata metadata,
                         std::vector<kafka::ReassignmentInfo> reassignments)
    : metadata_(std::move(metadata)), reassignments_(std::move(reassignments)) {
  for (const kafka::BrokerInfo& broker : metadata_.brokers) {
    if (!broker.fenced) live_.insert(broker.id);
  }
  for (std::size_t i = 0; i < metadata_.topics.size(); ++i) {
    topic_index_.emplace(metadata_.topics[i].name, i);
  }
  for (std::size_t i = 0; i < reassignments_.size(); ++i) {
    reassignment_index_.emplace(reassignments_[i].partition, i);
  }
}

std::set<BrokerId> Observation::DeadHolders() const {
  std::set<BrokerId> dead;
  for (const kafka::TopicInfo& topic : metadata_.topics) {
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      for (BrokerId broker : partition.replicas) {
        if (!IsLive(broker)) dead.insert(broker);
      }
    }
  }
  return dead;
}

std::map<BrokerId, std::string> Observation::Racks() const {
  std::map<BrokerId, std::string> racks;
  for (const kafka::BrokerInfo& broker : metadata_.brokers) racks.emplace(broker.id, broker.rack);
  return racks;
}

const kafka::TopicInfo* Observation::FindTopic(const std::string& name) const {
  const auto found = topic_index_.find(name);
  return found == topic_index_.end() ? nullptr : &metadata_.topics[found->second];
}

const kafka::PartitionInfo* Observation::FindPartition(const TopicPartition& tp) const {
  const kafka::TopicInfo* topic = FindTopic(tp.topic);
  if (topic == nullptr) return nullptr;
  const auto& partitions = topic->partitions;
  const auto guess = static_cast<std::size_t>(tp.partition);
  if (guess < partitions.size() && partitions[guess].number == tp.partition) {
    return &partitions[guess];
  }
  const auto found = std::find_if(partitions.begin(), partitions.end(),
                                  [&](const auto& p) { return p.number == tp.partition; });
  return found == partitions.end() ? nullptr : &*found;
}

const kafka::ReassignmentInfo* Observation::FindReassignment(const TopicPartition& tp) const {
  const auto found = reassignment_index_.find(tp);
  return found == reassignment_index_.end() ? nullptr : &reassignments_[found->second];
}

std::string BrokersText(const std::vector<BrokerId>& brokers) {
  return fmt::format("[{}]", fmt::join(brokers, ", "));
}

bool Contains(const std::vector<BrokerId>& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

bool SameSet(std::vector<BrokerId> a, std::vector<BrokerId> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

}  // namespace levelwind::actions
