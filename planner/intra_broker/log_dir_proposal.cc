#include "planner/intra_broker/log_dir_proposal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace levelwind::planner {
namespace {

Move MoveOf(LogDirMove&& from) {
  Move move;
  move.kind = MoveKind::kLogDir;
  move.partition = std::move(from.partition);
  move.topic_id = from.topic_id;
  move.before = from.replicas;
  move.after = std::move(from.replicas);
  move.leader_before = from.leader;
  move.broker = from.broker;
  move.from_dir = std::move(from.from);
  move.to_dir = std::move(from.to);
  move.bytes = from.bytes;
  move.bytes_in_per_s = from.bytes_in_per_s;
  move.goal = std::move(from.goal);
  move.reason = std::move(from.reason);
  return move;
}

/// The first move of each broker, then the second of each, and so on: brokers copy at the same
/// time. Small ones first, so that most is level soon; those that only make room for others (both
/// ways between two log dirs) need no order, since a log dir is level within its band either way.
std::vector<Move> InTurn(std::vector<LogDirMove> moves) {
  std::ranges::stable_sort(moves, {}, &LogDirMove::bytes);
  std::map<BrokerId, std::size_t> seen;
  std::vector<std::pair<std::size_t, Move>> ranked;
  for (LogDirMove& move : moves) {
    const std::size_t turn = seen[move.broker]++;
    ranked.emplace_back(turn, MoveOf(std::move(move)));
  }
  std::ranges::stable_sort(ranked, {},
                           [](const auto& one) { return std::pair(one.first, one.second.broker); });
  std::vector<Move> ordered;
  ordered.reserve(ranked.size());
  for (auto& [turn, move] : ranked) ordered.push_back(std::move(move));
  return ordered;
}

/// As of plans between brokers: a hard goal counts half as much again.
double Score(const std::vector<GoalVerdict>& goals, std::size_t dirs, bool after) {
  double whole = 0, lost = 0;
  for (const GoalVerdict& goal : goals) {
    const double weight = goal.hard ? 1.5 : 1.0;
    const auto outside =
        static_cast<double>(after ? goal.violations_after : goal.violations_before);
    whole += weight;
    if (dirs > 0) lost += weight * std::min(1.0, outside / static_cast<double>(dirs));
  }
  return 100 * (1 - lost / whole);
}

double Makespan(const std::vector<Move>& moves, double rate) {
  if (rate <= 0) return kUnknown;
  std::map<BrokerId, double> bytes;
  for (const Move& move : moves) bytes[move.broker] += static_cast<double>(move.bytes);
  double longest = 0;
  for (const auto& [broker, sum] : bytes) longest = std::max(longest, sum / rate);
  return longest;
}

/// As of plans between brokers (explain/asked_for.h).
std::string AskedFor(const LogDirOptions& options) {
  std::string words = options.empty.empty() ? "level log dirs" : "empty log dirs ";
  for (const LogDirName& dir : options.empty) {
    words += fmt::format("{}{}:{}", words.ends_with(' ') ? "" : ", ", dir.broker, dir.path);
  }
  if (!options.brokers.empty()) {
    words += fmt::format("; only of brokers {}", fmt::join(options.brokers, ", "));
  }
  if (!options.include_topics.empty()) words += "; only topics " + options.include_topics;
  if (!options.exclude_topics.empty()) words += "; not topics " + options.exclude_topics;
  return words;
}

}  // namespace

Result<Proposal> ProposeLogDirs(const ClusterSnapshot& snapshot, const LogDirOptions& options,
                                double rate_bytes_per_s) {
  LW_ASSIGN_OR_RETURN(LogDirPlan plan, PlanLogDirs(snapshot, options));
  Proposal proposal;
  proposal.cluster_id = snapshot.cluster_id;
  proposal.snapshot_sequence = snapshot.sequence;
  proposal.created_at = snapshot.taken_at;
  proposal.asked_for = AskedFor(options);
  proposal.confidence = snapshot.confidence;
  proposal.score_before = Score(plan.goals, plan.dirs.size(), false);
  proposal.score_after = Score(plan.goals, plan.dirs.size(), true);
  proposal.moves = InTurn(std::move(plan.moves));
  proposal.log_dir_moves = static_cast<std::int32_t>(proposal.moves.size());
  proposal.goals = std::move(plan.goals);
  proposal.log_dirs = std::move(plan.dirs);
  proposal.bytes_to_move = plan.bytes_to_move;
  proposal.makespan_s = Makespan(proposal.moves, rate_bytes_per_s);
  proposal.makespan_bound_s = proposal.makespan_s;
  proposal.summary = std::move(plan.summary);
  proposal.notes = std::move(plan.notes);
  return proposal;
}

}  // namespace levelwind::planner
