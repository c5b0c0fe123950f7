#include "kafka/routing/coordinators.h"

#include <cstddef>
#include <utility>

#include "kafka/errors.h"
#include "kafka/protocol/messages_groups.h"

namespace levelwind::kafka {

namespace {

constexpr std::int16_t kManyKeys = 4;

void Take(Caller& caller, CoordinatorKind kind, const std::string& group, std::int16_t code,
          BrokerId broker, Coordinators& found) {
  if (code != 0) {
    found.errors[group] = code;
    return;
  }
  caller.router().SetCoordinator(group, broker, kind);
  found.groups[broker].push_back(group);
}

/// Before Kafka 3.0 a request asks for one group.
Status FindOneByOne(Caller& caller, CoordinatorKind kind, const std::vector<std::string>& groups,
                    SteadyTime deadline, Coordinators& found) {
  if (!caller.router().knows_cluster()) LW_RETURN_IF_ERROR(caller.Refresh({}, deadline));
  const std::vector<BrokerId> brokers = caller.router().Brokers();
  if (brokers.empty()) return Unavailable("the cluster names no live broker");
  std::vector<std::pair<BrokerId, FindCoordinatorRequest>> requests;
  requests.reserve(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    FindCoordinatorRequest request;
    request.key = groups[i];
    request.key_type = static_cast<std::int8_t>(kind);
    requests.emplace_back(brokers[i % brokers.size()], std::move(request));
  }
  const auto answers = caller.Brokers(std::move(requests), deadline);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& response = answers[i].response;
    if (response.ok()) {
      Take(caller, kind, groups[i], response->error_code, response->node_id, found);
    } else {
      found.errors[groups[i]] = kNetworkException;
    }
  }
  return Ok();
}

}  // namespace

Result<Coordinators> FindCoordinators(Caller& caller, const std::vector<std::string>& groups,
                                      SteadyTime deadline, CoordinatorKind kind) {
  Coordinators found;
  FindCoordinatorRequest request;
  request.key_type = static_cast<std::int8_t>(kind);
  for (const std::string& group : groups) {
    if (const auto broker = caller.router().CoordinatorOf(group, kind)) {
      found.groups[*broker].push_back(group);
    } else {
      request.coordinator_keys.push_back(group);
    }
  }
  if (request.coordinator_keys.empty()) return found;
  const std::vector<std::string> wanted = request.coordinator_keys;
  const auto answer = caller.Any(std::move(request), deadline, kManyKeys);
  if (!answer.response.ok()) {
    const Error& error = answer.response.error();
    if (error.code() != ErrorCode::kUnimplemented) return error.Wrap("finding coordinators");
    LW_RETURN_IF_ERROR(FindOneByOne(caller, kind, wanted, deadline, found));
    return found;
  }
  for (const auto& one : answer.response->coordinators) {
    Take(caller, kind, one.key, one.error_code, one.node_id, found);
  }
  return found;
}

}  // namespace levelwind::kafka
