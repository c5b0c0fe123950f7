// ListGroups, DescribeGroups, ConsumerGroupDescribe, FindCoordinator, OffsetFetch, OffsetCommit.

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/protocol/consumer_protocol.h"
#include "tests/sim_cluster/sim_world.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kUnknownTopicOrPartition = 3;
constexpr std::int16_t kCoordinatorNotAvailable = 15;
constexpr std::int16_t kNotCoordinator = 16;
constexpr std::int16_t kGroupIdNotFound = 69;

using Group = SimGroups::Group;

std::int16_t CoordinatorCheck(const SimContext& context, const std::string& group) {
  const BrokerId wanted = context.world.groups.CoordinatorOf(group, context.world.state);
  return wanted == context.broker ? std::int16_t{0} : kNotCoordinator;
}

bool Passes(const std::vector<std::string>& filter, const std::string& value) {
  return filter.empty() || std::find(filter.begin(), filter.end(), value) != filter.end();
}

std::map<std::string, std::vector<std::int32_t>> ByTopic(const std::vector<TopicPartition>& list) {
  std::map<std::string, std::vector<std::int32_t>> topics;
  for (const TopicPartition& tp : list) topics[tp.topic].push_back(tp.partition);
  return topics;
}

kafka::ConsumerGroupDescribeResponse::Member Describe(const SimState& state,
                                                      const SimMember& member) {
  kafka::ConsumerGroupDescribeResponse::Member wire;
  wire.member_id = member.id;
  wire.client_id = member.client_id;
  wire.client_host = member.host;
  wire.member_epoch = 1;
  wire.member_type = 1;
  for (const auto& [name, partitions] : ByTopic(member.assigned)) {
    const SimState::Topic* topic = state.FindTopic(name);
    if (topic == nullptr) continue;
    wire.subscribed_topic_names.push_back(name);
    wire.assignment.topic_partitions.push_back({topic->id, name, partitions});
  }
  wire.target_assignment = wire.assignment;
  return wire;
}

// The same answer in both generations of the message.
template <class WireTopic>
std::vector<WireTopic> Commits(
    const SimContext& context, const Group* group,
    const std::optional<std::map<std::string, std::vector<std::int32_t>>>& asked) {
  std::vector<WireTopic> topics;  // Both sources below are in the order of topics.
  const auto add = [&](const TopicPartition& tp, std::int64_t offset) {
    if (topics.empty() || topics.back().name != tp.topic) topics.emplace_back().name = tp.topic;
    auto& wire = topics.back().partitions.emplace_back();
    wire.partition_index = tp.partition;
    wire.committed_offset = offset;
  };
  const auto at = [&](const TopicPartition& tp, const SimGroups::Commit& commit) {
    return std::llround(SimGroups::OffsetNow(commit, tp, context.world.state));
  };
  const auto committed = [&](const TopicPartition& tp) -> std::int64_t {
    if (group == nullptr) return -1;
    const auto found = group->commits.find(tp);
    return found == group->commits.end() ? -1 : at(tp, found->second);
  };
  if (asked) {
    for (const auto& [topic, partitions] : *asked) {
      for (const std::int32_t p : partitions) add({topic, p}, committed({topic, p}));
    }
  } else if (group != nullptr) {
    for (const auto& [tp, commit] : group->commits) add(tp, at(tp, commit));
  }
  return topics;
}

template <class Topics>
std::optional<std::map<std::string, std::vector<std::int32_t>>> Asked(const Topics& topics) {
  if (!topics) return std::nullopt;
  std::map<std::string, std::vector<std::int32_t>> asked;
  for (const auto& topic : *topics) asked[topic.name] = topic.partition_indexes;
  return asked;
}

}  // namespace

kafka::ListGroupsResponse Answer(SimContext& context, const kafka::ListGroupsRequest& request) {
  kafka::ListGroupsResponse response;
  for (const Group* group : context.world.groups.On(context.broker, context.world.state)) {
    const SimGroup& info = group->info;
    if (!Passes(request.states_filter, info.state) || !Passes(request.types_filter, info.type)) {
      continue;
    }
    response.groups.push_back({info.name, info.protocol_type, info.state, info.type});
  }
  return response;
}

