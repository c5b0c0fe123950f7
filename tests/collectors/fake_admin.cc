#include "tests/collectors/fake_admin.h"

#include <algorithm>
#include <utility>

namespace levelwind::testing {
namespace {

constexpr std::int16_t kUnknownTopic = 3;
constexpr std::int16_t kNotLeader = 6;
constexpr std::int16_t kCoordinatorNotAvailable = 15;
constexpr std::int16_t kStorageError = 56;
constexpr std::int16_t kGroupIdNotFound = 69;

Error Refused() {
  return {ErrorCode::kPermissionDenied, "a collector must not change the cluster"};
}

}  // namespace

void FakeAdmin::AddBroker(BrokerId id, const std::string& rack) {
  brokers[id] = {id, "host" + std::to_string(id), 9092, rack, false};
}

void FakeAdmin::AddTopic(const std::string& name,
                         const std::vector<std::vector<BrokerId>>& replicas) {
  TopicState topic;
  topic.id.bytes[0] = next_topic_id_++;
  for (const auto& ids : replicas) {
    PartitionState partition;
    partition.replicas = ids;
    partition.leader = ids.front();
    topic.partitions.push_back(partition);
  }
  topics[name] = std::move(topic);
}

void FakeAdmin::Produce(const std::string& topic, int partition, std::int64_t messages,
                        std::int64_t bytes) {
  At(topic, partition).end += messages;
  At(topic, partition).bytes += bytes;
}

void FakeAdmin::Recreate(const std::string& topic) {
  topics.at(topic).id.bytes[0] = next_topic_id_++;
  for (PartitionState& partition : topics.at(topic).partitions) {
    partition.start = partition.end = partition.bytes = 0;
  }
}

Status FakeAdmin::Begin(const std::string& call) {
  calls.push_back(call);
  ++requests;
  if (failing.contains(call)) return Unavailable(call + " fails in this test");
  return Ok();
}

Result<kafka::ClusterMetadata> FakeAdmin::DescribeCluster(Duration /*timeout*/) {
  LW_RETURN_IF_ERROR(Begin("DescribeCluster"));
  kafka::ClusterMetadata metadata;
  metadata.cluster_id = cluster_id;
  metadata.controller = brokers.empty() ? kNoBroker : brokers.begin()->first;
  for (const auto& [id, broker] : brokers) metadata.brokers.push_back(broker);
  for (const auto& [name, topic] : topics) {
    kafka::TopicInfo info;
    info.name = name;
    info.id = topic.id;
    info.error = topic.error;
    if (topic.error == 0) {
      for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
        const PartitionState& state = topic.partitions[i];
        kafka::PartitionInfo partition;
        partition.number = static_cast<std::int32_t>(i);
        partition.leader = state.leader;
        partition.leader_epoch = state.epoch;
        partition.replicas = state.replicas;
        for (const BrokerId id : state.replicas) {
          (brokers.contains(id) && !brokers.at(id).fenced ? partition.isr : partition.offline)
              .push_back(id);
        }
        info.partitions.push_back(std::move(partition));
      }
    }
    metadata.topics.push_back(std::move(info));
  }
  metadata.topics.insert(metadata.topics.end(), extra_topics.begin(), extra_topics.end());
  // Brokers answer in no particular order.
  std::reverse(metadata.topics.begin(), metadata.topics.end());
  std::reverse(metadata.brokers.begin(), metadata.brokers.end());
  return metadata;
}

std::vector<kafka::LogDirInfo> FakeAdmin::LogDirsOf(BrokerId id) const {
  std::vector<kafka::LogDirInfo> dirs(2);
  for (std::size_t i = 0; i < dirs.size(); ++i) {
    dirs[i].path = "/d" + std::to_string(i + 1);
    dirs[i].total_bytes = 1'000'000;
    dirs[i].usable_bytes = 600'000;
  }
  for (const auto& [name, topic] : topics) {
    for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
      const PartitionState& state = topic.partitions[p];
      if (std::find(state.replicas.begin(), state.replicas.end(), id) == state.replicas.end()) {
        continue;
      }
      kafka::ReplicaLogInfo replica;
      replica.partition = {name, static_cast<std::int32_t>(p)};
      const auto own = state.replica_bytes.find(id);
      replica.size_bytes = own == state.replica_bytes.end() ? state.bytes : own->second;
      dirs[p % 2].replicas.push_back(std::move(replica));
    }
  }
  dirs[0].replicas.insert(dirs[0].replicas.end(), extra_replicas.begin(), extra_replicas.end());
  if (offline_dirs.contains(id)) {
    dirs[1].error = kStorageError;
    dirs[1].replicas.clear();
  }
  return dirs;
}

