// Journal's side that writes operations.
#include <algorithm>
#include <string>

#include "base/crash_point.h"
#include "store/journal.h"
#include "store/record_text.h"
#include "store/sqlite.h"

namespace levelwind::store {
namespace {

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Status WriteOperations(Database& db, const std::vector<OperationRecord>& operations) {
  if (operations.empty()) return Ok();
  Statement put(db,
                "INSERT OR REPLACE INTO operations "
                "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  Statement count(db, "UPDATE counters SET value = max(value, ?) WHERE name = 'next_operation'");
  for (const OperationRecord& op : operations) {
    LW_RETURN_IF_ERROR(put.Bind(Signed(op.number))
                           .Bind(op.id)
                           .Bind(op.proposal_id)
                           .Bind(op.cluster_id)
                           .Bind(op.author)
                           .Bind(op.reason)
                           .Bind(OperationStateName(op.state))
                           .Bind(op.hold_reason)
                           .Bind(std::int64_t{op.cancel_requested})
                           .Bind(op.cancel_note)
                           .Bind(op.throttle_bytes_per_s)
                           .Bind(Signed(op.generation))
                           .Bind(op.created_at.unix_ms)
                           .Bind(op.updated_at.unix_ms)
                           .Bind(op.finished_at.unix_ms)
                           .Bind(PauseCauseName(op.pause))
                           .Bind(op.pause_note)
                           .Bind(op.undoes)
                           .Bind(op.undone_by)
                           .Bind(op.rollback_author)
                           .Bind(op.rollback_reason)
                           .Bind(op.rollback_note)
                           .Bind(std::int64_t{op.throttle_tuned})
                           .Bind(std::int64_t{op.throttle_changes})
                           .Bind(op.bytes_per_s)
                           .Bind(op.eta_low_s)
                           .Bind(op.eta_high_s)
                           .Run());
    LW_RETURN_IF_ERROR(count.Bind(Signed(op.number) + 1).Run());
  }
  return Ok();
}

Status WriteSteps(Database& db, const std::vector<JournalBatch::StepChange>& steps) {
  if (steps.empty()) return Ok();
  Statement put(db,
                "INSERT OR REPLACE INTO steps "
                "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [operation, step] : steps) {
    const Move& move = step.move;
    LW_RETURN_IF_ERROR(put.Bind(operation)
                           .Bind(std::int64_t{step.number})
                           .Bind(MoveKindName(move.kind))
                           .Bind(move.partition.topic)
                           .Bind(std::int64_t{move.partition.partition})
                           .Bind(move.topic_id.ToString())
                           .Bind(BrokerListText(move.before))
                           .Bind(BrokerListText(move.after))
                           .Bind(std::int64_t{move.leader_before})
                           .Bind(move.bytes)
                           .Bind(move.bytes_in_per_s)
                           .Bind(move.goal)
                           .Bind(move.reason)
                           .Bind(StepStateName(step.state))
                           .Bind(DeliveryName(step.delivery))
                           .Bind(std::int64_t{step.seen})
                           .Bind(std::int64_t{step.attempts})
                           .Bind(CancelCauseName(step.cancel))
                           .Bind(step.note)
                           .Bind(std::int64_t{move.broker})
                           .Bind(move.from_dir)
                           .Bind(move.to_dir)
                           .Bind(step.sent_at.unix_ms)
                           .Bind(step.finished_at.unix_ms)
                           .Bind(step.bytes_done)
                           .Bind(step.waiting)
                           .Run());
  }
  return Ok();
}

Status WritePreimages(Database& db, const std::vector<PreimageRecord>& preimages) {
  if (preimages.empty()) return Ok();
  Statement put(db, "INSERT OR REPLACE INTO config_preimages VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
  const auto bind = [&](const std::optional<std::string>& value) {
    if (value.has_value()) {
      put.Bind(*value);
    } else {
      put.BindNull();
    }
  };
  for (const PreimageRecord& row : preimages) {
    put.Bind(row.operation)
        .Bind(row.scope == ConfigScope::kBroker ? "broker" : "topic")
        .Bind(row.resource)
        .Bind(row.key)
        .Bind(row.entry)
        .Bind(row.topic_id);
    bind(row.before);
    put.Bind(row.ours).Bind(PreimageStateName(row.state)).Bind(row.note);
    bind(row.previous);
    LW_RETURN_IF_ERROR(put.Bind(row.ceiling).Run());
  }
  return Ok();
}

Status WriteBaseline(Database& db, const std::vector<BaselineRecord>& rows) {
  if (rows.empty()) return Ok();
  Statement put(db, "INSERT OR REPLACE INTO baselines VALUES(?,?,?,?,?,?)");
  for (const BaselineRecord& row : rows) {
    LW_RETURN_IF_ERROR(put.Bind(row.operation)
                           .Bind(BaselineKindName(row.kind))
                           .Bind(row.partition.topic)
                           .Bind(std::int64_t{row.partition.partition})
                           .Bind(std::int64_t{row.broker})
                           .Bind(std::int64_t{row.open})
                           .Run());
  }
  return Ok();
}

Status WriteAudit(Database& db, const std::vector<AuditRecord>& rows) {
  if (rows.empty()) return Ok();
  Statement put(db, "INSERT OR REPLACE INTO audit VALUES(?,?,?,?,?,?,?,?)");
  for (const AuditRecord& row : rows) {
    LW_RETURN_IF_ERROR(put.Bind(Signed(row.generation))
                           .Bind(Signed(row.sequence))
                           .Bind(row.time.unix_ms)
                           .Bind(row.operation)
                           .Bind(row.author)
                           .Bind(row.api)
                           .Bind(row.target)
                           .Bind(row.outcome)
                           .Run());
  }
  return Ok();
}

}  // namespace

Status Journal::Commit(const JournalBatch& batch) {
  if (batch.empty()) return Ok();
  LW_CRASH_POINT("journal.before_commit");
  {
    std::lock_guard lock(mutex_);
    Transaction transaction(*db_);
    LW_RETURN_IF_ERROR(transaction.begun());
    LW_RETURN_IF_ERROR(WriteOperations(*db_, batch.operations));
    LW_RETURN_IF_ERROR(WriteSteps(*db_, batch.steps));
    LW_RETURN_IF_ERROR(WritePreimages(*db_, batch.preimages));
    LW_RETURN_IF_ERROR(WriteAudit(*db_, batch.audit));
    LW_RETURN_IF_ERROR(WriteBaseline(*db_, batch.baseline));
    LW_RETURN_IF_ERROR(transaction.Commit());
  }
  LW_CRASH_POINT("journal.after_commit");
  return Ok();
}

}  // namespace levelwind::store
