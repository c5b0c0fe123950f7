// Executor's commands: what people ask for. executor_rollback.cc has the one that takes back.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "actions/executor.h"
#include "actions/operation_view.h"
#include "actions/preflight.h"
#include "actions/step_chain.h"
#include "base/log.h"

namespace levelwind::actions {
namespace {

std::string SaidBy(const char* what, const std::string& author, const std::string& reason) {
  return fmt::format("{} by {}{}{}", what, author, reason.empty() ? "" : ": ", reason);
}

}  // namespace

Status Executor::CheckOverlap(const Proposal& proposal) const {
  std::unordered_set<TopicPartition> wanted;
  for (const Move& move : proposal.moves) wanted.insert(move.partition);
  const auto check = [&](const OperationRun& run) -> Status {
    for (const store::StepRecord& step : run.steps()) {
      if (IsTerminal(step.state) || wanted.count(step.move.partition) == 0) continue;
      return FailedPrecondition(fmt::format(
          "{} is part of {} ({}); wait until that is over, or cancel it with 'levelwind cancel {}'",
          step.move.partition.ToString(), run.header().id, OperationStateName(run.header().state),
          run.header().id));
    }
    return Ok();
  };
  if (current_) LW_RETURN_IF_ERROR(check(*current_));
  for (const auto& run : queue_) LW_RETURN_IF_ERROR(check(*run));
  return Ok();
}

Status Executor::CheckCluster(const Observation& seen) const {
  if (bound_cluster_.empty() || bound_cluster_ == seen.cluster_id()) return Ok();
  return FailedPrecondition(
      fmt::format("the state directory belongs to cluster {}, this is cluster {}; use another "
                  "--state-dir for it",
                  bound_cluster_, seen.cluster_id()));
}

store::StoredOperation Executor::MakeOperation(const Proposal& proposal, const Observation& seen,
                                               std::uint64_t number, const std::string& author,
                                               const std::string& reason) const {
  store::StoredOperation operation;
  store::OperationRecord& header = operation.header;
  header.number = number;
  header.id = fmt::format("op{}", number);
  header.proposal_id = proposal.id;
  header.cluster_id = seen.cluster_id();
  header.author = author;
  header.reason = reason;
  header.throttle_bytes_per_s = std::max<std::int64_t>(0, options_.throttle_bytes_per_s);
  header.throttle_tuned = options_.tune.on && header.throttle_bytes_per_s > 0;
  header.generation = journal_.generation();
  header.created_at = clock_.WallNow();
  header.updated_at = header.created_at;
  operation.steps.reserve(proposal.moves.size());
  const Racks racks = seen.Racks();
  for (const Move& whole : proposal.moves) {
    const auto parts =
        options_.one_replica_at_a_time ? OneReplicaAtATime(whole, racks) : std::vector<Move>{whole};
    for (const Move& move : parts) {
      store::StepRecord& step = operation.steps.emplace_back();
      step.number = static_cast<std::int32_t>(operation.steps.size());
      step.move = move;
      // An offline plan knows no ids: bind it to the topic that was just checked (I13).
      Uuid& id = step.move.topic_id;
      if (id.is_none()) id = seen.FindTopic(move.partition.topic)->id;
    }
  }
  operation.baseline = MakeBaseline(header.id, seen);
  return operation;
}

Result<Observation> Executor::LookForCommand() const {
  LW_ASSIGN_OR_RETURN(Observation seen, Observation::Read(admin_, options_.request_timeout));
  LW_RETURN_IF_ERROR(CheckCluster(seen));
  return seen;
}

Status Executor::Preflight(const Proposal& proposal, const Observation& seen) const {
  LW_RETURN_IF_ERROR(CheckProposal(proposal, seen));
  LW_ASSIGN_OR_RETURN(const MinIsr min_isr,
                      ReadMinIsr(admin_, ShrunkTopics(proposal), options_.request_timeout));
  LW_RETURN_IF_ERROR(CheckShrinks(proposal, seen, min_isr));
  const LogDirLook dirs =
      LogDirLook::Read(admin_, LogDirBrokers(proposal), options_.request_timeout);
  return CheckLogDirs(proposal, seen, dirs);
}

Result<std::string> Executor::Submit(const Proposal& proposal, const std::string& author,
                                     const std::string& reason) {
  if (queue_.size() >= options_.max_queued) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("{} operations are waiting already; let one finish, or cancel one",
                             queue_.size()));
  }
  LW_RETURN_IF_ERROR(CheckOverlap(proposal));
  LW_ASSIGN_OR_RETURN(const Observation seen, LookForCommand());
  LW_RETURN_IF_ERROR(Preflight(proposal, seen));
  LW_ASSIGN_OR_RETURN(const std::uint64_t number, journal_.NextOperationNumber());
  return Accept(MakeOperation(proposal, seen, number, author, reason), {}, seen);
}