Result<std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>>> FakeAdmin::DescribeLogDirs(
    const std::vector<BrokerId>& ids, Duration timeout) {
  LW_RETURN_IF_ERROR(Begin("DescribeLogDirs"));
  requests += ids.size() - 1;
  std::map<BrokerId, Result<std::vector<kafka::LogDirInfo>>> answers;
  bool hung = false;
  for (const BrokerId id : ids) {
    if (mute_dirs.contains(id)) {
      answers.emplace(id, Unavailable("closed"));
    } else if (Answers(id)) {
      answers.emplace(id, LogDirsOf(id));
    } else {
      answers.emplace(id, DeadlineExceeded("no answer"));
      hung = true;
    }
  }
  if (hung) clock_.Advance(timeout);
  return answers;
}

Result<std::vector<kafka::OffsetAnswer>> FakeAdmin::ListOffsets(
    const std::vector<kafka::OffsetQuery>& queries, Duration timeout) {
  if (before_offsets) before_offsets();
  LW_RETURN_IF_ERROR(Begin("ListOffsets"));
  std::set<BrokerId> leaders;
  std::vector<kafka::OffsetAnswer> answers;
  for (const kafka::OffsetQuery& query : queries) {
    kafka::OffsetAnswer answer;
    answer.partition = query.partition;
    if (!topics.contains(query.partition.topic)) {
      answer.error = kUnknownTopic;
      answers.push_back(std::move(answer));
      continue;
    }
    const PartitionState& state = At(query.partition.topic, query.partition.partition);
    leaders.insert(state.leader);
    if (!Answers(state.leader)) {
      answer.error = kNotLeader;
    } else if (state.offset_error != 0) {
      answer.error = state.offset_error;
    } else if (query.timestamp >= 0) {
      const auto at = std::ranges::find_if(
          state.times, [&](std::int64_t time) { return time >= query.timestamp; });
      if (at != state.times.end()) {
        answer.offset = state.start + (at - state.times.begin());
        answer.timestamp = *at;
      }
    } else if (query.timestamp == kafka::kEarliestOffset) {
      answer.offset = state.start;
    } else {
      const bool held = query.read_committed && state.stable >= 0;
      answer.offset = held ? state.stable : state.end;
    }
    answers.push_back(std::move(answer));
  }
  requests += leaders.empty() ? 0 : leaders.size() - 1;
  if (std::any_of(leaders.begin(), leaders.end(), [&](BrokerId id) { return !Answers(id); })) {
    clock_.Advance(timeout);
  }
  answers.insert(answers.end(), extra_offsets.begin(), extra_offsets.end());
  std::reverse(answers.begin(), answers.end());
  return answers;
}

Result<kafka::AdminClient::GroupListings> FakeAdmin::ListGroups(Duration timeout) {
  LW_RETURN_IF_ERROR(Begin("ListGroups"));
  requests += brokers.size() - 1;
  GroupListings listings;
  for (const auto& [id, broker] : brokers) {
    if (!broker.fenced && !Answers(id)) listings.unreachable.push_back(id);
  }
  for (const auto& [name, group] : groups) {
    if (group.unlisted || !Answers(group.coordinator)) continue;
    listings.groups.push_back({name, "consumer", group.state, group.type, group.coordinator});
  }
  if (!listings.unreachable.empty()) clock_.Advance(timeout);
  return listings;
}

kafka::GroupDescription FakeAdmin::Describe(const std::string& name) const {
  kafka::GroupDescription description;
  description.name = name;
  const auto group = groups.find(name);
  if (group == groups.end()) {
    description.error = kGroupIdNotFound;
    return description;
  }
  description.coordinator = group->second.coordinator;
  if (!Answers(group->second.coordinator)) {
    description.error = kCoordinatorNotAvailable;
    return description;
  }
  description.type = group->second.type;
  description.state = group->second.state;
  description.protocol_type = "consumer";
  description.members = group->second.members;
  description.assignor = group->second.assignor;
  description.epoch = group->second.epoch;
  return description;
}

