#include "store/journal_schema.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace levelwind::store {
namespace {

// "LWJ1": tells our file from any other SQLite file.
constexpr std::int64_t kApplicationId = 0x4c574a31;

constexpr const char* kTables = R"sql(
CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES('generation', 0), ('next_operation', 1), ('next_proposal', 1);

CREATE TABLE operations(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, proposal_id TEXT NOT NULL,
  cluster_id TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,
  hold_reason TEXT NOT NULL, cancel_requested INTEGER NOT NULL, cancel_note TEXT NOT NULL,
  throttle INTEGER NOT NULL, generation INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL,
  pause TEXT NOT NULL DEFAULT 'none', pause_note TEXT NOT NULL DEFAULT '',
  undoes TEXT NOT NULL DEFAULT '', undone_by TEXT NOT NULL DEFAULT '',
  rollback_author TEXT NOT NULL DEFAULT '', rollback_reason TEXT NOT NULL DEFAULT '',
  rollback_note TEXT NOT NULL DEFAULT '', throttle_tuned INTEGER NOT NULL DEFAULT 0,
  throttle_changes INTEGER NOT NULL DEFAULT 0, rate REAL, eta_low REAL, eta_high REAL);

CREATE TABLE steps(
  operation TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL,
  partition INTEGER NOT NULL, topic_id TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
  leader_before INTEGER NOT NULL, bytes INTEGER NOT NULL, bytes_in REAL, goal TEXT NOT NULL,
  reason TEXT NOT NULL, state TEXT NOT NULL, delivery TEXT NOT NULL, seen INTEGER NOT NULL,
  attempts INTEGER NOT NULL, cancel TEXT NOT NULL, note TEXT NOT NULL,
  broker INTEGER NOT NULL DEFAULT -1, from_dir TEXT NOT NULL DEFAULT '',
  to_dir TEXT NOT NULL DEFAULT '', sent_ms INTEGER NOT NULL DEFAULT 0,
  finished_ms INTEGER NOT NULL DEFAULT 0, bytes_done INTEGER NOT NULL DEFAULT 0,
  waiting TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(operation, number)) WITHOUT ROWID;

CREATE TABLE config_preimages(
  operation TEXT NOT NULL, scope TEXT NOT NULL, resource TEXT NOT NULL, key TEXT NOT NULL,
  entry TEXT NOT NULL, topic_id TEXT NOT NULL, before TEXT, ours TEXT NOT NULL,
  state TEXT NOT NULL, note TEXT NOT NULL, previous TEXT,
  ceiling INTEGER NOT NULL DEFAULT -1,
  PRIMARY KEY(operation, scope, resource, key, entry)) WITHOUT ROWID;

CREATE TABLE audit(
  generation INTEGER NOT NULL, sequence INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  operation TEXT NOT NULL, author TEXT NOT NULL, api TEXT NOT NULL, target TEXT NOT NULL,
  outcome TEXT NOT NULL, PRIMARY KEY(generation, sequence)) WITHOUT ROWID;

CREATE TABLE proposals(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, json TEXT NOT NULL);
)sql";

constexpr const char* kBaselines = R"sql(
CREATE TABLE baselines(
  operation TEXT NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  broker INTEGER NOT NULL, open INTEGER NOT NULL,
  PRIMARY KEY(operation, kind, topic, partition, broker)) WITHOUT ROWID;
)sql";

// Version 2: steps between the log dirs of a broker.
constexpr const char* kFromOneToTwo = R"sql(
ALTER TABLE steps ADD COLUMN broker INTEGER NOT NULL DEFAULT -1;
ALTER TABLE steps ADD COLUMN from_dir TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN to_dir TEXT NOT NULL DEFAULT '';
)sql";

// Version 3: pauses and rollbacks; when a step was sent and over.
constexpr const char* kFromTwoToThree = R"sql(
ALTER TABLE operations ADD COLUMN pause TEXT NOT NULL DEFAULT 'none';
ALTER TABLE operations ADD COLUMN pause_note TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN undoes TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN undone_by TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN rollback_author TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN rollback_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN rollback_note TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN sent_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN finished_ms INTEGER NOT NULL DEFAULT 0;
)sql";

// Version 4: what was wrong when an operation was accepted, throttles that are tuned, progress.
// What ran without the first counts as accepted in a sound cluster.
constexpr const char* kFromThreeToFour = R"sql(
ALTER TABLE operations ADD COLUMN throttle_tuned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN throttle_changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN rate REAL;
ALTER TABLE operations ADD COLUMN eta_low REAL;
ALTER TABLE operations ADD COLUMN eta_high REAL;
ALTER TABLE steps ADD COLUMN bytes_done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN waiting TEXT NOT NULL DEFAULT '';
ALTER TABLE config_preimages ADD COLUMN previous TEXT;
ALTER TABLE config_preimages ADD COLUMN ceiling INTEGER NOT NULL DEFAULT -1;
)sql";
// By the version that they start from, 1 first.
constexpr const char* kUpgrades[] = {kFromOneToTwo, kFromTwoToThree, kFromThreeToFour};

Status MakeTables(Database& db, const std::string& tables) {
  Transaction transaction(db);
  LW_RETURN_IF_ERROR(transaction.begun());
  LW_RETURN_IF_ERROR(db.Exec(tables.c_str()));
  LW_RETURN_IF_ERROR(db.Exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version={};",
                                         kApplicationId, kSchemaVersion)
                                 .c_str()));
  return transaction.Commit();
}

}  // namespace

Status EnsureSchema(Database& db) {
  LW_ASSIGN_OR_RETURN(const std::int64_t application, db.QueryInt("PRAGMA application_id"));
  LW_ASSIGN_OR_RETURN(const std::int64_t version, db.QueryInt("PRAGMA user_version"));
  LW_ASSIGN_OR_RETURN(const std::int64_t tables, db.QueryInt("SELECT count(*) FROM sqlite_master"));
  if (application == 0 && version == 0 && tables == 0)
    return MakeTables(db, std::string(kTables) + kBaselines);
  if (application != kApplicationId) {
    return DataLoss(fmt::format(
        "journal {}: it is another program's database; choose another directory with --state-dir",
        db.path()));
  }
  if (version > kSchemaVersion) {
    return FailedPrecondition(fmt::format(
        "journal {}: its schema version is {}, this levelwind knows up to {}; start the "
        "newer version that wrote it",
        db.path(), version, kSchemaVersion));
  }
  if (version >= 1 && version < kSchemaVersion) {
    std::string upgrades;
    for (std::int64_t from = version; from < kSchemaVersion; ++from)
      upgrades += kUpgrades[from - 1];
    return MakeTables(db, upgrades + kBaselines);
  }
  if (version < kSchemaVersion) {
    return DataLoss(
        fmt::format("journal {}: its schema version is {}, which no release has written; move the "
                    "file away and start again",
                    db.path(), version));
  }
  return Ok();
}

}  // namespace levelwind::store