// Stores the operation together with `batch` and puts it in line.
Result<std::string> Executor::Accept(store::StoredOperation operation, store::JournalBatch batch,
                                     const Observation& seen) {
  const store::OperationRecord& header = operation.header;
  batch.operations.push_back(header);
  for (const store::StepRecord& step : operation.steps) batch.steps.push_back({header.id, step});
  batch.baseline = operation.baseline;
  LW_RETURN_IF_ERROR(mutator_.Commit(std::move(batch)));
  bound_cluster_ = header.cluster_id;
  const std::string id = header.id;
  LW_INFO("executor", "{}: {} with {} steps, asked by {}: {}", id, header.proposal_id,
          operation.steps.size(), header.author, header.reason);
  const bool waits = current_ != nullptr || !queue_.empty();
  queue_.push_back(std::make_unique<OperationRun>(std::move(operation), clock_));
  queue_.back()->SetWaited(waits);
  queue_.back()->SetRacksBefore(seen.Racks());
  next_poll_ = {};
  Publish();
  return id;
}

OperationRun* Executor::FindOpen(const std::string& operation) {
  if (current_ && current_->header().id == operation) return current_.get();
  for (const auto& run : queue_) {
    if (run->header().id == operation) return run.get();
  }
  return nullptr;
}

// Why FindOpen does not find it.
Error Executor::NotOpen(const std::string& operation) const {
  for (const OperationView& view : finished_) {
    if (view.id != operation) continue;
    return FailedPrecondition(
        fmt::format("{} is over ({})", operation, OperationStateName(view.state)));
  }
  return NotFound(
      fmt::format("there is no operation '{}'; 'levelwind history' lists all", operation));
}

// Writes down what was asked of `run`. On an error the wish is kept in memory.
Status Executor::Take(OperationRun& run) {
  next_poll_ = {};
  const Status written = mutator_.Commit(run.Changes());
  if (written.ok()) run.MarkFlushed();
  // The running one is retired by its next poll.
  if (written.ok() && IsTerminal(run.header().state) && &run != current_.get()) {
    finished_.push_front(MakeView(run, {}));
    if (!run.header().rollback_author.empty()) rollbacks_.push_back(run.header().id);
    std::erase_if(queue_, [&](const auto& queued) { return queued.get() == &run; });
  }
  Publish();
  return written;
}

// `run` if something can still be stopped; `what` is to be done with it.
Result<OperationRun*> Executor::FindStoppable(const std::string& operation, const char* what) {
  OperationRun* run = FindOpen(operation);
  if (run == nullptr) return NotOpen(operation);
  // Over, but its end could not be written yet.
  if (IsTerminal(run->header().state)) {
    return FailedPrecondition(
        fmt::format("{} is over ({})", operation, OperationStateName(run->header().state)));
  }
  if (run->header().state == OperationState::kFinishing) {
    return FailedPrecondition(
        fmt::format("{} has no step left to {}; it is restoring throttles", operation, what));
  }
  return run;
}

Status Executor::Cancel(const std::string& operation, const std::string& author,
                        const std::string& reason) {
  LW_ASSIGN_OR_RETURN(OperationRun* const run, FindStoppable(operation, "cancel"));
  if (run->stopping()) return Ok();
  run->RequestCancel(SaidBy("cancelled", author, reason));
  ++activity_.cancels;
  return Take(*run);
}

Status Executor::Pause(const std::string& operation, const std::string& author,
                       const std::string& reason) {
  LW_ASSIGN_OR_RETURN(OperationRun* const run, FindStoppable(operation, "pause"));
  if (run->header().pause == store::PauseCause::kPerson) return Ok();
  if (run->stopping()) {
    return FailedPrecondition(fmt::format("{} is being cancelled and cannot be paused", operation));
  }
  run->Pause(store::PauseCause::kPerson, SaidBy("paused", author, reason));
  ++activity_.pauses;
  return Take(*run);
}

Status Executor::Resume(const std::string& operation, const std::string& author,
                        const std::string& reason) {
  LW_ASSIGN_OR_RETURN(OperationRun* const run, FindStoppable(operation, "resume"));
  if (!run->paused()) {
    return FailedPrecondition(
        fmt::format("{} is not paused ({})", operation, OperationStateName(run->header().state)));
  }
  LW_INFO("executor", "{}: {}", operation, SaidBy("resumed", author, reason));
  run->Resume();
  return Take(*run);
}

}  // namespace levelwind::actions
