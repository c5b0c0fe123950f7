#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/protocol/messages_replicas.h"

namespace levelwind::kafka::calls {

namespace {

LogDirInfo Take(DescribeLogDirsResponse::LogDir&& from) {
  LogDirInfo to;
  to.path = std::move(from.log_dir);
  to.error = from.error_code;
  to.total_bytes = from.total_bytes < 0 ? kUnknownCount : from.total_bytes;
  to.usable_bytes = from.usable_bytes < 0 ? kUnknownCount : from.usable_bytes;
  std::size_t replicas = 0;
  for (const auto& topic : from.topics) replicas += topic.partitions.size();
  to.replicas.reserve(replicas);
  for (const auto& topic : from.topics) {
    for (const auto& partition : topic.partitions) {
      to.replicas.push_back({{topic.name, partition.partition_index},
                             partition.partition_size,
                             partition.offset_lag,
                             partition.is_future_key});
    }
  }
  return to;
}

Result<std::vector<LogDirInfo>> Take(BrokerId broker, Answer<DescribeLogDirsResponse>&& answer) {
  if (!answer.response.ok()) return answer.response.error();
  DescribeLogDirsResponse& response = *answer.response;
  if (response.error_code != 0) {
    return KafkaError(response.error_code, fmt::format("log dirs of broker {}", broker));
  }
  std::vector<LogDirInfo> dirs;
  dirs.reserve(response.results.size());
  for (auto& dir : response.results) dirs.push_back(Take(std::move(dir)));
  return dirs;
}

}  // namespace

Status VisitLogDirs(Caller& caller, const std::vector<BrokerId>& brokers, SteadyTime deadline,
                    const AdminClient::LogDirVisitor& visit) {
  if (!caller.router().knows_cluster()) LW_RETURN_IF_ERROR(caller.Refresh({}, deadline));
  DescribeLogDirsRequest request;
  request.topics.reset();  // all
  std::vector<std::pair<BrokerId, DescribeLogDirsRequest>> requests;
  requests.reserve(brokers.size());
  for (const BrokerId broker : brokers) requests.emplace_back(broker, request);
  caller.EachBroker(std::move(requests), deadline, [&](std::size_t index, auto answer) {
    visit(brokers[index], Take(brokers[index], std::move(answer)));
  });
  return Ok();
}

Result<std::map<BrokerId, Result<std::vector<LogDirInfo>>>> DescribeLogDirs(
    Caller& caller, const std::vector<BrokerId>& brokers, SteadyTime deadline) {
  std::map<BrokerId, Result<std::vector<LogDirInfo>>> result;
  LW_RETURN_IF_ERROR(VisitLogDirs(caller, brokers, deadline, [&](BrokerId broker, auto dirs) {
    result.emplace(broker, std::move(dirs));
  }));
  return result;
}

}  // namespace levelwind::kafka::calls
