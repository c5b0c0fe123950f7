#include "tests/sim_cluster/sim_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace levelwind::testing {
namespace {

bool Has(const std::vector<BrokerId>& list, BrokerId id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

SimState::SimState(const SimOptions& options, SteadyTime now) : options_(options), now_(now) {
  for (int i = 0; i < options.brokers; ++i) {
    const auto rack = static_cast<std::size_t>(i) % std::max<std::size_t>(1, options.racks.size());
    AddBroker(i + 1, options.racks.empty() ? std::string() : options.racks[rack]);
  }
}

// ---- brokers
// ---------------------------------------------------------------------------------------

void SimState::AddBroker(BrokerId id, std::string rack) {
  Broker& broker = brokers_[id];
  broker.id = id;
  broker.rack = std::move(rack);
  for (int dir = 0; dir < options_.log_dirs; ++dir) {
    broker.dirs.push_back({fmt::format("/sim/{}/data-{}", id, dir)});
  }
  RefreshBrokerThrottles();
  AliveChanged();
}

void SimState::AliveChanged() {
  alive_.clear();
  for (const auto& [id, broker] : brokers_) {
    if (broker.alive) alive_.push_back(id);
  }
  ++version_;
  ++alive_version_;
}

bool SimState::Alive(BrokerId id) const {
  const auto found = brokers_.find(id);
  return found != brokers_.end() && found->second.alive;
}

void SimState::SetAlive(BrokerId id, bool alive) {
  LW_CHECK(brokers_.contains(id));
  brokers_[id].alive = alive;
  AliveChanged();
  if (!Alive(controller_)) {
    for (const auto& [other, broker] : brokers_) {
      if (broker.alive) {
        controller_ = other;
        break;
      }
    }
  }
  RefreshAll();
}

void SimState::SetLogDirFailed(BrokerId id, int dir, bool failed) {
  brokers_.at(id).dirs.at(static_cast<std::size_t>(dir)).failed = failed;
  RefreshAll();
}

bool SimState::Usable(const Partition& partition, BrokerId id) const {
  if (!Alive(id)) return false;
  for (const Copy& copy : partition.copies) {
    if (copy.broker == id) {
      return !brokers_.at(id).dirs[static_cast<std::size_t>(copy.dir)].failed;
    }
  }
  return false;
}

void SimState::RefreshAll() {
  ++version_;
  for (const auto& [name, topic] : topics_) {
    for (std::size_t p = 0; p < topic->partitions.size(); ++p) {
      Refresh(*topic, static_cast<std::int32_t>(p), topic->partitions[p]);
    }
  }
}

// Applies the controller's rules after anything that may have changed who is usable or in sync.
void SimState::Refresh(const Topic& topic, std::int32_t index, Partition& partition) {
  for (Copy& copy : partition.copies) {
    const bool last = partition.isr.size() == 1 && partition.isr[0] == copy.broker;
    if (copy.behind || last || Usable(partition, copy.broker)) continue;
    // Kafka never empties the in-sync set: the last one stays in it, dead or not.
    MarkBehind(topic, index, copy, SizeOf(partition));
    std::erase(partition.isr, copy.broker);
  }
  BrokerId leader = partition.leader;
  const auto fit = [&](BrokerId id) {
    return Has(partition.replicas, id) && Has(partition.isr, id) && Usable(partition, id);
  };
  if (!fit(leader)) {
    const auto best = std::find_if(partition.replicas.begin(), partition.replicas.end(), fit);
    leader = best == partition.replicas.end() ? kNoBroker : *best;
  }
  SetLeader(topic, index, partition, leader);
  MaybeComplete(topic, index, partition);
}

void SimState::SetLeader(const Topic& topic, std::int32_t index, Partition& partition,
                         BrokerId leader) {
  if (partition.leader == leader) return;
  Rebase(topic, partition);
  partition.leader = leader;
  ++partition.leader_epoch;
  ++counters_.leader_changes;
  Record(SimEventKind::kLeaderChanged, topic, index, partition);
}

void SimState::MarkBehind(const Topic& topic, std::int32_t index, Copy& copy, double bytes) {
  ++version_;
  copy.behind = true;
  copy.bytes = bytes;
  copy.behind_since = now_;
  behind_.emplace(topic.name, index, copy.broker);
}

// ---- topics
// ----------------------------------------------------------------------------------------

const SimState::Topic* SimState::FindTopic(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

const SimState::Topic* SimState::FindTopic(const Uuid& id) const {
  const auto found = std::find_if(topics_.begin(), topics_.end(),
                                  [&](const auto& entry) { return entry.second->id == id; });
  return found == topics_.end() ? nullptr : found->second.get();
}

SimState::Topic* SimState::FindMutableTopic(std::string_view name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

const SimState::Partition* SimState::Find(const TopicPartition& tp) const {
  const Topic* topic = FindTopic(tp.topic);
  const auto index = static_cast<std::size_t>(tp.partition);
  if (topic == nullptr || tp.partition < 0 || index >= topic->partitions.size()) return nullptr;
  return &topic->partitions[index];
}

SimState::Partition* SimState::FindMutable(const TopicPartition& tp) {
  return const_cast<Partition*>(std::as_const(*this).Find(tp));
}

SimState::Copy* SimState::FindCopy(Partition& partition, BrokerId broker) const {
  for (Copy& copy : partition.copies) {
    if (copy.broker == broker) return &copy;
  }
  return nullptr;
}

SimState::Answer SimState::CheckAssignment(const std::vector<BrokerId>& replicas) const {
  constexpr std::int16_t kInvalidReplicaAssignment = 39;
  if (replicas.empty()) {
    return {kInvalidReplicaAssignment, "The manual partition assignment includes an empty list."};
  }
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    if (!brokers_.contains(replicas[i])) {
      return {
          kInvalidReplicaAssignment,
          fmt::format("The assignment includes broker {}, which is not registered.", replicas[i])};
    }
    if (std::count(replicas.begin(), replicas.end(), replicas[i]) > 1) {
      return {kInvalidReplicaAssignment,
              fmt::format("The assignment includes broker {} more than once.", replicas[i])};
    }
  }
  return {};
}

// Kafka takes the dir with the fewest replicas; a rotation comes to the same and costs nothing.
int SimState::PickDir(BrokerId broker) {
  const std::vector<LogDir>& dirs = brokers_.at(broker).dirs;
  for (std::size_t i = 0; i < dirs.size(); ++i) {
    const std::size_t dir = next_dir_++ % dirs.size();
    if (!dirs[dir].failed) return static_cast<int>(dir);
  }
  return 0;
}

SimState::Answer SimState::CreateTopic(const SimTopic& wanted) {
  constexpr std::int16_t kTopicAlreadyExists = 36;
  constexpr std::int16_t kInvalidPartitions = 37;
  if (FindTopic(wanted.name) != nullptr) {
    return {kTopicAlreadyExists, fmt::format("Topic '{}' already exists.", wanted.name)};
  }
  if (wanted.assignments.empty()) return {kInvalidPartitions, "A topic needs a partition."};
  for (const auto& replicas : wanted.assignments) {
    if (Answer bad = CheckAssignment(replicas); bad.error != 0) return bad;
  }
  auto topic = std::make_unique<Topic>();
  topic->name = wanted.name;
  for (std::uint8_t& byte : topic->id.bytes) byte = static_cast<std::uint8_t>(random_() | 1);
  topic->internal = wanted.internal;
  topic->record_bytes = wanted.record_bytes;
  std::int32_t index = 0;
  for (const auto& replicas : wanted.assignments) {
    Partition& partition = topic->partitions.emplace_back();
    partition.replicas = replicas;
    partition.size_then = wanted.partition_bytes;
    partition.end_then = std::floor(wanted.partition_bytes / wanted.record_bytes);
    partition.since = now_;
    for (const BrokerId id : replicas) {
      Copy& copy = partition.copies.emplace_back();
      copy.broker = id;
      copy.dir = static_cast<int>((static_cast<std::size_t>(index) + topics_.size()) %
                                  brokers_.at(id).dirs.size());
      if (Alive(id)) partition.isr.push_back(id);
    }
    for (Copy& copy : partition.copies) {
      if (!Alive(copy.broker)) MarkBehind(*topic, index, copy, 0);
    }
    partition.leader = partition.isr.empty() ? kNoBroker : partition.isr.front();
    ++index;
  }
  for (const auto& [key, value] : wanted.configs) {
    configs_.Apply({kafka::ConfigResourceType::kTopic, wanted.name}, key, kafka::ConfigOp::kSet,
                   value);
  }
  topics_.emplace(wanted.name, std::move(topic));
  ConfigsChanged({kafka::ConfigResourceType::kTopic, wanted.name});
  PlacementChanged();
  return {};
}

SimState::Answer SimState::DeleteTopic(const std::string& name) {
  constexpr std::int16_t kUnknownTopicOrPartition = 3;
  const Topic* topic = FindTopic(name);
  if (topic == nullptr) return {kUnknownTopicOrPartition, "There is no such topic."};
  std::erase_if(behind_, [&](const BehindKey& key) { return std::get<0>(key) == name; });
  for (const Partition& partition : topic->partitions) CountMove(partition, -1);
  Record(SimEventKind::kTopicDeleted, *topic, 0, topic->partitions.at(0));
  configs_.Erase({kafka::ConfigResourceType::kTopic, name});
  topics_.erase(name);
  PlacementChanged();
  return {};
}

// ---- logs
// ------------------------------------------------------------------------------------------

double SimState::SizeOf(const Partition& partition) const {
  if (partition.leader == kNoBroker) return partition.size_then;
  return partition.size_then + partition.bytes_per_s * ToSeconds(now_ - partition.since);
}

double SimState::EndOffset(const Topic& topic, const Partition& partition) const {
  return std::floor(partition.end_then +
                    (SizeOf(partition) - partition.size_then) / topic.record_bytes);
}

double SimState::CopySize(const Partition& partition, const Copy& copy) const {
  return copy.behind ? std::min(copy.bytes, SizeOf(partition)) : SizeOf(partition);
}

void SimState::Rebase(const Topic& topic, Partition& partition) {
  const double size = SizeOf(partition);
  partition.end_then += (size - partition.size_then) / topic.record_bytes;
  partition.size_then = size;
  partition.since = now_;
}

void SimState::SetRate(const SimRate& rate) {
  Partition* partition = FindMutable(rate.partition);
  LW_CHECK(partition != nullptr);
  Rebase(*FindTopic(rate.partition.topic), *partition);
  partition->bytes_per_s = rate.bytes_per_s;
}

void SimState::SetSize(const TopicPartition& tp, double bytes) {
  Partition* partition = FindMutable(tp);
  LW_CHECK(partition != nullptr);
  Rebase(*FindTopic(tp.topic), *partition);
  partition->size_then = bytes;
}

void SimState::TruncateBefore(const TopicPartition& tp, double offset) {
  Partition* partition = FindMutable(tp);
  LW_CHECK(partition != nullptr);
  partition->start_offset = std::max(partition->start_offset, offset);
}

const std::vector<SimState::Placement>& SimState::PlacementsOn(BrokerId id) {
  if (!placements_) {
    placements_.emplace();
    for (const auto& [name, topic] : topics_) {
      for (std::size_t p = 0; p < topic->partitions.size(); ++p) {
        for (const Copy& copy : topic->partitions[p].copies) {
          (*placements_)[copy.broker].push_back({topic.get(), static_cast<std::int32_t>(p)});
        }
      }
    }
  }
  return (*placements_)[id];
}

// ---- configuration
// ---------------------------------------------------------------------------------

void SimState::ConfigsChanged(const kafka::ConfigResource& resource) {
  if (resource.type == kafka::ConfigResourceType::kBroker) return RefreshBrokerThrottles();
  Topic* topic = FindMutableTopic(resource.name);
  if (topic == nullptr) return;
  const auto read = [&](const std::string& key) {
    return SimThrottledReplicas(configs_.Get(resource, key).value_or(""));
  };
  topic->throttled_leaders = read("leader.replication.throttled.replicas");
  topic->throttled_followers = read("follower.replication.throttled.replicas");
}

std::string SimState::EffectiveTopicConfig(const std::string& topic, const std::string& key) const {
  using kafka::ConfigResourceType;
  if (auto own = configs_.Get({ConfigResourceType::kTopic, topic}, key)) return *own;
  if (auto all = configs_.Get({ConfigResourceType::kBroker, ""}, key)) return *all;
  return SimConfigs::DefaultOf(ConfigResourceType::kTopic, key).value_or("");
}

void SimState::Record(SimEventKind kind, const Topic& topic, std::int32_t index,
                      const Partition& partition) {
  ++version_;
  events_.push_back({kind,
                     now_,
                     {topic.name, index},
                     partition.replicas,
                     partition.adding,
                     partition.removing,
                     partition.leader});
}

}  // namespace levelwind::testing
