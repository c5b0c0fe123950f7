#include "planner/rebalance/add_partitions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "planner/goals/bands.h"
#include "planner/goals/goal_set.h"
#include "planner/rebalance/deal.h"
#include "planner/rebalance/judge_plan.h"
#include "planner/rebalance/plan_rebalance.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {
namespace {

constexpr std::int32_t kMostPartitions = 100'000;

/// How many partitions each topic is to have, by its index.
using Wishes = std::map<std::size_t, std::int32_t>;

Status Add(const ClusterSnapshot& snapshot, const std::string& text, Wishes& wishes) {
  const auto wrong = [&](const std::string& what) {
    return InvalidArgument(fmt::format("partitions \"{}\": {}", EscapeControl(text), what));
  };
  const std::size_t sign = text.rfind('=');
  if (sign == std::string::npos) return wrong("write TOPIC=N, such as orders=24");
  std::int32_t wanted = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + sign + 1, end, wanted);
  if (error != std::errc() || rest != end || wanted < 1 || wanted > kMostPartitions) {
    return wrong(fmt::format("N is a whole number from 1 to {}", kMostPartitions));
  }
  const Topic* topic = snapshot.FindTopic(text.substr(0, sign));
  if (topic == nullptr) {
    return NotFound(fmt::format("there is no topic '{}'; levelwind topics lists all",
                                EscapeControl(text.substr(0, sign))));
  }
  if (static_cast<std::uint32_t>(wanted) < topic->partition_count) {
    return wrong(fmt::format("it has {} partitions, and Kafka cannot take any away",
                             topic->partition_count));
  }
  const auto index = static_cast<std::size_t>(topic - snapshot.topics.data());
  if (!wishes.emplace(index, wanted).second) return wrong("the topic is named twice");
  return Ok();
}

/// What must not be guessed: the layout and load of the topic as it is.
Status CheckTopic(const ClusterSnapshot& snapshot, const Topic& topic) {
  for (std::uint32_t i = 0; i < topic.partition_count; ++i) {
    const Partition& partition = snapshot.partitions[topic.first_partition + i];
    const char* trouble = partition.reassigning           ? "is being reassigned"
                          : partition.leader == kNoBroker ? "has no leader"
                                                          : nullptr;
    if (trouble == nullptr) continue;
    return FailedPrecondition(fmt::format("{}-{} {}; ask again when that is over", topic.name,
                                          partition.number, trouble));
  }
  return Ok();
}

/// The load of one partition when all of them are alike.
PartitionLoad LoadOfEach(const ClusterSnapshot& snapshot, const Topic& topic, std::int32_t count) {
  PartitionLoad load;
  load.bytes_in_per_s = load.bytes_out_per_s = 0;
  for (std::uint32_t i = 0; i < topic.partition_count; ++i) {
    const PartitionLoad& one = snapshot.partitions[topic.first_partition + i].load;
    load.bytes_in_per_s += one.bytes_in_per_s / count;  // unknown stays unknown
    load.bytes_out_per_s += one.bytes_out_per_s / count;
  }
  return load;
}

/// The snapshot with the new partitions, on the first of the brokers for now; those that were there
/// are marked as not to be moved.
struct Grown {
  ClusterSnapshot snapshot;
  std::vector<bool> made;  ///< By partition.
};

Grown Grow(const ClusterSnapshot& before, const Wishes& wishes,
           const std::vector<BrokerId>& brokers) {
  Grown grown{before, {}};
  ClusterSnapshot& after = grown.snapshot;
  after.partitions.clear();
  after.groups.clear();  // they name partitions by index, and the planner does not look at them
  for (std::size_t t = 0; t < before.topics.size(); ++t) {
    const Topic& topic = before.topics[t];
    const auto wish = wishes.find(t);
    after.topics[t].first_partition = static_cast<std::uint32_t>(after.partitions.size());
    for (std::uint32_t i = 0; i < topic.partition_count; ++i) {
      after.partitions.push_back(before.partitions[topic.first_partition + i]);
      after.partitions.back().reassigning |= wish != wishes.end();
    }
    grown.made.resize(after.partitions.size(), false);
    if (wish == wishes.end()) continue;
    const Partition& first = before.partitions[topic.first_partition];
    const PartitionLoad load = LoadOfEach(before, topic, wish->second);
    for (auto number = static_cast<std::int32_t>(topic.partition_count); number < wish->second;
         ++number) {
      Partition made;
      made.topic = static_cast<std::int32_t>(t);
      made.number = number;
      made.leader = brokers.front();
      made.first_replica = static_cast<std::uint32_t>(after.replicas.size());
      made.replica_count = first.replica_count;
      made.load = load;
      after.partitions.push_back(made);
      for (std::size_t r = 0; r < first.replica_count; ++r) {
        Replica replica;
        replica.broker = brokers[r];
        replica.in_sync = true;
        replica.size_bytes = 0;
        after.replicas.push_back(replica);
      }
    }
    grown.made.resize(after.partitions.size(), true);
    after.topics[t].partition_count = static_cast<std::uint32_t>(wish->second);
  }
  return grown;
}

void Seat(ClusterSnapshot& snapshot, const Dealt& dealt) {
  Partition& partition = snapshot.partitions[dealt.partition];
  partition.leader = dealt.replicas.front();
  for (std::size_t i = 0; i < dealt.replicas.size(); ++i) {
    snapshot.replicas[partition.first_replica + i].broker = dealt.replicas[i];
  }
}

