#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/routing/leaders.h"

namespace levelwind::kafka::calls {

namespace {

constexpr int kRounds = 4;

/// The first version that gives a special timestamp its meaning. A broker answers lower ones
/// without an error, but takes the value for a time, so the version must be demanded.
Result<std::int16_t> VersionFor(std::int64_t timestamp) {
  if (timestamp >= kEarliestOffset) return ListOffsetsRequest::kInfo.min;
  switch (timestamp) {
    case -3:  // the offset with the largest timestamp
      return std::int16_t{7};
    case -4:  // the earliest offset on local disk
      return std::int16_t{8};
    case -5:  // the latest offset in tiered storage
      return std::int16_t{9};
    case -6:  // the earliest offset that is not in tiered storage
      return std::int16_t{11};
    default:
      return InvalidArgument(fmt::format("ListOffsets has no special timestamp {}", timestamp));
  }
}

/// How often each partition was counted before.
class Occurrences {
 public:
  int Count(const TopicPartition& partition) {
    if (numbers_ == nullptr || topic_ != partition.topic) {
      topic_ = partition.topic;
      numbers_ = &seen_[topic_];
    }
    const auto index = static_cast<std::size_t>(partition.partition);
    if (numbers_->size() <= index) numbers_->resize(index + 1);
    return (*numbers_)[index]++;
  }

 private:
  std::unordered_map<std::string_view, std::vector<int>> seen_;
  std::string_view topic_;
  std::vector<int>* numbers_ = nullptr;
};

/// The work that is left: indices into the queries, and what is known about each so far.
class OffsetLookup {
 public:
  OffsetLookup(Caller& caller, const std::vector<OffsetQuery>& queries, SteadyTime deadline)
      : caller_(caller), queries_(queries), deadline_(deadline), answers_(queries.size()) {}

  Result<std::vector<OffsetAnswer>> Run() {
    for (const OffsetQuery& query : queries_) {
      LW_ASSIGN_OR_RETURN(const std::int16_t version, VersionFor(query.timestamp));
      min_version_ = std::max(min_version_, version);
    }
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      answers_[i].partition = queries_[i].partition;
      answers_[i].error = kNetworkException;
      pending_.push_back(i);
    }
    for (int round = 0; !pending_.empty() && round < kRounds; ++round) {
      if (round > 0 && !caller_.BackOff(round - 1, deadline_)) break;
      LW_RETURN_IF_ERROR(RefreshUnknownLeaders());
      LW_RETURN_IF_ERROR(Ask());
    }
    return std::move(answers_);
  }

 private:
  Status RefreshUnknownLeaders() {
    std::vector<TopicPartition> partitions;
    partitions.reserve(pending_.size());
    for (const std::size_t i : pending_) partitions.push_back(queries_[i].partition);
    return kafka::RefreshUnknownLeaders(caller_, partitions, deadline_);
  }

  /// Splits the pending queries into one request per leader. A request may not name a partition
  /// twice, so further timestamps of one partition go into further requests.
  std::map<std::pair<BrokerId, int>, std::vector<std::size_t>> ByLeader() {
    std::map<std::pair<BrokerId, int>, std::vector<std::size_t>> groups;
    Occurrences seen;
    for (const std::size_t i : pending_) {
      const TopicPartition& partition = queries_[i].partition;
      const Router::Leader leader = caller_.router().LeaderOf(partition);
      if (!leader.known) {
        answers_[i].error = kUnknownTopicOrPartition;
      } else if (leader.id == kNoBroker) {
        answers_[i].error = kLeaderNotAvailable;
      } else {
        // The isolation level is the request's, too.
        groups[{leader.id, 2 * seen.Count(partition) + (queries_[i].read_committed ? 1 : 0)}]
            .push_back(i);
      }
    }
    return groups;
  }

