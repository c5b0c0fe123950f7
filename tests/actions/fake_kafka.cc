#include "tests/actions/fake_kafka.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "tests/support/failing_memory.h"

namespace levelwind::testing {
namespace {

using kafka::ConfigOp;
using kafka::ConfigResource;
using kafka::ConfigResourceType;

constexpr std::int16_t kInvalidPartitions = 37;
constexpr std::int16_t kUnknownTopic = 3, kTimedOut = 7, kInvalidAssignment = 39,
                       kNotController = 41, kInvalidReplicationFactor = 38,
                       kPreferredNotAvailable = 80, kNoReassignment = 85, kReplicaNotAvailable = 9,
                       kStorageError = 56, kLogDirNotFound = 57;

bool Has(const std::vector<BrokerId>& list, BrokerId broker) {
  return std::find(list.begin(), list.end(), broker) != list.end();
}

std::vector<BrokerId> Minus(const std::vector<BrokerId>& list, const std::vector<BrokerId>& other) {
  std::vector<BrokerId> rest;
  for (BrokerId broker : list) {
    if (!Has(other, broker)) rest.push_back(broker);
  }
  return rest;
}

std::vector<std::string> Items(const std::string& list) {
  std::vector<std::string> items;
  for (std::string_view part : Split(list, ',')) {
    if (!part.empty()) items.emplace_back(part);
  }
  return items;
}

}  // namespace

FakeKafka::FakeKafka(const std::vector<BrokerId>& brokers)
    : known_(brokers.begin(), brokers.end()), live_(brokers.begin(), brokers.end()) {}

void FakeKafka::AddTopic(const std::string& name,
                         const std::vector<std::vector<BrokerId>>& partitions, std::int64_t size) {
  Topic topic;
  const std::uint32_t number = next_topic_++;
  for (std::size_t i = 0; i < 4; ++i) {
    topic.id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  for (const auto& replicas : partitions) {
    Partition partition;
    partition.replicas = partition.isr = replicas;
    partition.leader = replicas.front();
    partition.size = size;
    topic.partitions.push_back(std::move(partition));
  }
  topics_[name] = std::move(topic);
}

void FakeKafka::DeleteTopic(const std::string& name) {
  topics_.erase(name);
  configs_.erase({ConfigResourceType::kTopic, name});
}

FakeKafka::Partition& FakeKafka::At(const std::string& topic, std::int32_t partition) {
  return topics_.at(topic).partitions.at(static_cast<std::size_t>(partition));
}

FakeKafka::Partition* FakeKafka::Find(const TopicPartition& tp) {
  const auto topic = topics_.find(tp.topic);
  if (topic == topics_.end()) return nullptr;
  const auto number = static_cast<std::size_t>(tp.partition);
  return number < topic->second.partitions.size() ? &topic->second.partitions[number] : nullptr;
}

void FakeKafka::Elect(Partition& partition) {
  partition.leader = kNoBroker;
  ++partition.leader_epoch;
  for (BrokerId broker : partition.replicas) {
    if (Has(partition.isr, broker) && Lives(broker)) {
      partition.leader = broker;
      return;
    }
  }
}

void FakeKafka::FinishMove(Partition& partition) {
  partition.replicas = partition.target;
  partition.isr = Minus(partition.isr, partition.removing);
  partition.moving = false;
  partition.adding.clear();
  partition.removing.clear();
  partition.target.clear();
  if (!Has(partition.replicas, partition.leader)) Elect(partition);
}

void FakeKafka::Advance(std::int64_t bytes) {
  for (auto& [name, topic] : topics_) {
    for (Partition& partition : topic.partitions) {
      for (auto copy = partition.futures.begin(); copy != partition.futures.end();) {
        auto& [broker, future] = *copy;
        const std::int64_t more = slow.count(broker) > 0 ? bytes / 10 : bytes;
        if (Lives(broker)) future.copied = std::min(partition.size, future.copied + more);
        if (future.copied < partition.size) {
          ++copy;
          continue;
        }
        partition.dirs[broker] = future.dir;
        copy = partition.futures.erase(copy);
      }
      if (!partition.moving || !Lives(partition.leader)) continue;
      for (BrokerId broker : partition.adding) {
        if (!Lives(broker)) continue;
        auto& copied = partition.copied[broker];
        const bool crawls = slow.count(broker) > 0 || slow.count(partition.leader) > 0;
        copied = std::min(partition.size, copied + (crawls ? bytes / 10 : bytes));
        if (copied == partition.size && !Has(partition.isr, broker)) {
          partition.isr.push_back(broker);
        }
      }
      const bool whole = std::all_of(partition.adding.begin(), partition.adding.end(),
                                     [&](BrokerId b) { return Has(partition.isr, b); });
      if (whole) FinishMove(partition);
    }
  }
}

void FakeKafka::Kill(BrokerId broker) {
  live_.erase(broker);
  for (auto& [name, topic] : topics_) {
    for (Partition& partition : topic.partitions) {
      if (partition.isr.size() > 1) partition.isr = Minus(partition.isr, {broker});
      if (partition.leader == broker) Elect(partition);
    }
  }
}

void FakeKafka::Start(BrokerId broker) {
  live_.insert(broker);
  known_.insert(broker);
  for (auto& [name, topic] : topics_) {
    for (Partition& partition : topic.partitions) {
      const bool whole = !partition.moving || !Has(partition.adding, broker);
      if (Has(partition.replicas, broker) && whole && !Has(partition.isr, broker)) {
        partition.isr.push_back(broker);
      }
      if (partition.leader == kNoBroker) Elect(partition);
    }
  }
}

std::int16_t FakeKafka::Reassign(Partition& partition,
                                 std::optional<std::vector<BrokerId>> replicas,
                                 bool allow_rf_change) {
  const std::vector<BrokerId> before = Minus(partition.replicas, partition.adding);
  if (!replicas) {
    if (!partition.moving) return kNoReassignment;
    if (Minus(before, partition.isr).size() == before.size()) return kInvalidAssignment;
    partition.target = before;
    partition.isr = Minus(partition.isr, partition.adding);
    partition.removing.clear();
    FinishMove(partition);
    return 0;
  }
  const std::set<BrokerId> unique(replicas->begin(), replicas->end());
  if (unique.size() != replicas->size() || replicas->empty()) return kInvalidAssignment;
  if (!std::includes(known_.begin(), known_.end(), unique.begin(), unique.end())) {
    return kInvalidAssignment;
  }
  if (!allow_rf_change && replicas->size() != before.size()) return kInvalidReplicationFactor;
  partition.target = *replicas;
  partition.adding = Minus(*replicas, before);
  partition.removing = Minus(before, *replicas);
  partition.replicas = *replicas;
  for (BrokerId broker : partition.removing) partition.replicas.push_back(broker);
  partition.isr = Minus(partition.isr, Minus(partition.isr, partition.replicas));
  partition.copied.clear();
  partition.moving = true;
  if (partition.adding.empty() && partition.removing.empty()) FinishMove(partition);
  return 0;
}

std::int16_t FakeKafka::ForeignReassign(const std::string& topic, std::int32_t partition,
                                        std::optional<std::vector<BrokerId>> replicas) {
  return Reassign(At(topic, partition), std::move(replicas), true);
}

void FakeKafka::SetBrokerConfig(BrokerId broker, const std::string& key, const std::string& value) {
  configs_[{ConfigResourceType::kBroker, std::to_string(broker)}][key] = value;
}
void FakeKafka::SetTopicConfig(const std::string& topic, const std::string& key,
                               const std::string& value) {
  configs_[{ConfigResourceType::kTopic, topic}][key] = value;
}
void FakeKafka::EraseBrokerConfig(BrokerId broker, const std::string& key) {
  configs_[{ConfigResourceType::kBroker, std::to_string(broker)}].erase(key);
}

std::optional<std::string> FakeKafka::BrokerConfig(BrokerId broker, const std::string& key) const {
  const auto resource = configs_.find({ConfigResourceType::kBroker, std::to_string(broker)});
  if (resource == configs_.end() || resource->second.count(key) == 0) return std::nullopt;
  return resource->second.at(key);
}
std::optional<std::string> FakeKafka::TopicConfig(const std::string& topic,
                                                  const std::string& key) const {
  const auto resource = configs_.find({ConfigResourceType::kTopic, topic});
  if (resource == configs_.end() || resource->second.count(key) == 0) return std::nullopt;
  return resource->second.at(key);
}

std::vector<std::string> FakeKafka::Throttles() const {
  std::vector<std::string> found;
  for (const auto& [resource, entries] : configs_) {
    const bool topic = resource.type == ConfigResourceType::kTopic;
    for (const auto& [key, value] : entries) {
      if (key.find("throttled") == std::string::npos) continue;
      found.push_back((topic ? "topic " : "broker ") + resource.name + " " + key + "=" + value);
    }
  }
  return found;
}

template <class Apply>
FakeKafka::Fault FakeKafka::Arrive(Write write, Apply apply) {
  const SafeMemory safe;  // a cluster does not half apply a request because the daemon is out of it
  ++requests_;
  const Fault happening = fault ? fault(write) : Fault::kNone;
  if (on_write) on_write("before");
  if (happening == Fault::kNone || happening == Fault::kApplied) {
    if (check) check(write);
    apply();
    writes.push_back(std::move(write));
  }
  if (on_write) on_write("after");
  return happening;
}

Result<kafka::ClusterMetadata> FakeKafka::DescribeCluster(Duration) {
  ++requests_;
  if (!reachable) return Unavailable("no broker answers");
  if (replayed) return *replayed;
  kafka::ClusterMetadata metadata;
  metadata.cluster_id = cluster_id;
  for (BrokerId broker : live_) {
    const auto rack = racks.find(broker);
    metadata.brokers.push_back(
        {broker, "localhost", 9092, rack == racks.end() ? "" : rack->second, false});
  }
  for (const auto& [name, topic] : topics_) {
    kafka::TopicInfo info;
    info.name = name;
    info.id = topic.id;
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      const Partition& partition = topic.partitions[i];
      kafka::PartitionInfo row;
      row.number = static_cast<std::int32_t>(i);
      row.leader = partition.leader;
      row.leader_epoch = partition.leader_epoch;
      row.replicas = partition.replicas;
      row.isr = partition.isr;
      row.offline = partition.offline;
      info.partitions.push_back(std::move(row));
    }
    metadata.topics.push_back(std::move(info));
  }
  return metadata;
}

Result<std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>>> FakeKafka::DescribeLogDirs(
    const std::vector<BrokerId>& brokers, Duration) {
  std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>> answers;
  for (BrokerId broker : brokers) {
    ++requests_;
    if (!Lives(broker) || silent_dirs.count(broker) > 0) {
      answers.emplace(broker, Unavailable("no answer"));
      continue;
    }
    std::map<std::string, kafka::LogDirInfo> dirs;
    for (const std::string& path : log_dirs) {
      dirs[path].path = path;
      const bool failed = failed_dirs.count({broker, path}) > 0;
      dirs[path].error = failed ? kStorageError : std::int16_t{0};
      const auto room = usable.find({broker, path});
      dirs[path].usable_bytes = room == usable.end() ? 1'000'000 : room->second;
      if (const auto size = total.find({broker, path}); size != total.end()) {
        dirs[path].total_bytes = size->second;
      }
    }
    for (const auto& [name, topic] : topics_) {
      for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
        const Partition& partition = topic.partitions[i];
        if (!Has(partition.replicas, broker)) continue;
        const auto moved = partition.dirs.find(broker);
        kafka::LogDirInfo& dir = dirs[moved == partition.dirs.end() ? "/a" : moved->second];
        if (dir.error != 0) continue;
        if (const auto future = partition.futures.find(broker); future != partition.futures.end()) {
          dirs[future->second.dir].replicas.push_back(
              {{name, static_cast<std::int32_t>(i)}, future->second.copied, 0, true});
        }
        const auto copy = partition.copied.find(broker);
        const bool adding = Has(partition.adding, broker);
        const std::int64_t copied = copy == partition.copied.end() ? 0 : copy->second;
        dir.replicas.push_back(
            {{name, static_cast<std::int32_t>(i)}, adding ? copied : partition.size, 0, false});
      }
    }
    std::vector<kafka::LogDirInfo> answer;
    for (const std::string& path : log_dirs) answer.push_back(std::move(dirs[path]));
    answers.emplace(broker, std::move(answer));
  }
  return answers;
}

