#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kafka/calls/admins.h"
#include "kafka/calls/calls.h"
#include "kafka/calls/items.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_log_dirs.h"
#include "kafka/protocol/messages_partitions.h"
#include "kafka/protocol/messages_topics.h"

namespace levelwind::kafka::calls {

namespace {

std::int16_t NotControllerInPartitions(const CreatePartitionsResponse& response) {
  const bool found = std::ranges::any_of(
      response.results, [](const auto& topic) { return topic.error_code == kNotController; });
  return found ? kNotController : std::int16_t{0};
}

Result<std::vector<TopicOutcome>> CreateChunk(Caller& caller, std::span<const MorePartitions> chunk,
                                              bool validate_only, SteadyTime deadline) {
  CreatePartitionsRequest request;
  request.timeout_ms = caller.RemainingMs(deadline);
  request.validate_only = validate_only;
  for (const MorePartitions& from : chunk) {
    std::vector<CreatePartitionsRequest::Topic::Assignment> assignments;
    for (const auto& replicas : from.assignments) assignments.push_back({replicas});
    CreatePartitionsRequest::Topic to{from.topic, from.total, std::nullopt};
    // Null, not empty: the controller chooses.
    if (!assignments.empty()) to.assignments = std::move(assignments);
    request.topics.push_back(std::move(to));
  }
  auto answer = caller.Controller(std::move(request), deadline, &NotControllerInPartitions);
  if (!answer.response.ok()) {
    return WriteError(answer.response.error(), answer.progress, "creating partitions");
  }
  std::vector<TopicOutcome> result;
  for (auto& topic : answer.response->results) {
    result.push_back({std::move(topic.name), topic.error_code,
                      std::move(topic.error_message).value_or(std::string())});
  }
  return result;
}

// ---- DescribeTopics -----------------------------------------------------------------------------

using PageTopic = DescribeTopicPartitionsResponse::Topic;

PartitionDetail Take(PageTopic::Partition&& from) {
  PartitionDetail to;
  to.info = {from.partition_index,
             from.error_code,
             from.leader_id < 0 ? kNoBroker : from.leader_id,
             from.leader_epoch,
             std::move(from.replica_nodes),
             std::move(from.isr_nodes),
             std::move(from.offline_replicas)};
  to.eligible_leaders = std::move(from.eligible_leader_replicas);
  to.last_known_eligible = std::move(from.last_known_elr);
  return to;
}

/// Adds a page's topic to what earlier pages told of it: a topic may be cut by a page's end.
void Add(PageTopic&& from, std::vector<TopicDetail>& to) {
  std::string name = std::move(from.name).value_or(std::string());
  if (to.empty() || to.back().name != name) {
    to.push_back({std::move(name), from.topic_id, from.is_internal, from.error_code, {}});
  }
  for (auto& partition : from.partitions)
    to.back().partitions.push_back(Take(std::move(partition)));
}

/// The cursor must go on, or a broker could keep us here for ever.
bool IsAfter(const DescribeTopicPartitionsResponse::Cursor& next,
             const std::optional<DescribeTopicPartitionsRequest::Cursor>& last) {
  return !last || std::tie(next.topic_name, next.partition_index) >
                      std::tie(last->topic_name, last->partition_index);
}

Result<std::vector<TopicDetail>> DescribePaged(Caller& caller, const std::set<std::string>& names,
                                               SteadyTime deadline) {
  std::vector<TopicDetail> result;
  std::optional<DescribeTopicPartitionsRequest::Cursor> cursor;
  for (;;) {
    DescribeTopicPartitionsRequest request;
    request.cursor = cursor;
    // Topics before the cursor are done; the broker would only skip them.
    auto first = cursor ? names.lower_bound(cursor->topic_name) : names.begin();
    for (; first != names.end(); ++first) request.topics.push_back({*first});
    auto answer = caller.Any(std::move(request), deadline);
    if (!answer.response.ok()) return answer.response.error();
    for (auto& topic : answer.response->topics) Add(std::move(topic), result);
    const auto& next = answer.response->next_cursor;
    if (!next) return result;
    if (!IsAfter(*next, cursor)) {
      return DataLoss(
          fmt::format("the next page is said to begin at {}-{}, which is not after the "
                      "last one",
                      next->topic_name, next->partition_index));
    }
    cursor = {next->topic_name, next->partition_index};
  }
}

/// Kafka before 3.8, or with ZooKeeper: all at once, without eligible leaders.
Result<std::vector<TopicDetail>> DescribeAtOnce(Caller& caller, const std::set<std::string>& names,
                                                SteadyTime deadline) {
  LW_ASSIGN_OR_RETURN(std::vector<TopicInfo> topics,
                      NamedTopics(caller, {names.begin(), names.end()}, deadline));
  std::vector<TopicDetail> result;
  for (TopicInfo& from : topics) {
    TopicDetail& to = result.emplace_back();
    to = {std::move(from.name), from.id, from.internal, from.error, {}};
    for (PartitionInfo& partition : from.partitions) {
      to.partitions.push_back({std::move(partition), std::nullopt, std::nullopt});
    }
  }
  return result;
}

// ---- MoveReplicaDirs ----------------------------------------------------------------------------

/// The moves of one request: indices into the caller's list.
struct DirRequest {
  BrokerId broker = kNoBroker;
  std::vector<std::size_t> moves;
};

std::vector<DirRequest> SplitMoves(const std::vector<ReplicaDirMove>& moves) {
  std::vector<DirRequest> requests;
  std::map<BrokerId, std::size_t> open;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const auto it = open.find(moves[i].broker);
    if (it != open.end() && requests[it->second].moves.size() < kMostPerRequest) {
      requests[it->second].moves.push_back(i);
    } else {
      open[moves[i].broker] = requests.size();
      requests.push_back({moves[i].broker, {i}});
    }
  }
  return requests;
}

AlterReplicaLogDirsRequest RequestFor(const std::vector<ReplicaDirMove>& moves,
                                      const std::vector<std::size_t>& indices) {
  std::map<std::string, std::map<std::string, std::vector<std::int32_t>>> by_path;
  for (const std::size_t i : indices) {
    by_path[moves[i].path][moves[i].partition.topic].push_back(moves[i].partition.partition);
  }
  AlterReplicaLogDirsRequest request;
  for (auto& [path, topics] : by_path) {
    auto& dir = request.dirs.emplace_back();
    dir.path = path;
    for (auto& [name, partitions] : topics) dir.topics.push_back({name, std::move(partitions)});
  }
  return request;
}

void TakeMoves(const Answer<AlterReplicaLogDirsResponse>& answer,
               const std::vector<std::size_t>& indices, std::vector<ReplicaDirOutcome>& out) {
  if (!answer.response.ok()) {
    const Error error =
        WriteError(answer.response.error(), answer.progress, "moving replicas between log dirs");
    for (const std::size_t i : indices) {
      out[i].error = CodeFor(error);
      out[i].error_message = error.message();
    }
    return;
  }
  std::map<TopicPartition, std::int16_t> codes;
  for (const auto& topic : answer.response->results) {
    for (const auto& partition : topic.partitions) {
      codes[{topic.topic_name, partition.partition_index}] = partition.error_code;
    }
  }
  for (const std::size_t i : indices) {
    const auto it = codes.find(out[i].partition);
    out[i].error = it != codes.end() ? it->second : kNetworkException;
    if (it == codes.end()) out[i].error_message = "the broker left it out of its answer";
  }
}

}  // namespace

