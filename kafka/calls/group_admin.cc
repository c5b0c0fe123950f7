#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/admins.h"
#include "kafka/calls/calls.h"
#include "kafka/calls/items.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_group_changes.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/routing/coordinators.h"

namespace levelwind::kafka::calls {

namespace {

using ByBroker = Coordinators::ByBroker;

/// These codes mean that the broker has done nothing, for it is not (or not yet) the coordinator.
bool IsElsewhere(std::int16_t code) {
  return code == kCoordinatorLoading || code == kCoordinatorNotAvailable || code == kNotCoordinator;
}

/// Sends one request about one group to its coordinator. A write is tried again only when it was
/// not carried out for certain; `code_of` finds the response's first code.
template <class Request, class CodeOf>
Result<typename Request::Response> ToCoordinator(Caller& caller, const std::string& group,
                                                 const Request& request, const std::string& what,
                                                 SteadyTime deadline, CodeOf code_of,
                                                 std::int16_t min_version = Request::kInfo.min) {
  using Response = typename Request::Response;
  std::optional<Result<Response>> last;
  const auto ask = [&](const ByBroker& by_broker) -> Result<std::vector<std::string>> {
    if (by_broker.empty()) return std::vector<std::string>();
    std::vector<std::pair<BrokerId, Request>> requests;
    requests.emplace_back(by_broker.begin()->first, request);
    auto answer = std::move(caller.Brokers(std::move(requests), deadline, min_version).front());
    std::vector<std::string> again;
    if (answer.response.ok()) {
      if (IsElsewhere(code_of(*answer.response))) again.push_back(group);
      last.emplace(std::move(answer.response));
    } else {
      const bool unsent =
          answer.progress == Progress::kNotSent && answer.response.error().retriable();
      if (unsent) again.push_back(group);
      last.emplace(WriteError(answer.response.error(), answer.progress, what));
    }
    return again;
  };
  const auto unresolved = [&](const std::string&, std::int16_t code) {
    last.emplace(KafkaError(code, "finding the coordinator of group " + group).Wrap(what));
  };
  LW_RETURN_IF_ERROR(WithCoordinators(caller, {group}, deadline, ask, unresolved));
  if (!last) return DeadlineExceeded("no coordinator was found in time").Wrap(what);
  return *std::move(last);
}

/// The first code among the partitions of a response.
template <class Response>
std::int16_t FirstCode(const Response& response) {
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != 0) return partition.error_code;
    }
  }
  return 0;
}

/// Outcomes in the order of what was asked.
template <class Response, class Item, class PartitionOf>
std::vector<PartitionOutcome> InOrder(const Response& response, std::span<const Item> asked,
                                      PartitionOf partition_of) {
  std::map<TopicPartition, std::int16_t> codes;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      codes[{topic.name, partition.partition_index}] = partition.error_code;
    }
  }
  std::vector<PartitionOutcome> result;
  result.reserve(asked.size());
  for (const Item& item : asked) {
    const auto it = codes.find(partition_of(item));
    if (it != codes.end()) {
      result.push_back({partition_of(item), it->second, {}});
    } else {
      result.push_back({partition_of(item), kNetworkException, "the coordinator left it out"});
    }
  }
  return result;
}

Result<std::vector<PartitionOutcome>> CommitChunk(Caller& caller, const std::string& group,
                                                  std::span<const OffsetReset> chunk,
                                                  SteadyTime deadline) {
  OffsetCommitRequest request;
  request.group_id = group;
  std::map<std::string, std::size_t> at;
  for (const OffsetReset& reset : chunk) {
    OffsetCommitRequest::Partition partition;
    partition.partition_index = reset.partition.partition;
    partition.committed_offset = reset.offset;
    partition.committed_metadata = reset.metadata;
    AddTo(request.topics, at, reset.partition.topic, &OffsetCommitRequest::Topic::partitions,
          std::move(partition));
  }
  LW_ASSIGN_OR_RETURN(const OffsetCommitResponse response,
                      ToCoordinator(caller, group, request, "committing offsets of group " + group,
                                    deadline, &FirstCode<OffsetCommitResponse>));
  return InOrder(response, chunk, [](const OffsetReset& reset) { return reset.partition; });
}

Result<std::vector<PartitionOutcome>> DeleteOffsetsChunk(Caller& caller, const std::string& group,
                                                         std::span<const TopicPartition> chunk,
                                                         SteadyTime deadline) {
  const std::string what = "deleting offsets of group " + group;
  OffsetDeleteRequest request;
  request.group_id = group;
  std::map<std::string, std::size_t> at;
  for (const TopicPartition& tp : chunk) {
    AddTo(request.topics, at, tp.topic, &OffsetDeleteRequest::Topic::partitions,
          OffsetDeleteRequest::Topic::Partition{tp.partition});
  }
  LW_ASSIGN_OR_RETURN(
      const OffsetDeleteResponse response,
      ToCoordinator(caller, group, request, what, deadline, &calls::CodeOf<OffsetDeleteResponse>));
  if (response.error_code != 0) return KafkaError(response.error_code, what);
  return InOrder(response, chunk, [](const TopicPartition& tp) { return tp; });
}

