#include "planner/explain/proposal_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "planner/bounds/bytes_bound.h"
#include "planner/bounds/hopeless.h"
#include "planner/bounds/provision.h"
#include "planner/explain/asked_for.h"
#include "planner/explain/broker_balance.h"
#include "planner/explain/explain.h"
#include "planner/relief/relief_words.h"
#include "planner/search/judge.h"
#include "planner/search/placement.h"
#include "planner/search/replication.h"

namespace levelwind::planner {
namespace {

class Builder {
 public:
  explicit Builder(const ProposalInput& input)
      : in_(input),
        start_(input.start),
        end_(input.end),
        cluster_(input.start.cluster()),
        explainer_(start_, end_, input.goals) {}

  Proposal Run();

 private:
  void AddElections();
  void AddMove(std::uint32_t p);
  Move MakeMove(std::uint32_t p) const;
  void AddVerdicts();
  void AddTotals();
  void AddBound();
  void AddHopeless();
  void AddSummary();
  Judgement JudgeAsObserved();
  bool LostAsItIs(const Partition& source) const;
  void ExplainFactor(std::uint32_t p, Move& move) const;
  static void ExplainLead(Move& move);
  std::string MovesInWords() const;
  const Partition& SourceOf(std::uint32_t p) const {
    return in_.snapshot.partitions[cluster_.source[p]];
  }

