#include "planner/explain/why_not.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "planner/bounds/provision.h"
#include "planner/explain/broker_balance.h"
#include "planner/goals/bands.h"
#include "planner/goals/goal_set.h"
#include "planner/goals/partition_rule.h"
#include "planner/order/load_ledger.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/judge.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

constexpr double kNothing = 2e-5;  // Mean brokers: what float sums make of no change.

/// One way to do it: the replica in `slot` goes to the broker, or the broker gets the lead.
struct Way {
  PartitionRecord after;
  BrokerIndex from = 0;
};

class Asker {
 public:
  Asker(const Placement& now, const PartitionRecord& before, const Way& way, BrokerIndex to)
      : now_(now), before_(before), way_(way), to_(to) {
    deltas_ = DeltasOf(now.cluster(), before, way.after);
  }

  GoalOpinion Ask(const Goal& goal) const {
    GoalOpinion answer{std::string(goal.name), goal.hard, Opinion::kSame, ""};
    switch (goal.kind) {
      case GoalKind::kRack:
        AskRacks(answer);
        break;
      case GoalKind::kCapacity:
        AskCapacity(goal.lane, answer);
        break;
      case GoalKind::kDistribution:
      case GoalKind::kPotentialOut:
        AskBand(goal.lane, answer);
        break;
      case GoalKind::kTopicReplicas:
        AskTopic(false, answer);
        break;
      case GoalKind::kTopicLeaders:
        AskTopic(true, answer);
        break;
      case GoalKind::kPreferredLeaders:
        answer.sentence = "the leader would stay the first of the replicas";
        break;
      case GoalKind::kRule:
        AskRules(goal, answer);
        break;
    }
    return answer;
  }

 private:
  std::string Name(BrokerIndex b) const {
    return fmt::format("broker {}", now_.cluster().broker_ids[b]);
  }
  std::string Amount(std::size_t lane, float x) const {
    return AmountOf(now_.cluster(), lane, static_cast<double>(x));
  }
  float Change(BrokerIndex b, std::size_t lane) const {
    for (const BrokerDelta& delta : deltas_) {
      if (delta.broker == b) return delta.load[lane];
    }
    return 0;
  }

  void AskRacks(GoalOpinion& answer) const {
    const FlatCluster& cluster = now_.cluster();
    const std::size_t before = DistinctRacks(cluster, before_);
    const std::size_t after = DistinctRacks(cluster, way_.after);
    const std::string& rack = cluster.rack_names[cluster.racks[to_]];
    answer.sentence = fmt::format("{} is on rack {}: the replicas would be on {} racks, now {}",
                                  Name(to_), rack, after, before);
    if (after < before) answer.opinion = Opinion::kForbids;
    if (after > before) answer.opinion = Opinion::kBetter;
  }

  void AskCapacity(std::size_t lane, GoalOpinion& answer) const {
    if (!now_.bands().capacity[lane]) {
      answer.opinion = Opinion::kNotJudged;
      answer.sentence = "capacities or loads are unknown";
      return;
    }
    const float change = Change(to_, lane);
    const float then = now_.load(to_)[lane] + change;
    const float cap = now_.bands().cap[to_][lane];
    answer.sentence = cap < kNoEdge ? fmt::format("{} would bear {} of {} allowed", Name(to_),
                                                  Amount(lane, then), Amount(lane, cap))
                                    : fmt::format("the capacity of {} is unknown", Name(to_));
    const bool over = static_cast<double>(then - cap) > kNothing;
    if (over && static_cast<double>(change) > kNothing) {
      answer.opinion = Opinion::kForbids;
    } else if (OverCapacity(now_, way_.from, lane) &&
               static_cast<double>(Change(way_.from, lane)) < -kNothing) {
      answer.opinion = Opinion::kBetter;
      answer.sentence += fmt::format("; {} is over its capacity", Name(way_.from));
    }
  }

  float Outside(BrokerIndex b, std::size_t lane, float load) const {
    if (!now_.cluster().target[b]) return 0;
    const Bands& bands = now_.bands();
    return std::max({0.0F, load - bands.high[b][lane], bands.low[b][lane] - load});
  }

  std::string Course(BrokerIndex b, std::size_t lane) const {
    const float load = now_.load(b)[lane];
    const Bands& bands = now_.bands();
    std::string text = fmt::format("{} {} -> {}", Name(b), Amount(lane, load),
                                   Amount(lane, load + Change(b, lane)));
    if (!now_.cluster().target[b]) return text;
    const float low = std::max(0.0F, bands.low[b][lane]);
    if (bands.high[b][lane] < kNoEdge) {
      text += low > 0 ? fmt::format(" (band {} to {})", Amount(lane, low),
                                    Amount(lane, bands.high[b][lane]))
                      : fmt::format(" (at most {})", Amount(lane, bands.high[b][lane]));
    }
    return text;
  }