Result<std::vector<MemberOutcome>> RemoveChunk(Caller& caller, const std::string& group,
                                               std::span<const MemberToRemove> chunk,
                                               const std::string& reason, SteadyTime deadline) {
  const std::string what = "removing members of group " + group;
  LeaveGroupRequest request;
  request.group_id = group;
  for (const MemberToRemove& member : chunk) {
    request.members.push_back({member.member_id, member.instance_id, reason});
  }
  LW_ASSIGN_OR_RETURN(
      LeaveGroupResponse response,
      ToCoordinator(caller, group, request, what, deadline, &calls::CodeOf<LeaveGroupResponse>));
  if (response.error_code != 0) return KafkaError(response.error_code, what);
  std::vector<MemberOutcome> result;
  for (auto& member : response.members) {
    result.push_back(
        {std::move(member.member_id), std::move(member.group_instance_id), member.error_code});
  }
  return result;
}

/// Groups of several coordinators: `ask` sends and returns those to ask again.
class GroupDeletion {
 public:
  GroupDeletion(Caller& caller, SteadyTime deadline) : caller_(caller), deadline_(deadline) {}

  Result<std::vector<GroupOutcome>> Run(const std::vector<std::string>& groups) {
    LW_RETURN_IF_ERROR(WithCoordinators(
        caller_, groups, deadline_, [&](const ByBroker& by_broker) { return Ask(by_broker); },
        [&](const std::string& group, std::int16_t code) { found_[group] = code; }));
    std::vector<GroupOutcome> result;
    result.reserve(groups.size());
    for (const std::string& group : groups) {
      result.push_back({group, found_.try_emplace(group, kNetworkException).first->second});
    }
    return result;
  }

 private:
  Result<std::vector<std::string>> Ask(const ByBroker& by_broker) {
    std::vector<std::pair<BrokerId, DeleteGroupsRequest>> requests;
    for (const auto& [broker, names] : by_broker) {
      for (std::size_t first = 0; first < names.size(); first += kMostPerRequest) {
        const auto part =
            std::span(names).subspan(first, std::min(kMostPerRequest, names.size() - first));
        requests.push_back({broker, {{part.begin(), part.end()}}});
      }
    }
    std::vector<std::vector<std::string>> asked;
    for (const auto& [broker, request] : requests) asked.push_back(request.groups_names);
    const auto answers = caller_.Brokers(std::move(requests), deadline_);
    std::vector<std::string> again;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto& answer = answers[i];
      if (answer.response.ok()) {
        for (const auto& one : answer.response->results) {
          found_[one.group_id] = one.error_code;
          if (IsElsewhere(one.error_code)) again.push_back(one.group_id);
        }
        continue;
      }
      const Error& error = answer.response.error();
      if (error.code() == ErrorCode::kPermissionDenied) return error.Wrap("deleting groups");
      for (const std::string& name : asked[i]) found_[name] = CodeFor(error);
      if (answer.progress == Progress::kNotSent && error.retriable()) {
        again.insert(again.end(), asked[i].begin(), asked[i].end());
      }
    }
    return again;
  }

  Caller& caller_;
  const SteadyTime deadline_;
  std::map<std::string, std::int16_t> found_;
};

}  // namespace

Result<std::vector<PartitionOutcome>> WireGroupAdmin::CommitOffsets(
    const std::string& group, const std::vector<OffsetReset>& resets, Duration timeout) {
  for (const OffsetReset& reset : resets) {
    if (reset.offset >= 0) continue;
    return InvalidArgument(fmt::format("offset {} for {}-{} is below 0; DeleteOffsets forgets one",
                                       reset.offset, reset.partition.topic,
                                       reset.partition.partition));
  }
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  return InChunks<PartitionOutcome>(std::span(resets), [&](std::span<const OffsetReset> chunk) {
    return CommitChunk(caller_, group, chunk, deadline);
  });
}

Result<std::vector<PartitionOutcome>> WireGroupAdmin::DeleteOffsets(
    const std::string& group, const std::vector<TopicPartition>& partitions, Duration timeout) {
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  return InChunks<PartitionOutcome>(std::span(partitions),
                                    [&](std::span<const TopicPartition> chunk) {
                                      return DeleteOffsetsChunk(caller_, group, chunk, deadline);
                                    });
}

Result<std::vector<GroupOutcome>> WireGroupAdmin::DeleteGroups(
    const std::vector<std::string>& groups, Duration timeout) {
  return GroupDeletion(caller_, caller_.DeadlineIn(timeout)).Run(groups);
}

Result<std::vector<MemberOutcome>> WireGroupAdmin::RemoveMembers(
    const std::string& group, const std::vector<MemberToRemove>& members, const std::string& reason,
    Duration timeout) {
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  return InChunks<MemberOutcome>(std::span(members), [&](std::span<const MemberToRemove> chunk) {
    return RemoveChunk(caller_, group, chunk, reason, deadline);
  });
}

}  // namespace levelwind::kafka::calls
