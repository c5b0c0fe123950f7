#include "planner/rebalance/place_topic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "planner/goals/bands.h"
#include "planner/goals/goal_set.h"
#include "planner/rebalance/deal.h"
#include "planner/rebalance/plan_rebalance.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {
namespace {

constexpr std::int32_t kMostPartitions = 100'000;
constexpr std::size_t kLongestName = 249;

/// Kafka's rules for names of topics.
bool IsTopicName(std::string_view name) {
  const auto fits = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kLongestName && name != "." && name != ".." &&
         std::ranges::all_of(name, fits);
}

Status CheckWish(const ClusterSnapshot& snapshot, const TopicWish& wish) {
  if (!IsTopicName(wish.name)) {
    return InvalidArgument(fmt::format(
        "\"{}\" is no name for a topic: 1 to 249 of letters, digits, '.', '_' and '-', not . or ..",
        EscapeControl(wish.name)));
  }
  if (wish.partitions < 1 || wish.partitions > kMostPartitions) {
    return InvalidArgument(fmt::format("topic {} cannot have {} partitions: 1 to {}", wish.name,
                                       wish.partitions, kMostPartitions));
  }
  if (wish.replication_factor < 1 ||
      wish.replication_factor > static_cast<std::int32_t>(kMaxReplicas)) {
    return InvalidArgument(fmt::format("topic {} cannot have replication factor {}: 1 to {}",
                                       wish.name, wish.replication_factor, kMaxReplicas));
  }
  for (const auto& [value, what] :
       {std::pair(wish.bytes_in_per_s, "bytes in per second"),
        std::pair(wish.bytes_out_per_s, "bytes out per second"), std::pair(wish.bytes, "bytes")}) {
    if (value < 0 || value > 1e18) {
      return InvalidArgument(
          fmt::format("topic {} cannot have {} {}: zero or more", wish.name, value, what));
    }
  }
  if (snapshot.FindTopic(wish.name) == nullptr) return Ok();
  return Error(ErrorCode::kAlreadyExists,
               fmt::format("topic {} exists already: plan with --topics {} to move it", wish.name,
                           wish.name));
}

/// The topic's partitions are the last of the snapshot, all on the first of `brokers` for now.
void Append(ClusterSnapshot& snapshot, const TopicWish& wish,
            const std::vector<BrokerId>& brokers) {
  const double share = 1.0 / wish.partitions;
  Topic topic;
  topic.name = wish.name;
  topic.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
  topic.partition_count = static_cast<std::uint32_t>(wish.partitions);
  const auto index = static_cast<std::int32_t>(snapshot.topics.size());
  snapshot.topics.push_back(std::move(topic));
  for (std::int32_t number = 0; number < wish.partitions; ++number) {
    Partition partition;
    partition.topic = index;
    partition.number = number;
    partition.first_replica = static_cast<std::uint32_t>(snapshot.replicas.size());
    partition.replica_count = static_cast<std::uint16_t>(wish.replication_factor);
    partition.load.bytes_in_per_s = wish.bytes_in_per_s * share;
    partition.load.bytes_out_per_s = wish.bytes_out_per_s * share;
    partition.leader = brokers.front();
    snapshot.partitions.push_back(partition);
    for (std::int32_t i = 0; i < wish.replication_factor; ++i) {
      Replica replica;
      replica.broker = brokers[static_cast<std::size_t>(i)];
      replica.in_sync = true;
      if (IsKnown(wish.bytes)) replica.size_bytes = static_cast<std::int64_t>(wish.bytes * share);
      snapshot.replicas.push_back(replica);
    }
  }
}

/// "1:2,2:3"
std::string ReplicaAssignment(const TopicPlacement& placement) {
  std::string text;
  for (const std::vector<BrokerId>& replicas : placement.replicas) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}", fmt::join(replicas, ":"));
  }
  return text;
}

}  // namespace

Result<TopicPlacement> PlaceTopic(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                                  const TopicWish& wish) {
  LW_RETURN_IF_ERROR(CheckWish(snapshot, wish));
  const PlannerOptions placing = PlacingOptions(options, {wish.name});
  LW_ASSIGN_OR_RETURN(const GoalSet goals, MakeGoals(placing));
  LW_ASSIGN_OR_RETURN(const std::vector<BrokerId> brokers,
                      Receivers(snapshot, goals, placing, wish.name, wish.replication_factor));
  ClusterSnapshot with = snapshot;
  Append(with, wish, brokers);
  TopicPlacement placement;
  placement.topic = wish.name;
  {
    LW_ASSIGN_OR_RETURN(const FlatCluster cluster, Flatten(with, goals, placing));
    const Bands bands = ComputeBands(cluster, cluster.partitions, goals, placing);
    std::vector<bool> made(with.partitions.size(), false);
    std::fill(made.end() - wish.partitions, made.end(), true);
    for (Dealt& dealt : Deal(cluster, bands, made)) {
      placement.replicas.push_back(std::move(dealt.replicas));
    }
  }
  for (std::size_t p = 0; p < placement.replicas.size(); ++p) {
    Partition& partition = with.partitions[with.topics.back().first_partition + p];
    partition.leader = placement.replicas[p].front();
    for (std::size_t i = 0; i < placement.replicas[p].size(); ++i) {
      with.replicas[partition.first_replica + i].broker = placement.replicas[p][i];
    }
  }
  LW_ASSIGN_OR_RETURN(Proposal proposal, PlanRebalance(with, placing));
  for (const Move& move : proposal.moves) {
    if (move.partition.topic != wish.name) continue;  // Off a dead broker, in any case.
    placement.replicas[static_cast<std::size_t>(move.partition.partition)] = move.after;
  }
  placement.goals = std::move(proposal.goals);
  return placement;
}

std::string PlacementJson(const TopicPlacement& placement) {
  JsonWriter json;
  json.BeginObject().Field("topic", placement.topic).Key("replicas").BeginArray();
  for (const std::vector<BrokerId>& replicas : placement.replicas) {
    json.BeginArray();
    for (const BrokerId id : replicas) json.Value(id);
    json.EndArray();
  }
  json.EndArray().Field("assignment", ReplicaAssignment(placement)).Key("goals").BeginArray();
  for (const GoalVerdict& goal : placement.goals) {
    json.BeginObject()
        .Field("goal", goal.goal)
        .Field("hard", goal.hard)
        .Field("judged", goal.judged)
        .Field("violations", goal.violations_after)
        .Field("note", goal.note)
        .EndObject();
  }
  return json.EndArray().EndObject().Take();
}

}  // namespace levelwind::planner