Result<std::vector<kafka::ReassignmentInfo>> FakeKafka::ListReassignments(
    const std::vector<TopicPartition>&, Duration) {
  ++requests_;
  if (!reachable) return Unavailable("no broker answers");
  std::vector<kafka::ReassignmentInfo> moving;
  for (const auto& [name, topic] : topics_) {
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      const Partition& partition = topic.partitions[i];
      if (!partition.moving) continue;
      moving.push_back({{name, static_cast<std::int32_t>(i)},
                        partition.replicas,
                        partition.adding,
                        partition.removing});
    }
  }
  return moving;
}

Result<std::vector<kafka::PartitionOutcome>> FakeKafka::AlterReassignments(
    const std::vector<kafka::ReassignmentRequest>& requests, bool allow_replication_factor_change,
    Duration) {
  std::vector<kafka::PartitionOutcome> outcomes;
  const Fault happened = Arrive(
      {"AlterPartitionReassignments", requests, {}, {}, allow_replication_factor_change}, [&] {
        for (const kafka::ReassignmentRequest& request : requests) {
          Partition* partition = Find(request.partition);
          const std::int16_t error =
              partition == nullptr
                  ? kUnknownTopic
                  : Reassign(*partition, request.replicas, allow_replication_factor_change);
          outcomes.push_back({request.partition, error, {}});
        }
      });
  if (happened == Fault::kLost || happened == Fault::kApplied) return DeadlineExceeded("no answer");
  if (happened == Fault::kBusy) {
    for (const auto& request : requests)
      outcomes.push_back({request.partition, kNotController, {}});
  }
  return outcomes;
}