/// Figures of before from a plan that changes nothing; `proposal` counted the new partitions in.
void TakeBefore(const Proposal& unchanged, Proposal& proposal) {
  proposal.score_before = unchanged.score_before;
  for (GoalVerdict& goal : proposal.goals) {
    const auto was = std::ranges::find(unchanged.goals, goal.goal, &GoalVerdict::goal);
    if (was == unchanged.goals.end()) continue;
    goal.cost_before = was->cost_before;
    goal.violations_before = was->violations_before;
  }
  for (BrokerBalance& broker : proposal.brokers) {
    const auto was = std::ranges::find(unchanged.brokers, broker.broker, &BrokerBalance::broker);
    if (was == unchanged.brokers.end()) continue;
    BrokerBalance both = broker;
    both.replicas_before = was->replicas_before;
    both.leaders_before = was->leaders_before;
    both.disk_bytes_before = was->disk_bytes_before;
    both.leader_bytes_in_before = was->leader_bytes_in_before;
    both.cpu_percent_before = was->cpu_percent_before;
    both.bytes_in_before = was->bytes_in_before;
    both.bytes_out_before = was->bytes_out_before;
    broker = both;
  }
}

std::string Summary(const ClusterSnapshot& snapshot, const Wishes& wishes, std::size_t made) {
  std::vector<std::string> parts;
  for (const auto& [index, wanted] : wishes) {
    const Topic& topic = snapshot.topics[index];
    parts.push_back(fmt::format("{} from {} to {}", topic.name, topic.partition_count, wanted));
  }
  return fmt::format(
      "{} new partitions: {}; Kafka cannot take them away again, and records with keys go to other "
      "partitions from then on",
      made, Join(parts, ", "));
}

void TakeMoves(const Grown& grown, const std::vector<Dealt>& dealt, Proposal& proposal) {
  const std::vector<Move> corrections = std::exchange(proposal.moves, {});
  for (const Dealt& one : dealt) {
    const Partition& partition = grown.snapshot.partitions[one.partition];
    Move move;
    move.kind = MoveKind::kNewPartition;
    move.partition = grown.snapshot.NameOf(partition);
    move.topic_id = grown.snapshot.topics[static_cast<std::size_t>(partition.topic)].id;
    move.after = one.replicas;
    move.bytes = 0;
    move.bytes_in_per_s = partition.load.bytes_in_per_s;
    for (const Move& better : corrections) {
      if (better.partition == move.partition) move.after = better.after;
    }
    move.reason = fmt::format("broker {} bears least of what it would lead", move.after.front());
    proposal.moves.push_back(std::move(move));
  }
  proposal.replica_moves = proposal.leader_moves = 0;
  proposal.bytes_to_move = proposal.bytes_lower_bound = 0;
  proposal.bound_method.clear();
  proposal.bound_gap = kUnknown;
  proposal.makespan_s = proposal.makespan_bound_s = kUnknown;
}

}  // namespace

Result<Proposal> ProposePartitions(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                                   const std::vector<std::string>& texts) {
  Wishes wishes;
  for (const std::string& text : texts) LW_RETURN_IF_ERROR(Add(snapshot, text, wishes));
  std::erase_if(wishes, [&](const auto& wish) {
    return static_cast<std::uint32_t>(wish.second) == snapshot.topics[wish.first].partition_count;
  });
  PlannerOptions plain = options;
  plain.include_topics.clear();
  plain.dual_bound = false;
  LW_ASSIGN_OR_RETURN(Proposal unchanged, JudgePlan(snapshot, PlacingOptions(plain, {}), {}));
  if (wishes.empty()) {
    unchanged.moves.clear();
    unchanged.summary = "every topic has as many partitions as it is to have";
    return unchanged;
  }
  std::vector<std::string> names;
  std::int32_t factor = 0;
  for (const auto& [index, wanted] : wishes) {
    const Topic& topic = snapshot.topics[index];
    LW_RETURN_IF_ERROR(CheckTopic(snapshot, topic));
    names.push_back(topic.name);
    factor =
        std::max<std::int32_t>(factor, snapshot.partitions[topic.first_partition].replica_count);
  }
  const PlannerOptions placing = PlacingOptions(options, names);
  LW_ASSIGN_OR_RETURN(const GoalSet goals, MakeGoals(placing));
  LW_ASSIGN_OR_RETURN(const std::vector<BrokerId> brokers,
                      Receivers(snapshot, goals, placing, names.front(), factor));
  Grown grown = Grow(snapshot, wishes, brokers);
  std::vector<Dealt> dealt;
  {
    LW_ASSIGN_OR_RETURN(const FlatCluster cluster, Flatten(grown.snapshot, goals, placing));
    const Bands bands = ComputeBands(cluster, cluster.partitions, goals, placing);
    dealt = Deal(cluster, bands, grown.made);
  }
  for (const Dealt& one : dealt) Seat(grown.snapshot, one);
  LW_ASSIGN_OR_RETURN(Proposal proposal, PlanRebalance(grown.snapshot, placing));
  TakeMoves(grown, dealt, proposal);
  TakeBefore(unchanged, proposal);
  proposal.summary = Summary(snapshot, wishes, proposal.moves.size());
  proposal.asked_for = "partitions " + Join(texts, ", ");
  return proposal;
}

}  // namespace levelwind::planner
