#include "model/cluster_snapshot.h"

#include <algorithm>

#include "base/name_table.h"

namespace levelwind {
namespace {

constexpr NameTable<BrokerState, 4> kBrokerStates = {{
    {BrokerState::kAlive, "alive"},
    {BrokerState::kNew, "new"},
    {BrokerState::kDead, "dead"},
    {BrokerState::kRemoving, "removing"},
}};

/// Binary search in a vector sorted by `key(element)`.
template <class T, class Key, class Value>
const T* FindSorted(std::span<const T> sorted, Key key, const Value& wanted) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), wanted,
                                   [&](const T& x, const Value& v) { return key(x) < v; });
  return at != sorted.end() && key(*at) == wanted ? &*at : nullptr;
}

}  // namespace

std::string_view BrokerStateName(BrokerState state) { return NameIn(kBrokerStates, state); }
std::optional<BrokerState> ParseBrokerState(std::string_view name) {
  return ParseIn(kBrokerStates, name);
}

std::string GroupOwner::Name() const {
  if (host.empty()) return client_id;
  return client_id + (host.front() == '/' ? "" : "/") + host;
}

std::vector<BrokerId> ClusterSnapshot::ReplicaIds(const Partition& p) const {
  std::vector<BrokerId> ids;
  ids.reserve(p.replica_count);
  for (const Replica& replica : ReplicasOf(p)) ids.push_back(replica.broker);
  return ids;
}

const Broker* ClusterSnapshot::FindBroker(BrokerId id) const {
  return FindSorted(
      std::span(brokers), [](const Broker& b) { return b.id; }, id);
}

const Topic* ClusterSnapshot::FindTopic(std::string_view name) const {
  return FindSorted(
      std::span(topics), [](const Topic& t) { return std::string_view(t.name); }, name);
}

const Partition* ClusterSnapshot::FindPartition(std::string_view topic, std::int32_t number) const {
  const Topic* found = FindTopic(topic);
  if (found == nullptr) return nullptr;
  return FindSorted(
      PartitionsOf(*found), [](const Partition& p) { return p.number; }, number);
}

const ConsumerGroup* ClusterSnapshot::FindGroup(std::string_view name) const {
  return FindSorted(
      std::span(groups), [](const ConsumerGroup& g) { return std::string_view(g.name); }, name);
}

const Reassignment* ClusterSnapshot::FindReassignment(const TopicPartition& tp) const {
  const auto at = std::find_if(reassignments.begin(), reassignments.end(),
                               [&](const Reassignment& r) { return r.partition == tp; });
  return at == reassignments.end() ? nullptr : &*at;
}

std::int64_t ClusterSnapshot::SizeOf(const Partition& p) const {
  std::int64_t size = kUnknownCount;
  for (const Replica& replica : ReplicasOf(p)) size = std::max(size, replica.size_bytes);
  return size;
}

ClusterSnapshot OutlineOf(const ClusterSnapshot& snapshot) {
  ClusterSnapshot outline;
  outline.cluster_id = snapshot.cluster_id;
  outline.sequence = snapshot.sequence;
  outline.taken_at = snapshot.taken_at;
  outline.taken_at_steady = snapshot.taken_at_steady;
  outline.controller = snapshot.controller;
  outline.brokers = snapshot.brokers;
  outline.reassignments = snapshot.reassignments;
  outline.sources = snapshot.sources;
  outline.confidence = snapshot.confidence;
  for (const ConsumerGroup& group : snapshot.groups) {
    if (!(group.lag_growth_per_s > 0)) continue;
    ConsumerGroup& kept = outline.groups.emplace_back();
    kept.name = group.name;
    kept.type = group.type;
    kept.state = group.state;
    kept.protocol_type = group.protocol_type;
    kept.coordinator = group.coordinator;
    kept.member_count = group.member_count;
    kept.total_lag = group.total_lag;
    kept.lag_growth_per_s = group.lag_growth_per_s;
    kept.consume_rate_per_s = group.consume_rate_per_s;
  }
  return outline;
}

}  // namespace levelwind
