#include "actions/undo_plan.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "actions/log_dir_driver.h"
#include "actions/step_judge.h"
#include "model/measure.h"

namespace levelwind::actions {
namespace {

using store::StepRecord;

bool WasSent(const StepRecord& step) { return step.sent_at.unix_ms != 0 || step.attempts > 0; }

bool ChangesPlacement(const StepRecord& step) {
  return IsLogDirStep(step) || step.move.before != step.move.after;
}

Sighting LookNow(const StepRecord& step, const Observation& seen, const LogDirLook& look) {
  return IsLogDirStep(step) ? LookAtLogDirs(step, seen, look) : Look(step.move, seen);
}

std::int64_t BytesBack(const Move& move) {
  if (move.kind == MoveKind::kLogDir) return move.bytes;
  const auto added = static_cast<std::int64_t>(move.Added().size());
  const auto back = static_cast<std::int64_t>(move.Removed().size());
  if (back == 0) return 0;
  return added > 0 && IsKnown(move.bytes) ? move.bytes / added * back : kUnknownCount;
}

Move Reversed(const StepRecord& step, const Observation& seen, const std::string& operation) {
  const Move& done = step.move;
  Move move = done;
  move.before = done.after;
  move.after = done.before;
  move.from_dir = done.to_dir;
  move.to_dir = done.from_dir;
  const kafka::PartitionInfo* partition = seen.FindPartition(done.partition);
  move.leader_before = partition == nullptr ? kNoBroker : partition->leader;
  move.bytes = BytesBack(done);
  move.goal.clear();
  move.reason = fmt::format("rolls back step {} of {}", step.number, operation);
  return move;
}

// The move that undoes the step, or nothing when there is nothing to undo.
// `way_back`: the move that undoes the step after it, of the same partition; null: there is none.
Result<std::optional<Move>> UndoStep(const StepRecord& step, const std::string& operation,
                                     const Observation& seen, const LogDirLook& look,
                                     const Move* way_back) {
  const bool theirs = step.state == StepState::kYielded || step.state == StepState::kVoided;
  if (theirs || !WasSent(step) || !ChangesPlacement(step)) return std::optional<Move>();
  if (way_back != nullptr && way_back->after == step.move.after) {
    return std::optional(Reversed(step, seen, operation));
  }
  const Sighting sighting = LookNow(step, seen, look);
  if (IsNewPartition(step.move)) {
    if (sighting.finding == Finding::kAtSource) return std::optional<Move>();
    return FailedPrecondition(fmt::format(
        "{} made {}, and Kafka cannot take a partition away: it stays; what else {} moved can be "
        "moved back with a plan",
        operation, step.move.partition.ToString(), operation));
  }
  if (sighting.finding == Finding::kAtTarget) return std::optional(Reversed(step, seen, operation));
  if (sighting.finding == Finding::kAtSource) return std::optional<Move>();
  const std::string name = step.move.partition.ToString();
  if (sighting.finding == Finding::kUnreadable) {
    return Unavailable(fmt::format("{} cannot be looked at now; try again when it can", name));
  }
  // Only what the operation brought to its end is known to have been ours.
  if (step.state != StepState::kDone) return std::optional<Move>();
  return Error(
      ErrorCode::kAborted,
      fmt::format("{} was changed since {} moved it{}{}; make a plan with 'levelwind plan' "
                  "instead",
                  name, operation, sighting.detail.empty() ? "" : ": ", sighting.detail));
}

}  // namespace

std::set<BrokerId> UndoLogDirBrokers(const store::StoredOperation& operation) {
  std::set<BrokerId> brokers;
  for (const StepRecord& step : operation.steps) {
    if (IsLogDirStep(step) && WasSent(step)) brokers.insert(step.move.broker);
  }
  return brokers;
}

Result<Proposal> MakeUndo(const store::StoredOperation& operation, const Observation& seen,
                          const LogDirLook& look) {
  const std::string& id = operation.header.id;
  Proposal proposal;
  proposal.id = "rollback-" + id;
  proposal.cluster_id = operation.header.cluster_id;
  std::map<TopicPartition, Move> back;  // the last of each partition so far
  for (auto step = operation.steps.rbegin(); step != operation.steps.rend(); ++step) {
    const auto after = back.find(step->move.partition);
    const bool chained = after != back.end() && !IsLogDirStep(*step);
    LW_ASSIGN_OR_RETURN(auto move,
                        UndoStep(*step, id, seen, look, chained ? &after->second : nullptr));
    if (!move) continue;
    back.insert_or_assign(step->move.partition, *move);
    proposal.moves.push_back(std::move(*move));
  }
  if (proposal.moves.empty()) {
    return FailedPrecondition(fmt::format(
        "{} has changed nothing that could be rolled back, or is rolled back already", id));
  }
  return proposal;
}

}  // namespace levelwind::actions