  void AskBand(std::size_t lane, GoalOpinion& answer) const {
    if (!now_.bands().distribution[lane]) {
      answer.opinion = Opinion::kNotJudged;
      answer.sentence = now_.bands().lane_note[lane];
      if (answer.sentence.empty()) answer.sentence = "loads or capacities are unknown";
      return;
    }
    double worse = 0;
    bool moves = false;
    for (const BrokerDelta& delta : deltas_) {
      const float load = now_.load(delta.broker)[lane];
      worse += static_cast<double>(Outside(delta.broker, lane, load + delta.load[lane]) -
                                   Outside(delta.broker, lane, load));
      moves = moves || std::abs(static_cast<double>(delta.load[lane])) > kNothing;
    }
    answer.sentence = moves ? Course(way_.from, lane) + "; " + Course(to_, lane)
                            : std::string("this move does not change it");
    if (worse > kNothing) answer.opinion = Opinion::kWorse;
    if (worse < -kNothing) answer.opinion = Opinion::kBetter;
  }

  void AskTopic(bool leaders, GoalOpinion& answer) const {
    if (before_.topic_row == kNoRow) {
      answer.sentence = "the topic is too small to crowd a broker";
      return;
    }
    const bool adds =
        leaders ? way_.after.replicas[0] == to_ && before_.replicas[0] != to_ : !before_.Holds(to_);
    const TopicCell most = now_.cluster().topic_rows[before_.topic_row].most;
    const TopicCell cell = now_.cell(before_.topic_row, to_);
    const int held = (leaders ? cell.leaders : cell.replicas) + (adds ? 1 : 0);
    const int limit = leaders ? most.leaders : most.replicas;
    answer.sentence =
        fmt::format("{} would {} {} of the topic's {}, at most {}", Name(to_),
                    leaders ? "lead" : "hold", held, leaders ? "partitions" : "replicas", limit);
    if (adds && held > limit) answer.opinion = Opinion::kWorse;
  }

  void AskRules(const Goal& goal, GoalOpinion& answer) const {
    bool any = false;
    int change = 0;
    for (const auto& rule : now_.cluster().rule_sets[before_.rules].rules) {
      if (&rule->goal() != &goal) continue;
      any = true;
      change += rule->Breaks(now_, before_, way_.after) - rule->Breaks(now_, before_, before_);
    }
    answer.sentence = !any          ? "has no rule about this partition"
                      : change == 0 ? "this move does not change it"
                      : change > 0  ? "the partition would be further from what it wants"
                                    : "the partition would be nearer to what it wants";
    if (change > 0) answer.opinion = goal.hard ? Opinion::kForbids : Opinion::kWorse;
    if (change < 0) answer.opinion = Opinion::kBetter;
  }

  const Placement& now_;
  const PartitionRecord& before_;
  const Way& way_;
  const BrokerIndex to_;
  std::vector<BrokerDelta> deltas_;
};

/// Why nothing at all may be done with the partition; "" when it may move.
std::string WhyPinned(const Partition& partition) {
  if (partition.reassigning) return "it is being reassigned: it is left alone until that is over";
  if (partition.leader == kNoBroker) return "it has no leader: nothing can be copied from it";
  if (partition.replica_count > kMaxReplicas) {
    return fmt::format("it has more than {} replicas: it is left where it is", kMaxReplicas);
  }
  return "the topic filter keeps it where it is";
}

class WhyNotExplainer {
 public:
  WhyNotExplainer(const FlatCluster& cluster, const GoalSet& goals, const PlannerOptions& options)
      : cluster_(cluster),
        goals_(goals),
        now_(cluster, ComputeBands(cluster, cluster.partitions, goals, options)) {}

  void Run(std::uint32_t p, BrokerIndex to, WhyNotAnswer& answer) const {
    const PartitionRecord& record = now_.partition(p);
    answer.leadership = record.Holds(to);
    if (answer.leadership && record.replicas[0] == to) {
      answer.from = answer.to;
      answer.conclusion = "it already leads the partition";
      return;
    }
    std::optional<std::tuple<int, int, double>> least;
    for (const Way& way : Ways(record, to, answer.leadership)) {
      std::vector<GoalOpinion> opinions;
      const Asker judge(now_, record, way, to);
      for (const Goal* goal : goals_.ordered) opinions.push_back(judge.Ask(*goal));
      const std::tuple harm{Count(opinions, Opinion::kForbids), Count(opinions, Opinion::kWorse),
                            -static_cast<double>(Count(opinions, Opinion::kBetter))};
      if (least && *least <= harm) continue;
      least = harm;
      answer.from = cluster_.broker_ids[way.from];
      answer.goals = std::move(opinions);
    }
    answer.conclusion = Conclude(record, to, answer);
  }