Result<std::vector<TopicOutcome>> WireTopicAdmin::CreatePartitions(
    const std::vector<MorePartitions>& topics, bool validate_only, Duration timeout) {
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  return InChunks<TopicOutcome>(std::span(topics), [&](std::span<const MorePartitions> chunk) {
    return CreateChunk(caller_, chunk, validate_only, deadline);
  });
}

Result<std::vector<TopicDetail>> WireTopicAdmin::DescribeTopics(
    const std::vector<std::string>& topics, Duration timeout) {
  if (topics.empty()) return std::vector<TopicDetail>();
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  const std::set<std::string> names(topics.begin(), topics.end());
  auto result = DescribePaged(caller_, names, deadline);
  if (!result.ok() && result.error().code() == ErrorCode::kUnimplemented) {
    result = DescribeAtOnce(caller_, names, deadline);
  }
  if (!result.ok()) return result.error().Wrap("describing topics");
  return result;
}

Result<std::vector<ReplicaDirOutcome>> WireTopicAdmin::MoveReplicaDirs(
    const std::vector<ReplicaDirMove>& moves, Duration timeout) {
  if (moves.empty()) return std::vector<ReplicaDirOutcome>();
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  std::vector<ReplicaDirOutcome> result;
  for (const ReplicaDirMove& move : moves) {
    result.push_back({move.partition, move.broker, kNetworkException, {}});
  }
  const std::vector<DirRequest> split = SplitMoves(moves);
  std::vector<std::pair<BrokerId, AlterReplicaLogDirsRequest>> requests;
  for (const DirRequest& one : split) {
    requests.emplace_back(one.broker, RequestFor(moves, one.moves));
  }
  const auto answers = caller_.Brokers(std::move(requests), deadline);
  for (std::size_t i = 0; i < split.size(); ++i) TakeMoves(answers[i], split[i].moves, result);
  // Nobody was asked anything: one reason for all is an error of the call (observe mode, too old).
  if (split.size() == 1 && !answers.front().response.ok()) {
    return WriteError(answers.front().response.error(), answers.front().progress,
                      "moving replicas between log dirs");
  }
  return result;
}

}  // namespace levelwind::kafka::calls
