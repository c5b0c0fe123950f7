#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/routing/coordinators.h"

namespace levelwind::kafka::calls {

namespace {

constexpr std::int16_t kManyGroups = 8;
using ByBroker = std::map<BrokerId, std::vector<std::string>>;
using Found = std::map<std::string, GroupOffsets>;

/// Both generations of the message have topics with partitions with the same members.
template <class Topic>
void TakeTopics(const std::vector<Topic>& topics, GroupOffsets& out) {
  out.offsets.clear();
  std::size_t commits = 0;
  for (const auto& topic : topics) commits += topic.partitions.size();
  out.offsets.reserve(commits);
  for (const auto& topic : topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.committed_offset < 0 && partition.error_code == 0) continue;  // no commit
      const std::int64_t offset =
          partition.committed_offset < 0 ? kUnknownCount : partition.committed_offset;
      out.offsets.push_back(
          {{topic.name, partition.partition_index}, offset, partition.error_code});
    }
  }
}

class OffsetFetcher {
 public:
  OffsetFetcher(Caller& caller, SteadyTime deadline) : caller_(caller), deadline_(deadline) {}

  Result<std::vector<GroupOffsets>> Run(const std::vector<std::string>& groups) {
    LW_RETURN_IF_ERROR(WithCoordinators(
        caller_, groups, deadline_, [&](const ByBroker& by_broker) { return Ask(by_broker); },
        [&](const std::string& group, std::int16_t code) { Failed(group, code); }));
    std::vector<GroupOffsets> result;
    result.reserve(groups.size());
    for (const std::string& group : groups) {
      auto found = found_.extract(group);
      result.push_back(found ? std::move(found.mapped())
                             : GroupOffsets{group, kNetworkException, {}});
    }
    return result;
  }

 private:
  Result<std::vector<std::string>> Ask(const ByBroker& by_broker) {
    again_.clear();
    std::vector<std::pair<BrokerId, OffsetFetchRequest>> requests;
    for (const auto& [broker, names] : by_broker) {
      OffsetFetchRequest request;
      for (const std::string& name : names) {
        request.groups.push_back({.group_id = name, .member_id = {}, .topics = std::nullopt});
      }
      requests.emplace_back(broker, std::move(request));
    }
    ByBroker old_brokers;
    std::vector<ByBroker::const_iterator> asked;
    for (auto at = by_broker.begin(); at != by_broker.end(); ++at) asked.push_back(at);
    caller_.EachBroker(
        std::move(requests), deadline_,
        [&](std::size_t index, const Answer<OffsetFetchResponse>& answer) {
          const auto& [broker, names] = *asked[index];
          if (answer.response.ok()) {
            for (const auto& group : answer.response->groups) {
              Take(group.group_id, group.error_code, group.topics);
            }
          } else if (answer.response.error().code() == ErrorCode::kUnimplemented) {
            old_brokers.emplace(broker, names);
          } else {
            for (const std::string& name : names) Unreachable(name);
          }
        },
        kManyGroups);
    AskOneByOne(old_brokers);
    return again_;
  }

  /// Before Kafka 3.0 a request is about one group.
  void AskOneByOne(const ByBroker& by_broker) {
    std::vector<std::pair<BrokerId, OffsetFetchRequest>> requests;
    std::vector<std::string> order;
    for (const auto& [broker, names] : by_broker) {
      for (const std::string& name : names) {
        OffsetFetchRequest request;
        request.group_id = name;
        request.topics.reset();
        requests.emplace_back(broker, std::move(request));
        order.push_back(name);
      }
    }
    if (requests.empty()) return;
    const auto answers = caller_.Brokers(std::move(requests), deadline_);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& response = answers[i].response;
      if (response.ok()) {
        Take(order[i], response->error_code, response->topics);
      } else {
        Unreachable(order[i]);
      }
    }
  }

  template <class Topic>
  void Take(const std::string& group, std::int16_t code, const std::vector<Topic>& topics) {
    GroupOffsets& offsets = found_[group];
    offsets.group = group;
    offsets.error = code;
    TakeTopics(topics, offsets);
    if (RetryOf(code) != Retry::kFinal) again_.push_back(group);
  }

  void Failed(const std::string& group, std::int16_t code) { found_[group] = {group, code, {}}; }
  void Unreachable(const std::string& group) {
    Failed(group, kNetworkException);
    again_.push_back(group);
  }

  Caller& caller_;
  const SteadyTime deadline_;
  Found found_;
  std::vector<std::string> again_;
};

}  // namespace

Result<std::vector<GroupOffsets>> FetchGroupOffsets(Caller& caller,
                                                    const std::vector<std::string>& groups,
                                                    SteadyTime deadline) {
  return OffsetFetcher(caller, deadline).Run(groups);
}

}  // namespace levelwind::kafka::calls
