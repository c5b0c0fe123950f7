// Journal's side that reads operations back.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "store/journal.h"
#include "store/record_text.h"
#include "store/sqlite.h"

namespace levelwind::store {
namespace {

std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

template <class T>
Result<T> Known(std::optional<T> parsed, const std::string& text) {
  if (!parsed) return DataLoss(fmt::format("journal: '{}' is not a known state", text));
  return *parsed;
}

Result<OperationRecord> ReadOperation(const Statement& row) {
  OperationRecord op;
  op.number = Unsigned(row.Int(0));
  op.id = row.Text(1);
  op.proposal_id = row.Text(2);
  op.cluster_id = row.Text(3);
  op.author = row.Text(4);
  op.reason = row.Text(5);
  LW_ASSIGN_OR_RETURN(op.state, Known(ParseOperationState(row.Text(6)), row.Text(6)));
  op.hold_reason = row.Text(7);
  op.cancel_requested = row.Int(8) != 0;
  op.cancel_note = row.Text(9);
  op.throttle_bytes_per_s = row.Int(10);
  op.generation = Unsigned(row.Int(11));
  op.created_at.unix_ms = row.Int(12);
  op.updated_at.unix_ms = row.Int(13);
  op.finished_at.unix_ms = row.Int(14);
  LW_ASSIGN_OR_RETURN(op.pause, Known(ParsePauseCause(row.Text(15)), row.Text(15)));
  op.pause_note = row.Text(16);
  op.undoes = row.Text(17);
  op.undone_by = row.Text(18);
  op.rollback_author = row.Text(19);
  op.rollback_reason = row.Text(20);
  op.rollback_note = row.Text(21);
  op.throttle_tuned = row.Int(22) != 0;
  op.throttle_changes = static_cast<std::int32_t>(row.Int(23));
  op.bytes_per_s = row.Real(24);
  op.eta_low_s = row.Real(25);
  op.eta_high_s = row.Real(26);
  return op;
}

Result<StepRecord> ReadStep(const Statement& row) {
  StepRecord step;
  step.number = static_cast<std::int32_t>(row.Int(1));
  Move& move = step.move;
  LW_ASSIGN_OR_RETURN(move.kind, ParseMoveKind(row.Text(2)));
  move.partition = {row.Text(3), static_cast<std::int32_t>(row.Int(4))};
  LW_ASSIGN_OR_RETURN(move.topic_id, Uuid::Parse(row.Text(5)));
  LW_ASSIGN_OR_RETURN(move.before, ParseBrokerList(row.Text(6)));
  LW_ASSIGN_OR_RETURN(move.after, ParseBrokerList(row.Text(7)));
  move.leader_before = static_cast<BrokerId>(row.Int(8));
  move.bytes = row.Int(9);
  move.bytes_in_per_s = row.Real(10);
  move.goal = row.Text(11);
  move.reason = row.Text(12);
  LW_ASSIGN_OR_RETURN(step.state, Known(ParseStepState(row.Text(13)), row.Text(13)));
  LW_ASSIGN_OR_RETURN(step.delivery, Known(ParseDelivery(row.Text(14)), row.Text(14)));
  step.seen = row.Int(15) != 0;
  step.attempts = static_cast<std::int32_t>(row.Int(16));
  LW_ASSIGN_OR_RETURN(step.cancel, Known(ParseCancelCause(row.Text(17)), row.Text(17)));
  step.note = row.Text(18);
  move.broker = static_cast<BrokerId>(row.Int(19));
  move.from_dir = row.Text(20);
  move.to_dir = row.Text(21);
  step.sent_at.unix_ms = row.Int(22);
  step.finished_at.unix_ms = row.Int(23);
  step.bytes_done = row.Int(24);
  step.waiting = row.Text(25);
  return step;
}

Result<PreimageRecord> ReadPreimage(const Statement& row) {
  PreimageRecord record;
  record.operation = row.Text(0);
  record.scope = row.Text(1) == "broker" ? ConfigScope::kBroker : ConfigScope::kTopic;
  record.resource = row.Text(2);
  record.key = row.Text(3);
  record.entry = row.Text(4);
  record.topic_id = row.Text(5);
  if (!row.IsNull(6)) record.before = row.Text(6);
  record.ours = row.Text(7);
  LW_ASSIGN_OR_RETURN(record.state, Known(ParsePreimageState(row.Text(8)), row.Text(8)));
  record.note = row.Text(9);
  if (!row.IsNull(10)) record.previous = row.Text(10);
  record.ceiling = row.Int(11);
  return record;
}

Result<std::vector<PreimageRecord>> ReadPreimages(Statement& query) {
  std::vector<PreimageRecord> rows;
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return rows;
    LW_ASSIGN_OR_RETURN(PreimageRecord row, ReadPreimage(query));
    rows.push_back(std::move(row));
  }
}

Result<std::vector<StepRecord>> ReadSteps(Database& db, const std::string& operation) {
  std::vector<StepRecord> steps;
  Statement query(db, "SELECT * FROM steps WHERE operation = ? ORDER BY number");
  query.Bind(operation);
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return steps;
    LW_ASSIGN_OR_RETURN(StepRecord step, ReadStep(query));
    steps.push_back(std::move(step));
  }
}

