// Executor's side that brings back what an operation changed.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "actions/executor.h"
#include "actions/undo_plan.h"
#include "base/log.h"

namespace levelwind::actions {
namespace {

// The cluster, or the journal's disk, may be well again later.
bool MayPass(const Error& error) {
  return error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kDeadlineExceeded ||
         error.code() == ErrorCode::kResourceExhausted;
}

}  // namespace

Result<std::string> Executor::Rollback(const std::string& operation, const std::string& author,
                                       const std::string& reason) {
  OperationRun* run = FindOpen(operation);
  if (run == nullptr) {
    auto original = journal_.LoadOperation(operation);
    if (!original.ok() && original.error().code() == ErrorCode::kNotFound) {
      return NotOpen(operation);
    }
    LW_RETURN_IF_ERROR(original);
    return RollBack(*std::move(original), author, reason);
  }
  run->RequestRollback(author, reason);
  const OperationState state = run->header().state;
  const bool ending = state == OperationState::kCancelling || state == OperationState::kFinishing;
  if (!ending && !IsTerminal(state)) {
    run->RequestCancel(fmt::format("to be rolled back, asked by {}{}{}", author,
                                   reason.empty() ? "" : ": ", reason));
  }
  LW_RETURN_IF_ERROR(Take(*run));
  return std::string();
}

Result<std::string> Executor::RollBack(store::StoredOperation original, const std::string& author,
                                       const std::string& reason) {
  LW_ASSIGN_OR_RETURN(const Observation seen, LookForCommand());
  const LogDirLook look =
      LogDirLook::Read(admin_, UndoLogDirBrokers(original), options_.request_timeout);
  LW_ASSIGN_OR_RETURN(const Proposal undo, MakeUndo(original, seen, look));
  LW_RETURN_IF_ERROR(CheckOverlap(undo));
  LW_RETURN_IF_ERROR(Preflight(undo, seen));
  LW_ASSIGN_OR_RETURN(const std::uint64_t number, journal_.NextOperationNumber());
  store::StoredOperation operation = MakeOperation(undo, seen, number, author, reason);
  operation.header.undoes = original.header.id;
  original.header.undone_by = operation.header.id;
  original.header.rollback_author.clear();
  original.header.rollback_reason.clear();
  original.header.rollback_note.clear();
  // Both in one transaction: a crash leaves a rollback that is to be made, or one that is made.
  store::JournalBatch batch;
  batch.operations.push_back(original.header);
  LW_ASSIGN_OR_RETURN(std::string id, Accept(std::move(operation), std::move(batch), seen));
  ++activity_.rollbacks;
  std::erase(rollbacks_, original.header.id);
  ShowRollback(original.header);
  return id;
}

// Makes the rollbacks whose operations have come to their end. One that the cluster does not bear
// is refused for good, and the reason is kept with the operation.
void Executor::SettleRollbacks() {
  const std::vector<std::string> waiting = rollbacks_;
  for (const std::string& id : waiting) {
    auto original = journal_.LoadOperation(id);
    if (!original.ok()) {
      LW_WARN("executor", "{}: rollback: {}", id, original.error().message());
      continue;
    }
    store::OperationRecord header = original->header;
    const auto made =
        RollBack(*std::move(original), header.rollback_author, header.rollback_reason);
    if (made.ok()) continue;
    LW_WARN("executor", "{} is not rolled back: {}", id, made.error().message());
    if (MayPass(made.error())) continue;
    header.rollback_author.clear();
    header.rollback_reason.clear();
    header.rollback_note = "not rolled back: " + made.error().message();
    store::JournalBatch batch;
    batch.operations.push_back(header);
    if (!mutator_.Commit(std::move(batch)).ok()) continue;
    std::erase(rollbacks_, id);
    ShowRollback(header);
  }
}

void Executor::ShowRollback(const store::OperationRecord& header) {
  for (OperationView& view : finished_) {
    if (view.id != header.id) continue;
    view.undone_by = header.undone_by;
    view.rollback_note = header.rollback_note;
  }
  Publish();
}

}  // namespace levelwind::actions
