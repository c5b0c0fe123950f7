#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/errors.h"
#include "kafka/protocol/consumer_protocol.h"
#include "kafka/protocol/messages_groups.h"
#include "kafka/protocol/messages_share_groups.h"
#include "kafka/protocol/messages_streams_groups.h"
#include "kafka/protocol/reader.h"
#include "kafka/routing/coordinators.h"

namespace levelwind::kafka::calls {

namespace {

constexpr std::string_view kClassic = "classic";
constexpr std::string_view kConsumer = "consumer";
constexpr std::string_view kShare = "share";
constexpr std::string_view kStreams = "streams";

// Two hundred thousand partitions with names of usual length; one answer describes a hundred
// groups.
constexpr std::size_t kMostAssignedBytes = std::size_t{32} << 20;

/// Counts what the members of the groups of one answer are assigned: each partition is a few bytes
/// on the wire and takes a copy of the topic's name here.
class AssignedMemory {
 public:
  /// Whether the answer may still have so many more partitions of the topic.
  bool Take(std::string_view topic, std::size_t partitions) {
    const std::size_t each = sizeof(TopicPartition) + HeapBytes(topic.size());
    if (std::cmp_greater(topic.size(), kLongestTopic) || partitions > left_ / each) {
      exceeded_ = true;
      return false;
    }
    left_ -= partitions * each;
    return true;
  }
  bool exceeded() const { return exceeded_; }