Result<std::vector<kafka::GroupDescription>> FakeAdmin::DescribeGroups(
    const std::vector<kafka::GroupListing>& listings, Duration /*timeout*/) {
  LW_RETURN_IF_ERROR(Begin("DescribeGroups"));
  std::vector<kafka::GroupDescription> descriptions;
  for (const kafka::GroupListing& listing : listings) {
    descriptions.push_back(Describe(listing.name));
  }
  return descriptions;
}

Result<std::vector<kafka::GroupOffsets>> FakeAdmin::FetchGroupOffsets(
    const std::vector<std::string>& names, Duration /*timeout*/) {
  LW_RETURN_IF_ERROR(Begin("FetchGroupOffsets"));
  groups_asked = names;
  std::vector<kafka::GroupOffsets> answers;
  for (const std::string& name : names) {
    kafka::GroupOffsets answer;
    answer.group = name;
    const auto group = groups.find(name);
    if (group != groups.end() && !Answers(group->second.coordinator)) {
      answer.error = kCoordinatorNotAvailable;
    } else if (group != groups.end()) {
      for (const auto& [partition, offset] : group->second.commits) {
        const auto failed = group->second.commit_errors.find(partition);
        if (failed == group->second.commit_errors.end()) {
          answer.offsets.push_back({partition, offset, 0});
        } else {
          answer.offsets.push_back({partition, kUnknownCount, failed->second});
        }
      }
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

Result<std::vector<kafka::ShareGroupOffsets>> FakeAdmin::FetchShareOffsets(
    const std::vector<std::string>& names, Duration /*timeout*/) {
  LW_RETURN_IF_ERROR(Begin("FetchShareOffsets"));
  std::vector<kafka::ShareGroupOffsets> answers;
  for (const std::string& name : names) {
    kafka::ShareGroupOffsets answer;
    answer.group = name;
    const auto group = groups.find(name);
    if (group == groups.end()) {
      answer.error = kGroupIdNotFound;
    } else if (!Answers(group->second.coordinator)) {
      answer.error = kCoordinatorNotAvailable;
    } else {
      for (const auto& [partition, start] : group->second.commits) {
        const auto lag = group->second.share_lags.find(partition);
        const bool told = lag != group->second.share_lags.end();
        answer.offsets.push_back({partition, start, told ? lag->second : kUnknownCount, 0});
      }
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

Result<std::vector<kafka::ReassignmentInfo>> FakeAdmin::ListReassignments(
    const std::vector<TopicPartition>& /*partitions*/, Duration /*timeout*/) {
  LW_RETURN_IF_ERROR(Begin("ListReassignments"));
  return reassignments;
}

Result<std::vector<kafka::ConfigAnswer>> FakeAdmin::DescribeConfigs(
    const std::vector<kafka::ConfigQuery>& /*queries*/, Duration /*timeout*/) {
  return Error(ErrorCode::kUnimplemented, "no collector reads configs");
}
Result<std::vector<kafka::PartitionOutcome>> FakeAdmin::AlterReassignments(
    const std::vector<kafka::ReassignmentRequest>& /*requests*/, bool /*allow*/,
    Duration /*timeout*/) {
  calls.push_back("write");
  return Refused();
}
Result<std::vector<kafka::PartitionOutcome>> FakeAdmin::ElectPreferredLeaders(
    const std::vector<TopicPartition>& /*partitions*/, Duration /*timeout*/) {
  calls.push_back("write");
  return Refused();
}
Result<std::vector<kafka::ConfigChangeOutcome>> FakeAdmin::AlterConfigs(
    const std::vector<kafka::ConfigChange>& /*changes*/, Duration /*timeout*/) {
  calls.push_back("write");
  return Refused();
}
Result<std::vector<kafka::TopicOutcome>> FakeAdmin::CreateTopics(
    const std::vector<kafka::NewTopic>& /*topics*/, Duration /*timeout*/) {
  calls.push_back("write");
  return Refused();
}
Result<std::vector<kafka::TopicOutcome>> FakeAdmin::DeleteTopics(
    const std::vector<std::string>& /*topics*/, Duration /*timeout*/) {
  calls.push_back("write");
  return Refused();
}

}  // namespace levelwind::testing
