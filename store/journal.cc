#include "store/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/journal_schema.h"
#include "store/sqlite.h"

namespace levelwind::store {
namespace {

constexpr const char* kFileName = "levelwind.db";

}  // namespace

Journal::Journal(StateDirectory directory, std::unique_ptr<Database> db,
                 const JournalOptions& options)
    : directory_(std::move(directory)), db_(std::move(db)), options_(options) {}

Journal::~Journal() {
  if (generation_ == 0) return;  // It was never opened.
  if (const auto position = Position(); position.ok()) NotePosition(directory_, *position);
}

Result<std::unique_ptr<Journal>> Journal::Open(const std::string& state_dir,
                                               const JournalOptions& options) {
  LW_ASSIGN_OR_RETURN(StateDirectory directory, StateDirectory::Lock(state_dir));
  LW_RETURN_IF_ERROR(directory.EnsurePrivateFile(kFileName));
  LW_ASSIGN_OR_RETURN(Database db, Database::Open(directory.FileName(kFileName)));
  std::unique_ptr<Journal> journal(
      new Journal(std::move(directory), std::make_unique<Database>(std::move(db)), options));
  LW_RETURN_IF_ERROR(journal->Prepare());
  return journal;
}

Status Journal::Prepare() {
  // EXCLUSIVE has to come before the first access: then the WAL index lives in our memory instead
  // of a shared file, and nobody else can connect.
  LW_RETURN_IF_ERROR(db_->Exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0;"));
  LW_ASSIGN_OR_RETURN(const std::string mode, db_->QueryText("PRAGMA journal_mode=WAL"));
  if (mode != "wal") {
    return Unavailable(fmt::format(
        "journal {}: write-ahead logging is not possible there (mode '{}'); use a local "
        "disk for --state-dir",
        db_->path(), mode));
  }
  LW_RETURN_IF_ERROR(db_->Exec("PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF;"));
  LW_ASSIGN_OR_RETURN(const std::int64_t page_size, db_->QueryInt("PRAGMA page_size"));
  const std::int64_t pages = std::max<std::int64_t>(1, options_.max_bytes / page_size);
  LW_RETURN_IF_ERROR(db_->Exec(fmt::format("PRAGMA max_page_count={}", pages).c_str()));
  LW_ASSIGN_OR_RETURN(const std::string verdict, db_->QueryText("PRAGMA integrity_check(1)"));
  if (verdict != "ok") {
    return DataLoss(fmt::format(
        "journal {}: damaged ({}); move the file and {} away and start again; what Kafka is doing "
        "is read from Kafka",
        db_->path(), verdict, directory_.FileName(kNewestFileName)));
  }
  LW_RETURN_IF_ERROR(PrepareSchema());
  return Prune();
}

Status Journal::PrepareSchema() {
  LW_RETURN_IF_ERROR(EnsureSchema(*db_));
  LW_ASSIGN_OR_RETURN(const JournalPosition before, Position());
  LW_RETURN_IF_ERROR(CheckPosition(directory_, db_->path(), before));
  LW_RETURN_IF_ERROR(db_->Exec("UPDATE counters SET value = value + 1 WHERE name = 'generation'"));
  LW_ASSIGN_OR_RETURN(const std::int64_t generation,
                      db_->QueryInt("SELECT value FROM counters WHERE name = 'generation'"));
  generation_ = static_cast<std::uint64_t>(generation);
  LW_ASSIGN_OR_RETURN(const JournalPosition now, Position());
  NotePosition(directory_, now);
  return Ok();
}

Result<JournalPosition> Journal::Position() {
  JournalPosition position;
  LW_ASSIGN_OR_RETURN(position.generation,
                      db_->QueryInt("SELECT value FROM counters WHERE name = 'generation'"));
  LW_ASSIGN_OR_RETURN(position.next_operation,
                      db_->QueryInt("SELECT value FROM counters WHERE name = 'next_operation'"));
  LW_ASSIGN_OR_RETURN(position.audit_generation,
                      db_->QueryInt("SELECT coalesce(max(generation), 0) FROM audit"));
  LW_ASSIGN_OR_RETURN(position.audit_sequence,
                      db_->QueryInt("SELECT coalesce(max(sequence), 0) FROM audit WHERE "
                                    "generation = (SELECT max(generation) FROM audit)"));
  return position;
}

Status Journal::Prune() {
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  // An operation that is over but still owes a restore (a dead broker's throttle) is kept.
  LW_RETURN_IF_ERROR(
      Statement(*db_,
                "DELETE FROM operations WHERE finished_ms > 0 AND number <= "
                "(SELECT max(number) FROM operations) - ? AND id NOT IN (SELECT operation FROM "
                "config_preimages WHERE state IN ('intended', 'applied'))")
          .Bind(static_cast<std::int64_t>(options_.keep_operations))
          .Run());
  LW_RETURN_IF_ERROR(
      db_->Exec("DELETE FROM steps WHERE operation NOT IN (SELECT id FROM operations);"
                "DELETE FROM config_preimages WHERE operation NOT IN (SELECT id FROM operations);"
                "DELETE FROM baselines WHERE operation NOT IN (SELECT id FROM operations);"));
  LW_RETURN_IF_ERROR(
      Statement(
          *db_,
          "DELETE FROM audit WHERE (generation, sequence) < (SELECT generation, sequence FROM "
          "audit ORDER BY generation DESC, sequence DESC LIMIT 1 OFFSET ?)")
          .Bind(static_cast<std::int64_t>(options_.keep_audit_rows))
          .Run());
  return transaction.Commit();
}

}  // namespace levelwind::store