 private:
  std::size_t left_ = kMostAssignedBytes;
  bool exceeded_ = false;
};

/// The assignment of a classic consumer; none where it would take too much memory.
std::vector<TopicPartition> ClassicAssignment(const Bytes& blob, AssignedMemory& memory) {
  std::vector<TopicPartition> assigned = ReadAssignment(blob.data);
  for (const TopicPartition& partition : assigned) {
    if (!memory.Take(partition.topic, 1)) return {};
  }
  return assigned;
}

GroupDescription Take(BrokerId coordinator, DescribeGroupsResponse::Group&& from,
                      AssignedMemory& memory) {
  GroupDescription to;
  to.name = std::move(from.group_id);
  to.type = kClassic;
  to.state = std::move(from.group_state);
  to.protocol_type = std::move(from.protocol_type);
  to.coordinator = coordinator;
  to.error = from.error_code;
  to.error_message = std::move(from.error_message).value_or(std::string());
  const bool consumers = to.protocol_type == kConsumer;
  if (consumers) to.assignor = std::move(from.protocol_data);
  for (auto& member : from.members) {
    to.members.push_back({std::move(member.member_id), std::move(member.client_id),
                          std::move(member.client_host),
                          consumers ? ClassicAssignment(member.member_assignment, memory)
                                    : std::vector<TopicPartition>(),
                          std::move(member.group_instance_id).value_or(std::string())});
  }
  return to;
}

/// Share groups have no static members.
template <class Member>
std::string InstanceOf(const Member& member) {
  if constexpr (requires { member.instance_id; }) {
    return member.instance_id.value_or(std::string());
  } else {
    return {};
  }
}

const std::string& NameOf(const std::string& assignor) { return assignor; }
std::string NameOf(const std::optional<std::string>& assignor) {
  return assignor.value_or(std::string());
}

/// What the answers of all newer kinds of groups have in common.
template <class Group>
GroupDescription TakeCommon(BrokerId coordinator, std::string_view type, Group& from) {
  GroupDescription to;
  to.name = std::move(from.group_id);
  to.type = type;
  to.state = std::move(from.group_state);
  to.protocol_type = type;
  to.coordinator = coordinator;
  to.error = from.error_code;
  to.error_message = std::move(from.error_message).value_or(std::string());
  for (auto& member : from.members) {
    to.members.push_back({std::move(member.member_id),
                          std::move(member.client_id),
                          std::move(member.client_host),
                          {},
                          InstanceOf(member)});
  }
  to.epoch = from.group_epoch;
  to.assignor = NameOf(from.assignor_name);
  return to;
}

/// For consumer and share groups, whose members are assigned partitions.
template <class Group>
GroupDescription TakeWithPartitions(BrokerId coordinator, std::string_view type, Group& from,
                                    AssignedMemory& memory) {
  GroupDescription to = TakeCommon(coordinator, type, from);
  for (std::size_t i = 0; i < from.members.size(); ++i) {
    for (const auto& topic : from.members[i].assignment.topic_partitions) {
      if (!memory.Take(topic.topic_name, topic.partitions.size())) break;
      for (const std::int32_t number : topic.partitions) {
        to.members[i].assigned.push_back({topic.topic_name, number});
      }
    }
  }
  return to;
}

GroupDescription Take(BrokerId coordinator, ConsumerGroupDescribeResponse::Group&& from,
                      AssignedMemory& memory) {
  return TakeWithPartitions(coordinator, kConsumer, from, memory);
}

GroupDescription Take(BrokerId coordinator, ShareGroupDescribeResponse::Group&& from,
                      AssignedMemory& memory) {
  return TakeWithPartitions(coordinator, kShare, from, memory);
}

using StreamsGroup = StreamsGroupDescribeResponse::Group;

/// The topics that the tasks of each part of a topology read: a task of partition 3 reads partition
/// 3 of each of them.
std::map<std::string, std::vector<std::string>> InputsOf(const StreamsGroup& group) {
  std::map<std::string, std::vector<std::string>> inputs;
  if (!group.topology || !group.topology->subtopologies) return inputs;
  for (const auto& part : *group.topology->subtopologies) {
    std::vector<std::string>& topics = inputs[part.subtopology_id];
    topics = part.source_topics;
    for (const auto& topic : part.repartition_source_topics) topics.push_back(topic.name);
  }
  return inputs;
}

/// Streams groups assign tasks; only active ones consume.
GroupDescription Take(BrokerId coordinator, StreamsGroup&& from, AssignedMemory& memory) {
  GroupDescription to = TakeCommon(coordinator, kStreams, from);
  const auto inputs = InputsOf(from);
  for (std::size_t i = 0; i < from.members.size(); ++i) {
    for (const auto& tasks : from.members[i].assignment.active_tasks) {
      const auto topics = inputs.find(tasks.subtopology_id);
      if (topics == inputs.end()) continue;
      for (const std::string& topic : topics->second) {
        if (!memory.Take(topic, tasks.partitions.size())) break;
        for (const std::int32_t number : tasks.partitions) {
          to.members[i].assigned.push_back({topic, number});
        }
      }
    }
  }
  return to;
}

std::string TooMuchAssigned(BrokerId broker) {
  return fmt::format(
      "broker {} assigns its members partitions of more than {} MiB in one answer, or of topics "
      "whose names are too long: not believed",
      broker, kMostAssignedBytes >> 20);
}

using Descriptions = std::map<std::string, GroupDescription>;
using ByBroker = std::map<BrokerId, std::vector<std::string>>;

DescribeGroupsRequest RequestFor(DescribeGroupsRequest request, std::vector<std::string> groups) {
  request.groups = std::move(groups);
  return request;
}
/// ConsumerGroupDescribe, ShareGroupDescribe and StreamsGroupDescribe.
template <class Request>
Request RequestFor(Request request, std::vector<std::string> groups) {
  request.group_ids = std::move(groups);
  return request;
}

void Failed(const std::string& group, BrokerId coordinator, std::int16_t code, std::string message,
            Descriptions& out) {
  GroupDescription& description = out[group];
  description.name = group;
  description.coordinator = coordinator;
  description.error = code;
  description.error_message = std::move(message);
}

/// Describes groups of one kind, which the Request tells.
template <class Request>
Status DescribeKind(Caller& caller, std::vector<std::string> groups, SteadyTime deadline,
                    Descriptions& out) {
  const auto ask = [&](const ByBroker& by_broker) -> Result<std::vector<std::string>> {
    std::vector<std::pair<BrokerId, Request>> requests;
    for (const auto& [broker, names] : by_broker) {
      requests.emplace_back(broker, RequestFor(Request(), names));
    }
    std::vector<std::string> again;
    std::vector<ByBroker::const_iterator> asked;
    for (auto at = by_broker.begin(); at != by_broker.end(); ++at) asked.push_back(at);
    caller.EachBroker(std::move(requests), deadline, [&](std::size_t index, auto answer) {
      const auto& [broker, names] = *asked[index];
      if (!answer.response.ok()) {
        const Error& error = answer.response.error();
        const bool old = error.code() == ErrorCode::kUnimplemented;
        for (const std::string& name : names) {
          Failed(name, broker, old ? kUnsupportedVersion : kNetworkException, error.message(), out);
          if (!old) again.push_back(name);
        }
        return;
      }
      AssignedMemory memory;
      for (auto& group : answer.response->groups) {
        if (RetryOf(group.error_code) != Retry::kFinal) again.push_back(group.group_id);
        GroupDescription description = Take(broker, std::move(group), memory);
        if (memory.exceeded()) {
          Failed(description.name, broker, kUnknownServerError, TooMuchAssigned(broker), out);
          continue;
        }
        out.insert_or_assign(description.name, std::move(description));
      }
    });
    return again;
  };
  return WithCoordinators(caller, std::move(groups), deadline, ask,
                          [&](const std::string& group, std::int16_t code) {
                            Failed(group, kNoBroker, code, "no coordinator was found", out);
                          });
}

/// A classic describe of a group that is not classic says "Dead" (up to v5) or 69 (v6).
bool MayBeOtherKind(const GroupDescription& description) {
  return description.error == kGroupIdNotFound ||
         (description.error == 0 && description.state == "Dead");
}

/// Brokers before 3.8 do not list a group's type, those from 3.7 on may have KIP-848 groups.
Status DescribeUntyped(Caller& caller, const std::vector<std::string>& groups, SteadyTime deadline,
                       Descriptions& out) {
  LW_RETURN_IF_ERROR(DescribeKind<DescribeGroupsRequest>(caller, groups, deadline, out));
  std::vector<std::string> others;
  for (const std::string& group : groups) {
    if (MayBeOtherKind(out[group])) others.push_back(group);
  }
  if (others.empty()) return Ok();
  Descriptions second;
  LW_RETURN_IF_ERROR(
      DescribeKind<ConsumerGroupDescribeRequest>(caller, std::move(others), deadline, second));
  for (auto& [name, description] : second) {
    if (description.error == 0) out.insert_or_assign(name, std::move(description));
  }
  return Ok();
}

}  // namespace

Result<std::vector<GroupDescription>> DescribeGroups(Caller& caller,
                                                     const std::vector<GroupListing>& groups,
                                                     SteadyTime deadline) {
  std::map<std::string_view, std::vector<std::string>> kinds;
  Descriptions found;
  for (const GroupListing& group : groups) {
    if (group.coordinator != kNoBroker) {
      caller.router().SetCoordinator(group.name, group.coordinator);
    }
    const bool known = group.type.empty() || group.type == kClassic || group.type == kConsumer ||
                       group.type == kShare || group.type == kStreams;
    if (known) {
      kinds[group.type].push_back(group.name);
    } else {
      Failed(group.name, group.coordinator, kUnsupportedVersion,
             fmt::format("groups of type {} are listed, but not described", group.type), found);
      found[group.name].state = group.state;
    }
  }
  LW_RETURN_IF_ERROR(DescribeKind<DescribeGroupsRequest>(caller, kinds[kClassic], deadline, found));
  LW_RETURN_IF_ERROR(
      DescribeKind<ConsumerGroupDescribeRequest>(caller, kinds[kConsumer], deadline, found));
  LW_RETURN_IF_ERROR(
      DescribeKind<ShareGroupDescribeRequest>(caller, kinds[kShare], deadline, found));
  LW_RETURN_IF_ERROR(
      DescribeKind<StreamsGroupDescribeRequest>(caller, kinds[kStreams], deadline, found));
  LW_RETURN_IF_ERROR(DescribeUntyped(caller, kinds[""], deadline, found));
  std::vector<GroupDescription> result;
  result.reserve(groups.size());
  for (const GroupListing& group : groups) {
    GroupDescription& description = found[group.name];
    if (description.name.empty()) {
      Failed(group.name, group.coordinator, kNetworkException, "the coordinator left it out",
             found);
    }
    if (!group.type.empty()) description.type = group.type;
    if (description.protocol_type.empty()) description.protocol_type = group.protocol_type;
    result.push_back(std::move(description));
  }
  return result;
}

}  // namespace levelwind::kafka::calls