  ListOffsetsRequest RequestFor(const std::vector<std::size_t>& indices) const {
    ListOffsetsRequest request;
    request.replica_id = -1;
    request.timeout_ms = caller_.RemainingMs(deadline_);
    request.isolation_level = queries_[indices.front()].read_committed ? 1 : 0;
    std::unordered_map<std::string_view, std::size_t> topics;
    std::size_t at = 0;
    for (const std::size_t i : indices) {
      const std::string& name = queries_[i].partition.topic;
      // Callers mostly ask topic by topic.
      if (request.topics.empty() || request.topics[at].name != name) {
        const auto [topic, added] = topics.try_emplace(name, request.topics.size());
        if (added) request.topics.push_back({name, {}});
        at = topic->second;
      }
      request.topics[at].partitions.push_back(
          {queries_[i].partition.partition, -1, queries_[i].timestamp});
    }
    return request;
  }

  Status Ask() {
    const auto groups = ByLeader();
    pending_.clear();
    std::vector<std::pair<BrokerId, ListOffsetsRequest>> requests;
    std::vector<const std::vector<std::size_t>*> asked;
    for (const auto& [key, indices] : groups) {
      requests.emplace_back(key.first, RequestFor(indices));
      asked.push_back(&indices);
    }
    Status status = Ok();
    caller_.EachBroker(
        std::move(requests), deadline_,
        [&](std::size_t index, const Answer<ListOffsetsResponse>& answer) {
          if (answer.response.ok()) {
            Take(*answer.response, *asked[index]);
          } else if (answer.response.error().code() == ErrorCode::kUnimplemented) {
            status = answer.response.error();
          } else {
            Unreachable(*asked[index]);
          }
        },
        min_version_);
    return status;
  }

  /// The leader may have changed because its broker died: look again, and give up on those whose
  /// leader is still the broker that cannot be reached.
  void Unreachable(const std::vector<std::size_t>& indices) {
    for (const std::size_t i : indices) {
      answers_[i].error = kNetworkException;
      Retry(i);
    }
  }

  void Retry(std::size_t i) {
    caller_.router().ForgetTopic(queries_[i].partition.topic);
    pending_.push_back(i);
  }

  void Take(const ListOffsetsResponse& response, const std::vector<std::size_t>& indices) {
    std::vector<Told> told;
    told.reserve(indices.size());
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) told.push_back({topic.name, &partition});
    }
    const bool in_order = SameOrder(told, indices);
    if (!in_order) std::ranges::stable_sort(told, {}, &Told::key);
    for (std::size_t k = 0; k < indices.size(); ++k) {
      const std::size_t i = indices[k];
      const auto* partition = in_order ? told[k].partition : Find(told, queries_[i].partition);
      if (partition == nullptr) continue;  // stays a network error: the broker did not say
      answers_[i].error = partition->error_code;
      answers_[i].offset = partition->offset < 0 ? kUnknownCount : partition->offset;
      answers_[i].timestamp = partition->timestamp;
      if (RetryOf(partition->error_code) != kafka::Retry::kFinal) Retry(i);
    }
  }

  struct Told {
    std::string_view topic;
    const ListOffsetsResponse::Partition* partition;
    std::pair<std::string_view, std::int32_t> key() const {
      return {topic, partition->partition_index};
    }
  };

  /// Brokers answer in the order of the request, but nothing obliges them to.
  bool SameOrder(const std::vector<Told>& told, const std::vector<std::size_t>& indices) const {
    return std::ranges::equal(told, indices, [&](const Told& one, std::size_t i) {
      const TopicPartition& asked = queries_[i].partition;
      return one.partition->partition_index == asked.partition && one.topic == asked.topic;
    });
  }

  static const ListOffsetsResponse::Partition* Find(const std::vector<Told>& sorted,
                                                    const TopicPartition& partition) {
    const std::pair<std::string_view, std::int32_t> key{partition.topic, partition.partition};
    const auto found = std::ranges::lower_bound(sorted, key, {}, &Told::key);
    return found != sorted.end() && found->key() == key ? found->partition : nullptr;
  }

  Caller& caller_;
  const std::vector<OffsetQuery>& queries_;
  const SteadyTime deadline_;
  std::vector<OffsetAnswer> answers_;
  std::vector<std::size_t> pending_;
  std::int16_t min_version_ = ListOffsetsRequest::kInfo.min;
};

}  // namespace

Result<std::vector<OffsetAnswer>> ListOffsets(Caller& caller,
                                              const std::vector<OffsetQuery>& queries,
                                              SteadyTime deadline) {
  return OffsetLookup(caller, queries, deadline).Run();
}

}  // namespace levelwind::kafka::calls