Result<std::vector<BaselineRecord>> ReadBaseline(Database& db, const std::string& operation) {
  std::vector<BaselineRecord> rows;
  Statement query(db,
                  "SELECT kind, topic, partition, broker FROM baselines "
                  "WHERE operation = ? AND open = 1 ORDER BY kind, topic, partition, broker");
  query.Bind(operation);
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return rows;
    BaselineRecord row;
    row.operation = operation;
    LW_ASSIGN_OR_RETURN(row.kind, Known(ParseBaselineKind(query.Text(0)), query.Text(0)));
    row.partition = {query.Text(1), static_cast<std::int32_t>(query.Int(2))};
    row.broker = static_cast<BrokerId>(query.Int(3));
    rows.push_back(std::move(row));
  }
}

// The rest of an operation whose header `row` has.
Result<StoredOperation> ReadWhole(Database& db, const Statement& row) {
  StoredOperation operation;
  LW_ASSIGN_OR_RETURN(operation.header, ReadOperation(row));
  LW_ASSIGN_OR_RETURN(operation.steps, ReadSteps(db, operation.header.id));
  LW_ASSIGN_OR_RETURN(operation.baseline, ReadBaseline(db, operation.header.id));
  return operation;
}

}  // namespace

Result<std::vector<StoredOperation>> Journal::LoadOperations(std::size_t finished_limit) {
  std::lock_guard lock(mutex_);
  std::vector<StoredOperation> operations;
  Statement query(*db_,
                  "SELECT * FROM operations WHERE finished_ms = 0 OR number IN (SELECT number FROM "
                  "operations WHERE finished_ms > 0 ORDER BY number DESC LIMIT ?) ORDER BY number");
  query.Bind(static_cast<std::int64_t>(finished_limit));
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) break;
    LW_ASSIGN_OR_RETURN(StoredOperation operation, ReadWhole(*db_, query));
    operations.push_back(std::move(operation));
  }
  return operations;
}

Result<StoredOperation> Journal::LoadOperation(const std::string& id) {
  std::lock_guard lock(mutex_);
  Statement query(*db_, "SELECT * FROM operations WHERE id = ?");
  query.Bind(id);
  LW_ASSIGN_OR_RETURN(const bool found, query.Next());
  if (!found) return NotFound(fmt::format("the journal has no operation '{}'", id));
  return ReadWhole(*db_, query);
}

Result<std::vector<SentMove>> Journal::LoadSentMoves(WallTime since) {
  std::lock_guard lock(mutex_);
  Statement query(*db_,
                  "SELECT sent_ms, bytes FROM steps WHERE sent_ms > 0 AND sent_ms >= ? AND "
                  "kind IN ('replica', 'log_dir') ORDER BY sent_ms");
  query.Bind(since.unix_ms);
  std::vector<SentMove> moves;
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return moves;
    moves.push_back({{query.Int(0)}, query.Int(1)});
  }
}

Result<std::vector<PreimageRecord>> Journal::LoadOpenPreimages() {
  std::lock_guard lock(mutex_);
  Statement query(*db_,
                  "SELECT p.* FROM config_preimages p LEFT JOIN operations o ON o.id = p.operation "
                  "WHERE p.state IN ('intended', 'applied') "
                  "ORDER BY o.number, p.scope, p.resource, p.key, p.entry");
  return ReadPreimages(query);
}

Result<std::vector<PreimageRecord>> Journal::LoadPreimages(const std::string& operation) {
  std::lock_guard lock(mutex_);
  Statement query(*db_,
                  "SELECT * FROM config_preimages WHERE operation = ? "
                  "ORDER BY scope, resource, key, entry");
  query.Bind(operation);
  return ReadPreimages(query);
}

Result<std::vector<AuditRecord>> Journal::LoadAudit(std::size_t limit,
                                                    const std::string& operation) {
  std::lock_guard lock(mutex_);
  std::vector<AuditRecord> rows;
  Statement query(*db_,
                  "SELECT * FROM audit WHERE ?1 = '' OR operation = ?1 "
                  "ORDER BY generation DESC, time_ms DESC, sequence DESC LIMIT ?2");
  query.Bind(operation).Bind(static_cast<std::int64_t>(limit));
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return rows;
    AuditRecord row;
    row.generation = Unsigned(query.Int(0));
    row.sequence = Unsigned(query.Int(1));
    row.time.unix_ms = query.Int(2);
    row.operation = query.Text(3);
    row.author = query.Text(4);
    row.api = query.Text(5);
    row.target = query.Text(6);
    row.outcome = query.Text(7);
    rows.push_back(std::move(row));
  }
}

Result<std::uint64_t> Journal::NextOperationNumber() {
  std::lock_guard lock(mutex_);
  LW_ASSIGN_OR_RETURN(const std::int64_t number,
                      db_->QueryInt("SELECT value FROM counters WHERE name = 'next_operation'"));
  return Unsigned(number);
}

}  // namespace levelwind::store