 private:
  static std::vector<Way> Ways(const PartitionRecord& record, BrokerIndex to, bool leadership) {
    std::vector<Way> ways;
    if (leadership) {
      Way way{record, record.replicas[0]};
      std::swap(way.after.replicas[0], way.after.replicas[Placement::SlotOf(record, to)]);
      ways.push_back(way);
      return ways;
    }
    for (std::size_t slot = 0; slot < record.rf; ++slot) {
      Way way{record, record.replicas[slot]};
      way.after.replicas[slot] = to;
      ways.push_back(way);
    }
    return ways;
  }

  static int Count(const std::vector<GoalOpinion>& opinions, Opinion which) {
    return static_cast<int>(std::ranges::count(opinions, which, &GoalOpinion::opinion));
  }

  std::string Conclude(const PartitionRecord& record, BrokerIndex to,
                       const WhyNotAnswer& answer) const {
    if (!cluster_.target[to]) {
      return fmt::format("no: broker {} is {}", answer.to,
                         cluster_.dead[to] ? "dead" : "to be emptied");
    }
    if (record.frozen) return "no: a replica of it is catching up; it is left alone until then";
    const auto named = [&](Opinion which) {
      std::vector<std::string> names;
      for (const GoalOpinion& opinion : answer.goals) {
        if (opinion.opinion == which) names.push_back(opinion.goal);
      }
      return Join(names, ", ");
    };
    if (const std::string hard = named(Opinion::kForbids); !hard.empty()) {
      return fmt::format("no: {} would be broken", hard);
    }
    const std::string worse = named(Opinion::kWorse), better = named(Opinion::kBetter);
    if (!worse.empty() && better.empty()) return fmt::format("no: worse for {}", worse);
    if (!worse.empty()) {
      return fmt::format("it is weighed: better for {}, worse for {}", better, worse);
    }
    if (better.empty()) return "it would bring nothing: no goal is better for it";
    return fmt::format("it would help {}: a plan may do this, or the same with less", better);
  }

  const FlatCluster& cluster_;
  const GoalSet& goals_;
  const Placement now_;
};

}  // namespace

std::string_view OpinionName(Opinion opinion) {
  switch (opinion) {
    case Opinion::kForbids:
      return "forbids";
    case Opinion::kWorse:
      return "worse";
    case Opinion::kSame:
      return "same";
    case Opinion::kBetter:
      return "better";
    case Opinion::kNotJudged:
      return "not judged";
  }
  return "?";
}

Result<WhyNotAnswer> ExplainWhyNot(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                                   const TopicPartition& partition, BrokerId to) {
  const Partition* found = snapshot.FindPartition(partition.topic, partition.partition);
  if (found == nullptr) {
    return NotFound(fmt::format("there is no partition {}; 'levelwind topics' lists all topics",
                                EscapeControl(partition.ToString())));
  }
  LW_ASSIGN_OR_RETURN(const GoalSet goals, MakeGoals(options));
  LW_ASSIGN_OR_RETURN(const FlatCluster cluster, Flatten(snapshot, goals, options));
  const BrokerIndex broker = IndexOfBroker(cluster, to);
  if (broker == kNoIndex) {
    return NotFound(fmt::format("there is no broker {}; 'levelwind brokers' lists all", to));
  }
  WhyNotAnswer answer;
  answer.partition = partition;
  answer.to = to;
  const std::vector<BrokerId> holders = snapshot.ReplicaIds(*found);
  answer.leadership = std::ranges::find(holders, to) != holders.end();
  answer.bytes = answer.leadership ? 0 : snapshot.SizeOf(*found);
  const auto index = static_cast<std::uint32_t>(found - snapshot.partitions.data());
  const auto at = std::ranges::find(cluster.source, index);
  if (at == cluster.source.end()) {
    answer.conclusion = "no: " + WhyPinned(*found);
    return answer;
  }
  const auto p = static_cast<std::uint32_t>(at - cluster.source.begin());
  WhyNotExplainer(cluster, goals, options).Run(p, broker, answer);
  return answer;
}

Result<TopicPartition> ParseTopicPartition(std::string_view text) {
  const std::size_t dash = text.rfind('-');
  std::int32_t number = -1;
  if (dash != std::string_view::npos && dash > 0) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + dash + 1, end, number);
    if (error != std::errc() || rest != end) number = -1;
  }
  if (number < 0) {
    return InvalidArgument(fmt::format(
        "'{}' is not a partition; write the topic, a dash and the number, such as orders-7",
        EscapeControl(std::string(text))));
  }
  return TopicPartition{std::string(text.substr(0, dash)), number};
}

}  // namespace levelwind::planner
