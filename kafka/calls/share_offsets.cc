#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_share_groups.h"
#include "kafka/routing/coordinators.h"

namespace levelwind::kafka::calls {

namespace {

using ByBroker = Coordinators::ByBroker;

ShareGroupOffsets Take(const DescribeShareGroupOffsetsResponse::Group& from) {
  ShareGroupOffsets to;
  to.group = from.group_id;
  to.error = from.error_code;
  to.error_message = from.error_message.value_or(std::string());
  for (const auto& topic : from.topics) {
    for (const auto& one : topic.partitions) {
      to.offsets.push_back({{topic.topic_name, one.partition_index},
                            one.start_offset < 0 ? kUnknownCount : one.start_offset,
                            one.lag < 0 ? kUnknownCount : one.lag,
                            one.error_code});
    }
  }
  return to;
}

/// One round over the coordinators of share groups.
Result<std::vector<std::string>> AskShareOffsets(Caller& caller, const ByBroker& by_broker,
                                                 SteadyTime deadline,
                                                 std::map<std::string, ShareGroupOffsets>& found) {
  std::vector<std::pair<BrokerId, DescribeShareGroupOffsetsRequest>> requests;
  for (const auto& [broker, names] : by_broker) {
    DescribeShareGroupOffsetsRequest request;
    for (const std::string& name : names) request.groups.push_back({name, std::nullopt});
    requests.emplace_back(broker, std::move(request));
  }
  const auto answers = caller.Brokers(std::move(requests), deadline);
  std::vector<std::string> again;
  std::size_t next = 0;
  for (const auto& [broker, names] : by_broker) {
    const auto& response = answers[next++].response;
    if (response.ok()) {
      for (const auto& group : response->groups) {
        found[group.group_id] = Take(group);
        if (RetryOf(group.error_code) != Retry::kFinal) again.push_back(group.group_id);
      }
    } else if (response.error().code() == ErrorCode::kUnimplemented) {
      return response.error().Wrap("reading offsets of share groups");
    } else {
      for (const std::string& name : names) {
        found[name] = {name, kNetworkException, response.error().message(), {}};
      }
      again.insert(again.end(), names.begin(), names.end());
    }
  }
  return again;
}

}  // namespace

Result<std::vector<ShareGroupOffsets>> FetchShareOffsets(Caller& caller,
                                                         const std::vector<std::string>& groups,
                                                         SteadyTime deadline) {
  std::map<std::string, ShareGroupOffsets> found;
  LW_RETURN_IF_ERROR(WithCoordinators(
      caller, groups, deadline,
      [&](const ByBroker& by_broker) {
        return AskShareOffsets(caller, by_broker, deadline, found);
      },
      [&](const std::string& group, std::int16_t code) {
        found[group] = {group, code, "no coordinator was found", {}};
      }));
  std::vector<ShareGroupOffsets> result;
  result.reserve(groups.size());
  for (const std::string& group : groups) {
    const auto it = found.find(group);
    result.push_back(it != found.end()
                         ? it->second
                         : ShareGroupOffsets{group, kNetworkException, "no answer came", {}});
  }
  return result;
}

}  // namespace levelwind::kafka::calls