Result<std::vector<kafka::PartitionOutcome>> FakeKafka::ElectPreferredLeaders(
    const std::vector<TopicPartition>& partitions, Duration) {
  std::vector<kafka::PartitionOutcome> outcomes;
  const Fault happened = Arrive({"ElectLeaders", {}, partitions, {}, false}, [&] {
    for (const TopicPartition& tp : partitions) {
      Partition* partition = Find(tp);
      std::int16_t error = 0;
      if (partition == nullptr) {
        error = kUnknownTopic;
      } else if (!Has(partition->isr, partition->replicas.front()) ||
                 !Lives(partition->replicas.front())) {
        error = kPreferredNotAvailable;
      } else {
        partition->leader = partition->replicas.front();
        ++partition->leader_epoch;
      }
      outcomes.push_back({tp, error, {}});
    }
  });
  if (happened == Fault::kLost || happened == Fault::kApplied) return DeadlineExceeded("no answer");
  if (happened == Fault::kBusy) {
    for (const TopicPartition& tp : partitions) outcomes.push_back({tp, kNotController, {}});
  }
  return outcomes;
}

bool FakeKafka::ConfigReachable(const ConfigResource& resource) const {
  if (resource.type == ConfigResourceType::kTopic || controller_knows_dead) return true;
  return Lives(std::stoi(resource.name));
}