  const ProposalInput& in_;
  const Placement& start_;
  const Placement& end_;
  const FlatCluster& cluster_;
  Explainer explainer_;
  Judgement before_, after_;
  std::vector<std::uint32_t> sources_;  ///< The snapshot's partition of each move.
  std::int32_t lost_before_ = 0;        ///< Movable partitions not led by their preferred leader.
  std::int32_t lost_after_ = 0;
  Proposal proposal_;
};

/// Leader first; those that stay in their old order; those that come last.
std::vector<BrokerId> AfterOrder(const std::vector<BrokerId>& before,
                                 const std::vector<BrokerId>& wanted) {
  std::vector<BrokerId> after{wanted.front()};
  const auto add = [&](const std::vector<BrokerId>& from, const std::vector<BrokerId>& in) {
    for (const BrokerId id : from) {
      const bool listed = std::ranges::find(after, id) != after.end();
      if (!listed && std::ranges::find(in, id) != in.end()) after.push_back(id);
    }
  };
  add(before, wanted);
  add(wanted, wanted);
  return after;
}

Move Builder::MakeMove(std::uint32_t p) const {
  const Partition& source = SourceOf(p);
  const PartitionRecord& record = end_.partition(p);
  Move move;
  move.partition = in_.snapshot.NameOf(source);
  move.topic_id = in_.snapshot.TopicOf(source).id;
  move.leader_before = source.leader;
  move.before = in_.snapshot.ReplicaIds(source);
  std::vector<BrokerId> wanted;
  for (std::size_t i = 0; i < record.rf; ++i) {
    const BrokerId id = cluster_.broker_ids[record.replicas[i]];
    if (!IsStandIn(id)) wanted.push_back(id);
  }
  move.after = AfterOrder(move.before, wanted);
  const std::size_t added = move.Added().size();
  move.kind = added > 0 || !move.Removed().empty() ? MoveKind::kReplica : MoveKind::kLeader;
  const std::int64_t size = in_.snapshot.SizeOf(source);
  if (added == 0) {
    move.bytes = 0;
  } else if (IsKnown(size)) {
    move.bytes = size * static_cast<std::int64_t>(added);
  }
  const double rate = source.load.bytes_in_per_s;
  if (std::isfinite(rate) && rate >= 0) move.bytes_in_per_s = rate;
  return move;
}

/// Whether another one leads than the preferred leader, which could.
bool Builder::LostAsItIs(const Partition& source) const {
  const Replica& preferred = in_.snapshot.ReplicasOf(source).front();
  const BrokerIndex b = IndexOfBroker(cluster_, preferred.broker);
  return source.leader != preferred.broker && b != kNoIndex && cluster_.target[b] != 0 &&
         preferred.in_sync && !preferred.offline;
}

/// Elections go first: they copy nothing. The search starts from the preferred leader where an
/// election can give it back the lead. So do replicas that are one too many. Where elections would
/// cost a goal, who leads is listed first instead: otherwise the next election, Kafka's own or one
/// of the next plan, would undo what this plan counts on.
void Builder::AddElections() {
  std::vector<bool> moves(cluster_.partitions.size(), false);
  for (const std::uint32_t p : in_.schedule.moves) moves[p] = true;
  const bool elects = in_.goals.requirements.elect_preferred;
  const bool counts = in_.goals.Has(GoalKind::kPreferredLeaders);
  for (std::uint32_t p = 0; p < moves.size(); ++p) {
    const Partition& source = SourceOf(p);
    const PartitionRecord& before = start_.partition(p);
    const BrokerIndex leader = before.replicas[0];
    const bool can = cluster_.target[leader] && !before.frozen;
    const bool lost = counts && can &&
                      (elects ? cluster_.broker_ids[leader] != source.leader : LostAsItIs(source));
    if (lost) ++lost_before_;
    if (moves[p]) continue;
    const bool replicated = source.replica_count != before.rf;
    const bool ends = lost && (elects || cluster_.leads[leader] != 0);
    if (lost && !ends) ++lost_after_;
    if (!replicated && !ends) continue;
    Move move = MakeMove(p);
    if (replicated) {
      ExplainFactor(p, move);
    } else {
      ExplainLead(move);
    }
    proposal_.moves.push_back(std::move(move));
    sources_.push_back(cluster_.source[p]);
  }
}

void Builder::ExplainLead(Move& move) {
  move.goal = "PreferredLeaderElectionGoal";
  const BrokerId leads = move.leader_before;
  move.reason = move.after.front() == leads
                    ? fmt::format(
                          "broker {} leads and stays: electing the preferred leader, "
                          "broker {}, would cost another goal",
                          leads, move.before.front())
                    : fmt::format("broker {} is the preferred leader and in sync; broker {} leads",
                                  move.after.front(), leads);
}

void Builder::ExplainFactor(std::uint32_t p, Move& move) const {
  move.goal = kReplicationGoal;
  move.reason = fmt::format("the topic is to have {} replicas, not {}", start_.partition(p).rf,
                            SourceOf(p).replica_count);
}

void Builder::AddMove(std::uint32_t p) {
  Move move = MakeMove(p);
  if (SourceOf(p).replica_count != start_.partition(p).rf) {
    ExplainFactor(p, move);
  } else {
    Reason reason = in_.relief != nullptr ? in_.relief->WhyMove(p) : explainer_.WhyMove(p);
    move.goal = std::move(reason.goal);
    move.reason = std::move(reason.sentence);
  }
  proposal_.moves.push_back(std::move(move));
  sources_.push_back(cluster_.source[p]);
}

/// The start as it was observed: with the leaders that lead now, preferred or not.
Judgement Builder::JudgeAsObserved() {
  std::vector<Seats> observed = start_.Save();
  bool differs = false;
  for (std::uint32_t p = 0; p < observed.size(); ++p) {
    const PartitionRecord& record = start_.partition(p);
    const BrokerIndex leader = IndexOfBroker(cluster_, SourceOf(p).leader);
    const std::size_t slot = Placement::SlotOf(record, leader);
    if (slot == 0 || slot >= record.rf) continue;
    std::swap(observed[p][0], observed[p][slot]);
    differs = true;
  }
  if (!differs) return Judge(start_, in_.goals);
  Placement as_observed(cluster_, start_.bands());
  as_observed.Restore(observed);
  return Judge(as_observed, in_.goals);
}

void Builder::AddVerdicts() {
  before_ = JudgeAsObserved();
  after_ = Judge(end_, in_.goals);
  if (before_.drain.violations > 0) {
    proposal_.goals.push_back({std::string(kDrainGoal), true, before_.drain.cost, after_.drain.cost,
                               before_.drain.violations, after_.drain.violations,
                               after_.drain.violations > 0
                                   ? "no serving broker is left that could take the replicas"
                                   : ""});
  }
  for (std::size_t i = 0; i < in_.goals.ordered.size(); ++i) {
    const Goal& goal = *in_.goals.ordered[i];
    GoalTally& before = before_.goals[i];
    GoalTally& after = after_.goals[i];
    if (goal.kind == GoalKind::kPreferredLeaders) {
      before = {lost_before_, double(lost_before_)};
      after = {lost_after_, double(lost_after_)};
    }
    const bool nobody = cluster_.targets.empty();
    proposal_.goals.push_back({std::string(goal.name), goal.hard, before.cost, after.cost,
                               before.violations, after.violations,
                               nobody ? "no serving broker" : goal.Note(end_, after),
                               !nobody && goal.NotJudged(end_).empty()});
  }
}

/// 100 minus what violated goals cost: each goal weighs 1.1 times the next and a hard one half as
/// much again (Cruise Control's balancedness weights), and counts by the share of brokers outside.
double Score(const GoalSet& goals, const Judgement& judged, std::size_t brokers,
             std::size_t partitions) {
  double whole = 1.5, lost = 0;
  if (judged.drain.violations > 0) lost += 1.5;
  double weight = 1;
  for (std::size_t i = goals.ordered.size(); i-- > 0; weight *= 1.1) {
    const GoalInfo& goal = *goals.ordered[i];
    const double own = weight * (goal.hard ? 1.5 : 1.0);
    const auto units =
        static_cast<double>(std::max<std::size_t>(1, goal.per_partition ? partitions : brokers));
    whole += own;
    lost += own * std::min(1.0, static_cast<double>(judged.goals[i].violations) / units);
  }
  return std::clamp(100 * (1 - lost / whole), 0.0, 100.0);
}

void Builder::AddTotals() {
  for (const Move& move : proposal_.moves) {
    proposal_.replica_moves += static_cast<std::int32_t>(move.Added().size());
    proposal_.bytes_to_move += std::max<std::int64_t>(0, move.bytes);
    const bool leads_anew =
        move.after.front() != move.before.front() || move.after.front() != move.leader_before;
    proposal_.leader_moves += leads_anew ? 1 : 0;
  }
  if (cluster_.known[kDisk] && !cluster_.targets.empty()) {
    AddBound();
  }
  const std::size_t brokers = cluster_.targets.size();
  const std::size_t partitions = cluster_.partitions.size();
  proposal_.score_before = Score(in_.goals, before_, brokers, partitions);
  proposal_.score_after = Score(in_.goals, after_, brokers, partitions);
}

void Builder::AddBound() {
  const BytesBound bound = BoundBytes(start_, end_, in_.options.dual_bound);
  double least = bound.bytes * cluster_.unit[kDisk];
  if (in_.relief != nullptr) least = std::max(least, in_.relief->LeastBytes());
  proposal_.bytes_lower_bound = std::llround(least);
  proposal_.bound_method = bound.method;
  proposal_.bound_open_bands = static_cast<std::int32_t>(bound.open);
  if (proposal_.bytes_lower_bound > 0) {
    proposal_.bound_gap = static_cast<double>(proposal_.bytes_to_move) /
                              static_cast<double>(proposal_.bytes_lower_bound) -
                          1;
  }
}

std::string Builder::MovesInWords() const {
  const auto plural = [](std::int32_t n, std::string_view what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  std::string words;
  if (proposal_.replica_moves > 0) {
    words =
        fmt::format("{} ({})", plural(proposal_.replica_moves, "replica move"),
                    cluster_.known[kDisk] ? HumanBytes(static_cast<double>(proposal_.bytes_to_move))
                                          : std::string("size unknown"));
  }
  if (proposal_.leader_moves > 0) {
    if (!words.empty()) words += ", ";
    words += plural(proposal_.leader_moves, "leader move");
  }
  if (words.empty()) words = plural(static_cast<std::int32_t>(proposal_.moves.size()), "reorder");
  return words;
}

/// Names what no plan can mend, and the partition that is why.
void Builder::AddHopeless() {
  constexpr std::size_t kAscents = 2;
  constexpr std::size_t kNamed = 5;
  if (after_.soft == 0) return;
  PriceCache prices = in_.prices;
  const std::vector<HopelessBroker> found = HopelessFinder(kAscents, prices).Find(end_);
  for (std::size_t i = 0; i < std::min(found.size(), kNamed); ++i) {
    const Vec8 load = cluster_.LeaderLoad(end_.partition(found[i].partition));
    std::size_t largest = 0;
    for (std::size_t r = 0; r < kLanes; ++r) {
      if (start_.bands().distribution[r] && load[r] > load[largest]) largest = r;
    }
    std::vector<std::string> bands;
    std::string_view name;
    for (const Goal* goal : in_.goals.ordered) {
      if (goal->kind != GoalKind::kDistribution) continue;
      if (found[i].lanes[goal->lane]) bands.emplace_back(goal->alias);
      if (goal->lane == largest) name = goal->alias;
    }
    proposal_.notes.push_back(fmt::format(
        "broker {} cannot meet {} at once, whatever else it holds: it leads {}, alone {:.2f} of a "
        "broker's mean ({})",
        cluster_.broker_ids[found[i].broker], Join(bands, ", "),
        in_.snapshot.NameOf(SourceOf(found[i].partition)).ToString(),
        static_cast<double>(load[largest]), name));
  }
  if (found.size() > kNamed) {
    proposal_.notes.push_back(
        fmt::format("{} more brokers cannot meet their bands either", found.size() - kNamed));
  }
}

void Builder::AddSummary() {
  std::int32_t violated_before = 0, violated_after = 0;
  for (const GoalVerdict& goal : proposal_.goals) {
    violated_before += goal.violations_before > 0 ? 1 : 0;
    violated_after += goal.violations_after > 0 ? 1 : 0;
  }
  proposal_.notes = cluster_.notes;
  AddHopeless();
  proposal_.provision = AdviseProvision(in_.snapshot, end_, in_.options);
  // A plan that is to mend nothing else says itself what it leaves.
  for (std::string& reason : in_.relief != nullptr
                                 ? in_.relief->Notes()
                                 : BlockingReasons(in_.snapshot, end_, proposal_.provision)) {
    proposal_.notes.push_back(std::move(reason));
  }
  for (const std::string& note : in_.schedule.notes) proposal_.notes.push_back(note);
  if (!proposal_.empty()) {
    proposal_.summary =
        fmt::format("{}: {}violated goals {} -> {}, score {:.0f} -> {:.0f}", MovesInWords(),
                    in_.relief != nullptr ? in_.relief->Summary(true) + "; " : "", violated_before,
                    violated_after, proposal_.score_before, proposal_.score_after);
    return;
  }
  if (cluster_.broker_ids.empty()) {
    proposal_.summary = "nothing to plan: the snapshot has no brokers";
  } else if (cluster_.targets.empty()) {
    proposal_.summary = "nothing to plan: no broker is serving";
  } else if (in_.snapshot.partitions.empty()) {
    proposal_.summary = "nothing to plan: there are no partitions";
  } else if (in_.relief != nullptr) {
    proposal_.summary = in_.relief->Summary(false);
  } else if (violated_after == 0) {
    proposal_.summary = "already level: every goal is inside its band";
  } else {
    proposal_.summary = fmt::format(
        "nothing worth moving: {} goals are outside their band and no plan brings them clearly "
        "closer",
        violated_after);
    for (std::string& note : explainer_.WhyNot()) proposal_.notes.push_back(std::move(note));
  }
}

Proposal Builder::Run() {
  proposal_.cluster_id = in_.snapshot.cluster_id;
  proposal_.snapshot_sequence = in_.snapshot.sequence;
  proposal_.created_at = in_.snapshot.taken_at;
  proposal_.seed = in_.options.seed;
  proposal_.asked_for = AskedFor(in_.options);
  proposal_.confidence = in_.snapshot.confidence;
  proposal_.makespan_s = in_.schedule.makespan_s;
  proposal_.makespan_bound_s = in_.schedule.makespan_bound_s;
  AddElections();
  proposal_.moves.reserve(proposal_.moves.size() + in_.schedule.moves.size());
  for (const std::uint32_t p : in_.schedule.moves) AddMove(p);
  AddVerdicts();
  proposal_.brokers = BalanceOfBrokers(in_.snapshot, cluster_, proposal_.moves, sources_);
  AddTotals();
  AddSummary();
  return std::move(proposal_);
}

}  // namespace

Proposal BuildProposal(const ProposalInput& input) { return Builder(input).Run(); }

}  // namespace levelwind::planner
