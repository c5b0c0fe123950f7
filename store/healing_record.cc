#include "store/healing_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "store/healing_json.h"
#include "store/record_database.h"
#include "store/sqlite.h"

namespace levelwind::store {
namespace {

// "LWR1": tells our file from any other SQLite file.
constexpr std::int64_t kApplicationId = 0x4c575231;
constexpr std::size_t kKeptActs = 10'000;
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS cases(
  number INTEGER PRIMARY KEY, closed_ms INTEGER NOT NULL, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS acts(
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, case_id TEXT NOT NULL, bytes INTEGER NOT NULL,
  brokers TEXT NOT NULL);
)sql";

std::string ListOf(const std::vector<BrokerId>& brokers) {
  return fmt::format("{}", fmt::join(brokers, ","));
}

Result<std::vector<BrokerId>> BrokersOf(const std::string& list) {
  std::vector<BrokerId> brokers;
  if (list.empty()) return brokers;
  for (const std::string_view part : Split(list, ',')) {
    BrokerId broker = kNoBroker;
    const auto read = std::from_chars(part.data(), part.data() + part.size(), broker);
    if (read.ec != std::errc() || read.ptr != part.data() + part.size()) {
      return DataLoss(fmt::format("'{}' is not a list of brokers", EscapeControl(list)));
    }
    brokers.push_back(broker);
  }
  return brokers;
}

}  // namespace

HealingRecord::HealingRecord(HealingRecordOptions options) : options_(std::move(options)) {}
HealingRecord::~HealingRecord() = default;

Result<std::unique_ptr<HealingRecord>> HealingRecord::Open(const HealingRecordOptions& options) {
  std::unique_ptr<HealingRecord> record(new HealingRecord(options));
  if (!options.directory.empty()) LW_RETURN_IF_ERROR(record->Prepare());
  return record;
}

Status HealingRecord::Prepare() {
  LW_ASSIGN_OR_RETURN(db_, OpenRecord({.directory = options_.directory,
                                       .name = "healing.db",
                                       .what = "record of the healing",
                                       .application_id = kApplicationId,
                                       .max_bytes = options_.max_bytes}));
  LW_RETURN_IF_ERROR(db_->Exec(kTables));
  return Prune();
}

Status HealingRecord::Prune() {
  LW_RETURN_IF_ERROR(db_->Exec(
      fmt::format("DELETE FROM cases WHERE closed_ms > 0 AND number NOT IN (SELECT number FROM "
                  "cases WHERE closed_ms > 0 ORDER BY number DESC LIMIT {})",
                  options_.keep_closed)
          .c_str()));
  return db_->Exec(fmt::format("DELETE FROM acts WHERE id NOT IN (SELECT id FROM acts ORDER BY id "
                               "DESC LIMIT {})",
                               kKeptActs)
                       .c_str());
}

Status HealingRecord::Save(const std::vector<HealingCase>& cases,
                           const std::vector<HealingAct>& acts) {
  if (db_ == nullptr || (cases.empty() && acts.empty())) return Ok();
  const std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  bool closed = false;
  for (const HealingCase& record : cases) {
    Statement write(*db_, "INSERT OR REPLACE INTO cases VALUES(?, ?, ?)");
    write.Bind(static_cast<std::int64_t>(record.number)).Bind(record.closed_at.unix_ms);
    LW_RETURN_IF_ERROR(write.Bind(HealingCaseToJson(record)).Run());
    closed = closed || record.closed_at.unix_ms != 0;
  }
  for (const HealingAct& act : acts) {
    Statement write(*db_, "INSERT INTO acts(at_ms, case_id, bytes, brokers) VALUES(?, ?, ?, ?)");
    write.Bind(act.at.unix_ms).Bind(act.case_id).Bind(act.bytes);
    LW_RETURN_IF_ERROR(write.Bind(ListOf(act.brokers)).Run());
  }
  if (closed) LW_RETURN_IF_ERROR(Prune());
  return transaction.Commit();
}

Result<HealingRecord::Stored> HealingRecord::Load() {
  Stored stored;
  if (db_ == nullptr) return stored;
  const std::lock_guard lock(mutex_);
  Statement cases(*db_, "SELECT json FROM cases ORDER BY number");
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool row, cases.Next());
    if (!row) break;
    LW_ASSIGN_OR_RETURN(HealingCase record, HealingCaseFromJson(cases.Text(0)));
    stored.cases.push_back(std::move(record));
  }
  Statement acts(*db_, "SELECT at_ms, case_id, bytes, brokers FROM acts ORDER BY id");
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool row, acts.Next());
    if (!row) break;
    HealingAct act{{acts.Int(0)}, acts.Text(1), acts.Int(2), {}};
    LW_ASSIGN_OR_RETURN(act.brokers, BrokersOf(acts.Text(3)));
    stored.acts.push_back(std::move(act));
  }
  return stored;
}

}  // namespace levelwind::store
