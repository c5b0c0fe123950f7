#include "kafka/routing/router.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace levelwind::kafka {

namespace {

/// In the array of leaders: not in the metadata.
constexpr BrokerId kNotTold = -2;

/// Kafka numbers the partitions of a topic from 0 without gaps: a higher number is not believed, or
/// a small answer could ask for an array of gigabytes.
std::vector<BrokerId> LeadersOf(const MetadataResponse::Topic& topic) {
  std::vector<BrokerId> leaders(topic.partitions.size(), kNotTold);
  for (const auto& partition : topic.partitions) {
    const std::int32_t number = partition.partition_index;
    const auto index = static_cast<std::size_t>(number);
    if (number < 0 || index >= leaders.size()) continue;
    leaders[index] = partition.leader_id < 0 ? kNoBroker : partition.leader_id;
  }
  return leaders;
}

}  // namespace

void Router::Update(const MetadataResponse& metadata, bool all_topics) {
  std::lock_guard lock(mutex_);
  // While a cluster starts, a broker may not know any other yet; old knowledge is better than none.
  if (!metadata.brokers.empty()) brokers_.clear();
  for (const auto& broker : metadata.brokers) {
    brokers_[broker.node_id] = {broker.host, static_cast<std::uint16_t>(broker.port)};
  }
  controller_ = metadata.controller_id;
  if (all_topics) leaders_.clear();
  for (const auto& topic : metadata.topics) {
    if (!topic.name) continue;
    if (topic.error_code != 0 && topic.partitions.empty()) {
      leaders_.erase(*topic.name);
    } else {
      leaders_[*topic.name] = LeadersOf(topic);
    }
  }
}

std::vector<Endpoint> Router::Candidates() const {
  std::lock_guard lock(mutex_);
  std::vector<Endpoint> found;
  const auto add = [&](const Endpoint& endpoint) {
    if (std::ranges::find(found, endpoint) == found.end()) found.push_back(endpoint);
  };
  if (last_good_) add(*last_good_);
  for (const auto& [id, endpoint] : brokers_) add(endpoint);
  for (const Endpoint& endpoint : bootstrap_) add(endpoint);
  std::stable_partition(found.begin(), found.end(), [&](const Endpoint& endpoint) {
    return std::ranges::find(bad_, endpoint) == bad_.end();
  });
  return found;
}

void Router::MarkGood(const Endpoint& endpoint) {
  std::lock_guard lock(mutex_);
  last_good_ = endpoint;
  std::erase(bad_, endpoint);
}

void Router::MarkBad(const Endpoint& endpoint) {
  std::lock_guard lock(mutex_);
  if (last_good_ == endpoint) last_good_.reset();
  if (std::ranges::find(bad_, endpoint) == bad_.end()) bad_.push_back(endpoint);
}

bool Router::knows_cluster() const {
  std::lock_guard lock(mutex_);
  return !brokers_.empty();
}

std::optional<Endpoint> Router::EndpointOf(BrokerId broker) const {
  std::lock_guard lock(mutex_);
  const auto found = brokers_.find(broker);
  if (found == brokers_.end()) return std::nullopt;
  return found->second;
}

std::vector<BrokerId> Router::Brokers() const {
  std::lock_guard lock(mutex_);
  std::vector<BrokerId> ids;
  ids.reserve(brokers_.size());
  for (const auto& [id, endpoint] : brokers_) ids.push_back(id);
  return ids;
}

std::optional<Endpoint> Router::Controller() const {
  std::lock_guard lock(mutex_);
  const auto found = brokers_.find(controller_);
  if (found == brokers_.end()) return std::nullopt;
  return found->second;
}

void Router::ForgetController() {
  std::lock_guard lock(mutex_);
  controller_ = kNoBroker;
}

Router::Leader Router::LeaderOf(const TopicPartition& partition) const {
  std::lock_guard lock(mutex_);
  const auto found = leaders_.find(partition.topic);
  if (found == leaders_.end() || partition.partition < 0) return {};
  const auto index = static_cast<std::size_t>(partition.partition);
  if (index >= found->second.size() || found->second[index] == kNotTold) return {};
  return {true, found->second[index]};
}

void Router::ForgetTopic(const std::string& topic) {
  std::lock_guard lock(mutex_);
  leaders_.erase(topic);
}

std::optional<BrokerId> Router::CoordinatorOf(const std::string& key, CoordinatorKind kind) const {
  std::lock_guard lock(mutex_);
  const auto& coordinators = coordinators_[static_cast<std::size_t>(kind)];
  const auto found = coordinators.find(key);
  if (found == coordinators.end()) return std::nullopt;
  return found->second;
}

void Router::SetCoordinator(const std::string& key, BrokerId broker, CoordinatorKind kind) {
  std::lock_guard lock(mutex_);
  coordinators_[static_cast<std::size_t>(kind)][key] = broker;
}

void Router::ForgetCoordinator(const std::string& key, CoordinatorKind kind) {
  std::lock_guard lock(mutex_);
  coordinators_[static_cast<std::size_t>(kind)].erase(key);
}

}  // namespace levelwind::kafka