kafka::DescribeGroupsResponse Answer(SimContext& context,
                                     const kafka::DescribeGroupsRequest& request) {
  kafka::DescribeGroupsResponse response;
  for (const std::string& name : request.groups) {
    auto& wire = response.groups.emplace_back();
    wire.group_id = name;
    wire.error_code = CoordinatorCheck(context, name);
    if (wire.error_code != 0) continue;
    const Group* group = context.world.groups.Find(name);
    if (group == nullptr || group->info.type != "classic") {
      // The trap of this API: up to v5 it says nothing worse than "Dead".
      wire.group_state = "Dead";
      if (context.version >= 6) {
        wire.error_code = kGroupIdNotFound;
        wire.error_message = "Group " + name + " is not a classic group.";
      }
      continue;
    }
    wire.group_state = group->info.state;
    wire.protocol_type = group->info.protocol_type;
    wire.protocol_data = group->info.members.empty() ? "" : "range";
    for (const SimMember& member : group->info.members) {
      wire.members.push_back({member.id,
                              std::nullopt,
                              member.client_id,
                              member.host,
                              {},
                              kafka::WriteAssignment(member.assigned)});
    }
  }
  return response;
}

kafka::ConsumerGroupDescribeResponse Answer(SimContext& context,
                                            const kafka::ConsumerGroupDescribeRequest& request) {
  kafka::ConsumerGroupDescribeResponse response;
  for (const std::string& name : request.group_ids) {
    auto& wire = response.groups.emplace_back();
    wire.group_id = name;
    wire.error_code = CoordinatorCheck(context, name);
    if (wire.error_code != 0) continue;
    const Group* group = context.world.groups.Find(name);
    if (group == nullptr || group->info.type != "consumer") {
      wire.error_code = kGroupIdNotFound;
      wire.error_message = "Group " + name + " is not a consumer group.";
      continue;
    }
    wire.group_state = group->info.state;
    wire.group_epoch = 1;
    wire.assignment_epoch = 1;
    wire.assignor_name = "uniform";
    for (const SimMember& member : group->info.members) {
      wire.members.push_back(Describe(context.world.state, member));
    }
  }
  return response;
}

kafka::FindCoordinatorResponse Answer(SimContext& context,
                                      const kafka::FindCoordinatorRequest& request) {
  const auto find = [&](const std::string& key) {
    kafka::FindCoordinatorResponse::Coordinator wire;
    wire.key = key;
    wire.node_id = context.world.groups.CoordinatorOf(key, context.world.state);
    if (wire.node_id == kNoBroker) {
      wire.port = -1;
      wire.error_code = kCoordinatorNotAvailable;
      wire.error_message = "The coordinator is not available.";
    } else {
      wire.host = "127.0.0.1";
      wire.port = context.world.ports.at(wire.node_id);
    }
    return wire;
  };
  kafka::FindCoordinatorResponse response;
  if (context.version >= 4) {
    for (const std::string& key : request.coordinator_keys) {
      response.coordinators.push_back(find(key));
    }
    return response;
  }
  const auto one = find(request.key);
  response.error_code = one.error_code;
  response.error_message = one.error_message;
  response.node_id = one.node_id;
  response.host = one.host;
  response.port = one.port;
  return response;
}

kafka::OffsetFetchResponse Answer(SimContext& context, const kafka::OffsetFetchRequest& request) {
  using Response = kafka::OffsetFetchResponse;
  Response response;
  if (context.version < 8) {
    response.error_code = CoordinatorCheck(context, request.group_id);
    if (response.error_code != 0) return response;
    response.topics = Commits<Response::OldTopic>(
        context, context.world.groups.Find(request.group_id), Asked(request.topics));
    return response;
  }
  for (const auto& asked : request.groups) {
    auto& wire = response.groups.emplace_back();
    wire.group_id = asked.group_id;
    wire.error_code = CoordinatorCheck(context, asked.group_id);
    if (wire.error_code != 0) continue;
    // An unknown group has no commits and no error.
    wire.topics = Commits<Response::Topic>(context, context.world.groups.Find(asked.group_id),
                                           Asked(asked.topics));
  }
  return response;
}

kafka::OffsetCommitResponse Answer(SimContext& context, const kafka::OffsetCommitRequest& request) {
  kafka::OffsetCommitResponse response;
  const std::int16_t wrong = CoordinatorCheck(context, request.group_id);
  for (const auto& topic : request.topics) {
    auto& wire = response.topics.emplace_back();
    wire.name = topic.name;
    for (const auto& asked : topic.partitions) {
      const TopicPartition tp{topic.name, asked.partition_index};
      std::int16_t error = wrong;
      if (error == 0 && context.world.state.Find(tp) == nullptr) error = kUnknownTopicOrPartition;
      if (error == 0) {
        context.world.groups.SetCommit(request.group_id,
                                       {tp, static_cast<double>(asked.committed_offset), 0},
                                       context.world.state.now());
      }
      wire.partitions.push_back({asked.partition_index, error});
    }
  }
  return response;
}

}  // namespace levelwind::testing
