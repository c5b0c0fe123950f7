#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/calls/items.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_topics.h"

namespace levelwind::kafka::calls {

namespace {

/// The first version in which a broker fills in its defaults for -1.
constexpr std::int16_t kDefaultsVersion = 4;

template <class Topics>
std::int16_t NotControllerAmong(const Topics& topics) {
  const bool found = std::ranges::any_of(
      topics, [](const auto& topic) { return topic.error_code == kNotController; });
  return found ? kNotController : std::int16_t{0};
}
std::int16_t NotControllerInCreate(const CreateTopicsResponse& response) {
  return NotControllerAmong(response.topics);
}
std::int16_t NotControllerInDelete(const DeleteTopicsResponse& response) {
  return NotControllerAmong(response.responses);
}

template <class Topics>
std::vector<TopicOutcome> Take(Topics&& topics) {
  std::vector<TopicOutcome> result;
  result.reserve(topics.size());
  for (auto& topic : topics) {
    result.push_back({std::move(topic.name), topic.error_code,
                      std::move(topic.error_message).value_or(std::string())});
  }
  return result;
}

CreateTopicsRequest::Topic Give(const NewTopic& from) {
  CreateTopicsRequest::Topic to;
  to.name = from.name;
  const bool assigned = !from.assignments.empty();
  to.num_partitions = assigned ? -1 : from.partitions;
  to.replication_factor = assigned ? std::int16_t{-1} : from.replication_factor;
  for (std::size_t i = 0; i < from.assignments.size(); ++i) {
    to.assignments.push_back({static_cast<std::int32_t>(i), from.assignments[i]});
  }
  for (const auto& [key, value] : from.configs) to.configs.push_back({key, value});
  return to;
}

Result<std::vector<TopicOutcome>> CreateChunk(Caller& caller, std::span<const NewTopic> topics,
                                              SteadyTime deadline) {
  CreateTopicsRequest request;
  request.timeout_ms = caller.RemainingMs(deadline);
  bool defaults = false;
  for (const NewTopic& topic : topics) {
    request.topics.push_back(Give(topic));
    defaults = defaults || (topic.assignments.empty() &&
                            (topic.partitions < 0 || topic.replication_factor < 0));
  }
  auto answer = caller.Controller(std::move(request), deadline, &NotControllerInCreate,
                                  defaults ? kDefaultsVersion : CreateTopicsRequest::kInfo.min);
  if (!answer.response.ok()) {
    return WriteError(answer.response.error(), answer.progress, "creating topics");
  }
  return Take(std::move(answer.response->topics));
}

Result<std::vector<TopicOutcome>> DeleteChunk(Caller& caller, std::span<const std::string> topics,
                                              SteadyTime deadline) {
  DeleteTopicsRequest request;
  request.timeout_ms = caller.RemainingMs(deadline);
  request.topic_names.assign(topics.begin(), topics.end());
  auto answer = caller.Controller(std::move(request), deadline, &NotControllerInDelete);
  if (!answer.response.ok()) {
    return WriteError(answer.response.error(), answer.progress, "deleting topics");
  }
  return Take(std::move(answer.response->responses));
}

}  // namespace

Result<std::vector<TopicOutcome>> CreateTopics(Caller& caller, const std::vector<NewTopic>& topics,
                                               SteadyTime deadline) {
  return InChunks<TopicOutcome>(std::span(topics), [&](std::span<const NewTopic> chunk) {
    return CreateChunk(caller, chunk, deadline);
  });
}

Result<std::vector<TopicOutcome>> DeleteTopics(Caller& caller,
                                               const std::vector<std::string>& topics,
                                               SteadyTime deadline) {
  return InChunks<TopicOutcome>(std::span(topics), [&](std::span<const std::string> chunk) {
    return DeleteChunk(caller, chunk, deadline);
  });
}

}  // namespace levelwind::kafka::calls
