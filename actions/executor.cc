// Executor's commands and its public face; executor_drive.cc carries operations out.
#include "actions/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "actions/operation_view.h"
#include "actions/preflight.h"
#include "base/log.h"

namespace levelwind::actions {

Executor::Executor(kafka::AdminClient& admin, kafka::TopicAdmin& topics,
                   store::OperationJournal& journal, const Clock& clock,
                   const ExecutorOptions& options)
    : admin_(admin),
      journal_(journal),
      clock_(clock),
      options_(options),
      mutator_(admin, topics, journal, clock, options.request_timeout),
      throttles_(admin, mutator_, options_),
      driver_(mutator_, options_),
      dir_driver_(mutator_, options_),
      progress_(options_) {
  Publish();
}

Status Executor::Recover() {
  LW_ASSIGN_OR_RETURN(auto operations, journal_.LoadOperations(options_.shown_operations));
  LW_ASSIGN_OR_RETURN(auto preimages, journal_.LoadOpenPreimages());
  throttles_.Load(std::move(preimages));
  for (store::StoredOperation& stored : operations) {
    bound_cluster_ = stored.header.cluster_id;
    if (IsTerminal(stored.header.state)) {
      finished_.push_front(MakeView(stored));
      continue;
    }
    LW_INFO("executor", "{} ({}) goes on where it was", stored.header.id,
            OperationStateName(stored.header.state));
    queue_.push_back(std::make_unique<OperationRun>(std::move(stored), clock_));
  }
  TrimHistory(finished_, options_.shown_operations);
  Activate();
  Publish();
  return Ok();
}

Duration Executor::Step(SteadyTime now) {
  if (now < next_poll_) return next_poll_ - now;
  next_poll_ = now + std::chrono::duration_cast<SteadyTime::duration>(options_.poll_interval);
  Activate();
  if (current_ || throttles_.HasDebts()) {
    Poll(now);
    Publish();
  }
  return options_.poll_interval;
}

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
  header.generation = journal_.generation();
  header.created_at = clock_.WallNow();
  header.updated_at = header.created_at;
  operation.steps.reserve(proposal.moves.size());
  for (const Move& move : proposal.moves) {
    store::StepRecord step;
    step.number = static_cast<std::int32_t>(operation.steps.size()) + 1;
    step.move = move;
    // An offline plan knows no ids: bind it to the topic that was just checked (I13).
    if (step.move.topic_id.is_none()) step.move.topic_id = seen.FindTopic(move.partition.topic)->id;
    operation.steps.push_back(std::move(step));
  }
  return operation;
}

Result<std::string> Executor::Submit(const Proposal& proposal, const std::string& author,
                                     const std::string& reason) {
  if (queue_.size() >= options_.max_queued) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("{} operations are waiting already; let one finish, or cancel one",
                             queue_.size()));
  }
  LW_RETURN_IF_ERROR(CheckOverlap(proposal));
  LW_ASSIGN_OR_RETURN(const Observation seen, Observation::Read(admin_, options_.request_timeout));
  LW_RETURN_IF_ERROR(CheckCluster(seen));
  LW_RETURN_IF_ERROR(CheckProposal(proposal, seen));
  LW_ASSIGN_OR_RETURN(const MinIsr min_isr,
                      ReadMinIsr(admin_, ShrunkTopics(proposal), options_.request_timeout));
  LW_RETURN_IF_ERROR(CheckShrinks(proposal, seen, min_isr));
  const LogDirLook dirs =
      LogDirLook::Read(admin_, LogDirBrokers(proposal), options_.request_timeout);
  LW_RETURN_IF_ERROR(CheckLogDirs(proposal, seen, dirs));
  LW_ASSIGN_OR_RETURN(const std::uint64_t number, journal_.NextOperationNumber());
  store::StoredOperation operation = MakeOperation(proposal, seen, number, author, reason);
  store::JournalBatch batch;
  batch.operations.push_back(operation.header);
  for (const store::StepRecord& step : operation.steps) {
    batch.steps.push_back({operation.header.id, step});
  }
  LW_RETURN_IF_ERROR(mutator_.Commit(std::move(batch)));
  bound_cluster_ = seen.cluster_id();
  const std::string id = operation.header.id;
  LW_INFO("executor", "{}: {} with {} steps, asked by {}: {}", id, proposal.id,
          operation.steps.size(), author, reason);
  queue_.push_back(std::make_unique<OperationRun>(std::move(operation), clock_));
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

Status Executor::Cancel(const std::string& operation, const std::string& author,
                        const std::string& reason) {
  OperationRun* run = FindOpen(operation);
  if (run == nullptr) {
    for (const OperationView& view : finished_) {
      if (view.id != operation) continue;
      return FailedPrecondition(
          fmt::format("{} is over ({})", operation, OperationStateName(view.state)));
    }
    return NotFound(
        fmt::format("there is no operation '{}'; 'levelwind history' lists all", operation));
  }
  if (run->stopping()) return Ok();
  if (run->header().state == OperationState::kFinishing) {
    return FailedPrecondition(
        fmt::format("{} has no step left to cancel; it is restoring throttles", operation));
  }
  run->RequestCancel(
      fmt::format("cancelled by {}{}{}", author, reason.empty() ? "" : ": ", reason));
  next_poll_ = {};
  const Status written = mutator_.Commit(run->Changes());
  if (written.ok()) run->MarkFlushed();
  if (written.ok() && IsTerminal(run->header().state)) {
    finished_.push_front(MakeView(*run, kUnknown));
    std::erase_if(queue_, [&](const auto& queued) { return queued.get() == run; });
  }
  Publish();
  return written;
}

std::vector<std::string> Executor::OpenThrottles() const { return throttles_.OpenRows({}, 100); }

void Executor::Publish() {
  auto view = std::make_shared<ExecutorView>();
  view->mode = "operate";
  view->status = StatusText();
  for (auto run = queue_.rbegin(); run != queue_.rend(); ++run) {
    view->operations.push_back(MakeView(**run, kUnknown));
  }
  if (current_) view->operations.push_back(MakeView(*current_, progress_.rate()));
  view->operations.insert(view->operations.end(), finished_.begin(), finished_.end());
  view_.Publish(std::move(view));
}

std::string Executor::StatusText() const {
  if (!trouble_.empty()) return trouble_;
  if (current_) {
    const store::OperationRecord& header = current_->header();
    std::string text = fmt::format("{} {}", OperationStateName(header.state), header.id);
    if (!header.hold_reason.empty()) text += ": " + header.hold_reason;
    return text;
  }
  const auto owed = throttles_.OpenRows({}, 1);
  return owed.empty() ? "idle" : "idle, but a throttle is still to be restored: " + owed.front();
}

}  // namespace levelwind::actions