Result<std::vector<kafka::ConfigAnswer>> FakeKafka::DescribeConfigs(
    const std::vector<kafka::ConfigQuery>& queries, Duration) {
  Configs& shown = stale_reads_left_ > 0 ? configs_before_ : configs_;
  if (stale_reads_left_ > 0) --stale_reads_left_;
  std::vector<kafka::ConfigAnswer> answers;
  for (const kafka::ConfigQuery& query : queries) {
    ++requests_;
    kafka::ConfigAnswer answer;
    answer.resource = query.resource;
    const bool topic = query.resource.type == ConfigResourceType::kTopic;
    if (!topic && on_config_read) on_config_read(std::stoi(query.resource.name));
    if (!ConfigReachable(query.resource) || (topic && silent_configs)) {
      answer.error = kTimedOut;
    } else if (topic && topics_.count(query.resource.name) == 0) {
      answer.error = kUnknownTopic;
    } else {
      std::map<std::string, kafka::ConfigEntry> entries;
      if (!topic) {
        for (const auto& [key, value] : default_broker_configs) {
          entries[key] = {key, value, kafka::ConfigSource::kDynamicDefaultBroker, false, false};
        }
      }
      for (const auto& [key, value] : shown[query.resource]) {
        entries[key] = {
            key, value,
            topic ? kafka::ConfigSource::kDynamicTopic : kafka::ConfigSource::kDynamicBroker, false,
            false};
      }
      for (const std::string& key : query.keys) {
        if (const auto entry = entries.find(key); entry != entries.end()) {
          answer.entries.push_back(entry->second);
        } else {
          const auto shared = default_broker_configs.find(key);
          if (topic && shared != default_broker_configs.end()) {
            answer.entries.push_back(
                {key, shared->second, kafka::ConfigSource::kDynamicDefaultBroker, false, false});
            continue;
          }
          const char* fallback = key == "min.insync.replicas" ? "1" : "";
          answer.entries.push_back({key, topic ? fallback : "9223372036854775807",
                                    kafka::ConfigSource::kDefault, false, false});
        }
      }
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::int16_t FakeKafka::Change(const kafka::ConfigChange& change) {
  if (!ConfigReachable(change.resource)) return kTimedOut;
  if (change.resource.type == ConfigResourceType::kTopic &&
      topics_.count(change.resource.name) == 0) {
    return kUnknownTopic;
  }
  auto& entries = configs_[change.resource];
  if (change.op == ConfigOp::kSet) entries[change.key] = change.value;
  if (change.op == ConfigOp::kDelete) entries.erase(change.key);
  if (change.op == ConfigOp::kAppend || change.op == ConfigOp::kSubtract) {
    std::vector<std::string> items = Items(entries[change.key]);
    for (const std::string& item : Items(change.value)) {
      const auto found = std::find(items.begin(), items.end(), item);
      if (change.op == ConfigOp::kSubtract && found != items.end()) items.erase(found);
      if (change.op == ConfigOp::kAppend && found == items.end()) items.push_back(item);
    }
    entries[change.key] = Join(items, ",");
  }
  return 0;
}

Result<std::vector<kafka::ConfigChangeOutcome>> FakeKafka::AlterConfigs(
    const std::vector<kafka::ConfigChange>& changes, Duration) {
  std::map<ConfigResource, std::int16_t> errors;
  if (stale_config_reads > 0) {
    configs_before_ = configs_;
    stale_reads_left_ = stale_config_reads;
  }
  const Fault happened = Arrive({"IncrementalAlterConfigs", {}, {}, changes, false}, [&] {
    for (const kafka::ConfigChange& change : changes) errors[change.resource] = Change(change);
  });
  if (happened == Fault::kLost || happened == Fault::kApplied) return DeadlineExceeded("no answer");
  std::vector<kafka::ConfigChangeOutcome> outcomes;
  for (const auto& [resource, error] : errors) outcomes.push_back({resource, error, {}});
  if (happened == Fault::kBusy) {
    outcomes.push_back({changes.front().resource, kNotController, {}});
  }
  return outcomes;
}

std::string FakeKafka::DirOf(const std::string& topic, std::int32_t partition, BrokerId broker) {
  const Partition& there = At(topic, partition);
  const auto moved = there.dirs.find(broker);
  return moved == there.dirs.end() ? "/a" : moved->second;
}

// As Kafka does: another target replaces the copy that runs, the present dir just ends it.
std::int16_t FakeKafka::MoveDir(const kafka::ReplicaDirMove& move) {
  Partition* partition = Find(move.partition);
  if (dir_error != 0) return dir_error;
  if (partition == nullptr) return kUnknownTopic;
  if (std::find(log_dirs.begin(), log_dirs.end(), move.path) == log_dirs.end()) {
    return kLogDirNotFound;
  }
  if (!Has(partition->replicas, move.broker)) return kReplicaNotAvailable;
  if (failed_dirs.count({move.broker, move.path}) > 0) return kStorageError;
  const auto running = partition->futures.find(move.broker);
  if (running != partition->futures.end()) {
    if (running->second.dir == move.path) return 0;
    partition->futures.erase(running);
  }
  if (DirOf(move.partition.topic, move.partition.partition, move.broker) == move.path) return 0;
  partition->futures[move.broker] = {move.path, 0};
  return 0;
}

std::int16_t FakeKafka::ForeignDirMove(const std::string& topic, std::int32_t partition,
                                       BrokerId broker, const std::string& path) {
  return MoveDir({{topic, partition}, broker, path});
}

Result<std::vector<kafka::ReplicaDirOutcome>> FakeKafka::MoveReplicaDirs(
    const std::vector<kafka::ReplicaDirMove>& moves, Duration) {
  std::vector<kafka::ReplicaDirOutcome> outcomes;
  const Fault happened = Arrive({"AlterReplicaLogDirs", {}, {}, {}, false, moves}, [&] {
    for (const kafka::ReplicaDirMove& move : moves) {
      outcomes.push_back({move.partition, move.broker, MoveDir(move), {}});
    }
  });
  if (happened == Fault::kLost || happened == Fault::kApplied) return DeadlineExceeded("no answer");
  if (happened == Fault::kBusy) {
    for (const kafka::ReplicaDirMove& move : moves) {
      outcomes.push_back({move.partition, move.broker, kStorageError, {}});
    }
  }
  return outcomes;
}

// The executor has no business with these.
// As Kafka does: all of a topic's or none, following on what is there.
std::int16_t FakeKafka::MakePartitions(const kafka::MorePartitions& more) {
  const auto topic = topics_.find(more.topic);
  if (topic == topics_.end()) return kUnknownTopic;
  auto& partitions = topic->second.partitions;
  const auto wanted = static_cast<std::size_t>(more.total);
  if (wanted <= partitions.size()) return kInvalidPartitions;
  if (more.assignments.size() != wanted - partitions.size()) return kInvalidAssignment;
  for (const auto& replicas : more.assignments) {
    for (const BrokerId broker : replicas) {
      if (known_.count(broker) == 0) return kInvalidAssignment;
    }
  }
  for (const auto& replicas : more.assignments) {
    Partition& made = partitions.emplace_back();
    made.replicas = replicas;
    for (const BrokerId broker : replicas) {
      if (Lives(broker)) made.isr.push_back(broker);
    }
    made.size = 0;
    Elect(made);
  }
  return 0;
}

Result<std::vector<kafka::TopicOutcome>> FakeKafka::CreatePartitions(
    const std::vector<kafka::MorePartitions>& topics, bool, Duration) {
  std::vector<kafka::TopicOutcome> outcomes;
  Write write{"CreatePartitions", {}, {}, {}, false};
  write.more = topics;
  const Fault happened = Arrive(std::move(write), [&] {
    for (const auto& more : topics) outcomes.push_back({more.topic, MakePartitions(more), {}});
  });
  if (happened == Fault::kLost || happened == Fault::kApplied) return DeadlineExceeded("no answer");
  if (happened == Fault::kBusy) {
    for (const auto& more : topics) outcomes.push_back({more.topic, kNotController, {}});
  }
  return outcomes;
}

Result<std::vector<kafka::TopicDetail>> FakeKafka::DescribeTopics(const std::vector<std::string>&,
                                                                  Duration) {
  return Internal("not a call of the executor");
}
Result<std::vector<kafka::OffsetAnswer>> FakeKafka::ListOffsets(
    const std::vector<kafka::OffsetQuery>&, Duration) {
  return Internal("not a call of the executor");
}
Result<kafka::AdminClient::GroupListings> FakeKafka::ListGroups(Duration) {
  return Internal("not a call of the executor");
}
Result<std::vector<kafka::GroupDescription>> FakeKafka::DescribeGroups(
    const std::vector<kafka::GroupListing>&, Duration) {
  return Internal("not a call of the executor");
}
Result<std::vector<kafka::GroupOffsets>> FakeKafka::FetchGroupOffsets(
    const std::vector<std::string>&, Duration) {
  return Internal("not a call of the executor");
}
Result<std::vector<kafka::ShareGroupOffsets>> FakeKafka::FetchShareOffsets(
    const std::vector<std::string>&, Duration) {
  return Internal("not a call of the executor");
}
Result<std::vector<kafka::TopicOutcome>> FakeKafka::CreateTopics(
    const std::vector<kafka::NewTopic>&, Duration) {
  return Internal("not a call of the executor");
}
Result<std::vector<kafka::TopicOutcome>> FakeKafka::DeleteTopics(const std::vector<std::string>&,
                                                                 Duration) {
  return Internal("not a call of the executor");
}

}  // namespace levelwind::testing
