#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/admins.h"
#include "kafka/calls/items.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_transactions.h"
#include "kafka/routing/coordinators.h"
#include "kafka/routing/leaders.h"

namespace levelwind::kafka::calls {

namespace {

constexpr int kRounds = 4;
/// The first version of ListTransactions that can ask for long ones only.
constexpr std::int16_t kDurationVersion = 1;

PartitionProducers Take(const std::string& topic,
                        DescribeProducersResponse::Topic::Partition&& from) {
  PartitionProducers to;
  to.partition = {topic, from.partition_index};
  to.error = from.error_code;
  to.error_message = std::move(from.error_message).value_or(std::string());
  for (const auto& one : from.active_producers) {
    to.producers.push_back({one.producer_id, one.producer_epoch, one.last_sequence,
                            one.last_timestamp, one.coordinator_epoch,
                            one.current_txn_start_offset});
  }
  return to;
}

using Found = std::map<TopicPartition, PartitionProducers>;

/// Asks the leaders of `partitions`; returns those that must be asked again.
Result<std::vector<TopicPartition>> AskLeaders(Caller& caller, const LeaderSplit& split,
                                               SteadyTime deadline, Found& found) {
  std::vector<std::pair<BrokerId, DescribeProducersRequest>> requests;
  for (const auto& [leader, partitions] : split.by_leader) {
    DescribeProducersRequest request;
    std::map<std::string, std::size_t> at;
    for (const TopicPartition& tp : partitions) {
      AddTo(request.topics, at, tp.topic, &DescribeProducersRequest::Topic::partition_indexes,
            tp.partition);
    }
    requests.emplace_back(leader, std::move(request));
  }
  auto answers = caller.Brokers(std::move(requests), deadline);
  std::vector<TopicPartition> again;
  std::size_t next = 0;
  for (const auto& [leader, partitions] : split.by_leader) {
    auto& response = answers[next++].response;
    if (!response.ok()) {
      if (response.error().code() == ErrorCode::kUnimplemented) return response.error();
      for (const TopicPartition& tp : partitions) {
        found[tp] = {tp, kNetworkException, response.error().message(), {}};
        again.push_back(tp);
      }
      continue;
    }
    for (auto& topic : response->topics) {
      for (auto& partition : topic.partitions) {
        PartitionProducers one = Take(topic.name, std::move(partition));
        if (RetryOf(one.error) != Retry::kFinal) again.push_back(one.partition);
        found.insert_or_assign(one.partition, std::move(one));
      }
    }
  }
  return again;
}

TransactionDescription Take(BrokerId coordinator,
                            DescribeTransactionsResponse::TransactionState&& from) {
  TransactionDescription to;
  to.id = std::move(from.transactional_id);
  to.error = from.error_code;
  to.coordinator = coordinator;
  to.state = std::move(from.transaction_state);
  to.timeout_ms = from.transaction_timeout_ms;
  to.start_ms = from.transaction_start_time_ms;
  to.producer_id = from.producer_id;
  to.producer_epoch = from.producer_epoch;
  for (const auto& topic : from.topics) {
    for (const std::int32_t number : topic.partitions)
      to.partitions.push_back({topic.topic, number});
  }
  return to;
}

}  // namespace

Result<std::vector<PartitionProducers>> WireTransactionAdmin::DescribeProducers(
    const std::vector<TopicPartition>& partitions, Duration timeout) {
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  Found found;
  std::vector<TopicPartition> pending = partitions;
  for (int round = 0; !pending.empty() && round < kRounds; ++round) {
    if (round > 0 && !caller_.BackOff(round - 1, deadline)) break;
    LW_ASSIGN_OR_RETURN(const LeaderSplit split, SplitByLeader(caller_, pending, deadline));
    for (const auto& [tp, code] : split.without) found[tp] = {tp, code, {}, {}};
    LW_ASSIGN_OR_RETURN(pending, AskLeaders(caller_, split, deadline, found));
    for (const TopicPartition& tp : pending) caller_.router().ForgetTopic(tp.topic);
  }
  std::vector<PartitionProducers> result;
  result.reserve(partitions.size());
  for (const TopicPartition& tp : partitions) {
    const auto it = found.find(tp);
    result.push_back(it != found.end() ? it->second
                                       : PartitionProducers{tp, kNetworkException, {}, {}});
  }
  return result;
}

Result<TransactionListings> WireTransactionAdmin::ListTransactions(const TransactionFilter& filter,
                                                                   Duration timeout) {
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  if (!caller_.router().knows_cluster()) LW_RETURN_IF_ERROR(caller_.Refresh({}, deadline));
  ListTransactionsRequest request;
  request.state_filters = filter.states;
  request.producer_id_filters = filter.producer_ids;
  request.duration_filter = filter.min_duration_ms;
  TransactionListings listings;
  std::vector<BrokerId> brokers = caller_.router().Brokers();
  for (int round = 0; !brokers.empty() && round < kRounds; ++round) {
    if (round > 0 && !caller_.BackOff(round - 1, deadline)) break;
    std::vector<std::pair<BrokerId, ListTransactionsRequest>> requests;
    for (const BrokerId broker : brokers) requests.emplace_back(broker, request);
    auto answers = caller_.Brokers(
        std::move(requests), deadline,
        filter.min_duration_ms >= 0 ? kDurationVersion : ListTransactionsRequest::kInfo.min);
    std::vector<BrokerId> again;
    for (std::size_t i = 0; i < brokers.size(); ++i) {
      auto& response = answers[i].response;
      if (!response.ok() && response.error().code() == ErrorCode::kUnimplemented) {
        return response.error().Wrap("listing transactions");
      }
      if (response.ok() && RetryOf(response->error_code) != Retry::kFinal) {
        again.push_back(brokers[i]);
      } else if (!response.ok() || response->error_code != 0) {
        listings.unreachable.push_back(brokers[i]);
      } else {
        for (auto& one : response->transaction_states) {
          listings.transactions.push_back({std::move(one.transactional_id), one.producer_id,
                                           std::move(one.transaction_state), brokers[i]});
        }
      }
    }
    brokers = std::move(again);
  }
  listings.unreachable.insert(listings.unreachable.end(), brokers.begin(), brokers.end());
  return listings;
}

Result<std::vector<TransactionDescription>> WireTransactionAdmin::DescribeTransactions(
    const std::vector<std::string>& ids, Duration timeout) {
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  std::map<std::string, TransactionDescription> found;
  const auto failed = [&](const std::string& id, std::int16_t code) {
    found[id].id = id;
    found[id].error = code;
  };
  const auto ask =
      [&](const Coordinators::ByBroker& by_broker) -> Result<std::vector<std::string>> {
    std::vector<std::pair<BrokerId, DescribeTransactionsRequest>> requests;
    for (const auto& [broker, names] : by_broker) requests.push_back({broker, {names}});
    auto answers = caller_.Brokers(std::move(requests), deadline);
    std::vector<std::string> again;
    std::size_t next = 0;
    for (const auto& [broker, names] : by_broker) {
      auto& response = answers[next++].response;
      if (!response.ok()) {
        if (response.error().code() == ErrorCode::kUnimplemented) return response.error();
        for (const std::string& name : names) failed(name, kNetworkException);
        again.insert(again.end(), names.begin(), names.end());
        continue;
      }
      for (auto& state : response->transaction_states) {
        if (RetryOf(state.error_code) != Retry::kFinal) again.push_back(state.transactional_id);
        TransactionDescription one = Take(broker, std::move(state));
        found.insert_or_assign(one.id, std::move(one));
      }
    }
    return again;
  };
  LW_RETURN_IF_ERROR(
      WithCoordinators(caller_, ids, deadline, ask, failed, CoordinatorKind::kTransaction));
  std::vector<TransactionDescription> result;
  result.reserve(ids.size());
  for (const std::string& id : ids) {
    if (!found.contains(id)) failed(id, kNetworkException);
    result.push_back(found[id]);
  }
  return result;
}

}  // namespace levelwind::kafka::calls
