#include "store/scaling_record.h"

#include <fmt/format.h>

#include <utility>

#include "store/record_database.h"
#include "store/sqlite.h"

namespace levelwind::store {
namespace {

// "LWS1": tells our file from any other SQLite file.
constexpr std::int64_t kApplicationId = 0x4c575331;
// Names may hold any byte, hence blobs.
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS saved_groups(name BLOB PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saved_offsets(
  name BLOB NOT NULL, topic BLOB NOT NULL, partition INTEGER NOT NULL, topic_id TEXT NOT NULL,
  position INTEGER NOT NULL, PRIMARY KEY(name, topic, partition)) WITHOUT ROWID;
)sql";

}  // namespace

ScalingRecord::ScalingRecord(ScalingRecordOptions options) : options_(std::move(options)) {}
ScalingRecord::~ScalingRecord() = default;

Result<std::unique_ptr<ScalingRecord>> ScalingRecord::Open(const ScalingRecordOptions& options) {
  std::unique_ptr<ScalingRecord> record(new ScalingRecord(options));
  if (!options.directory.empty()) LW_RETURN_IF_ERROR(record->Prepare());
  return record;
}

Status ScalingRecord::Prepare() {
  LW_ASSIGN_OR_RETURN(db_, OpenRecord({.directory = options_.directory,
                                       .name = "scaling.db",
                                       .what = "record of the scaling",
                                       .application_id = kApplicationId,
                                       .max_bytes = options_.max_bytes}));
  return db_->Exec(kTables);
}

Status ScalingRecord::Save(const SavedOffsets& saved) {
  if (db_ == nullptr) {
    return FailedPrecondition("there is no state directory to keep a group's offsets in");
  }
  const std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  Statement clear(*db_, "DELETE FROM saved_offsets WHERE name = ?");
  LW_RETURN_IF_ERROR(clear.BindBlob(saved.group).Run());
  Statement group(*db_, "INSERT OR REPLACE INTO saved_groups VALUES(?, ?)");
  LW_RETURN_IF_ERROR(group.BindBlob(saved.group).Bind(saved.at.unix_ms).Run());
  Statement put(*db_, "INSERT INTO saved_offsets VALUES(?, ?, ?, ?, ?)");
  for (const SavedOffset& offset : saved.offsets) {
    put.BindBlob(saved.group).BindBlob(offset.partition.topic);
    put.Bind(std::int64_t{offset.partition.partition}).Bind(offset.topic_id);
    LW_RETURN_IF_ERROR(put.Bind(offset.offset).Run());
  }
  const std::string old = fmt::format(
      "(SELECT name FROM saved_groups ORDER BY at_ms DESC LIMIT {})", options_.keep_groups);
  LW_RETURN_IF_ERROR(db_->Exec(("DELETE FROM saved_offsets WHERE name NOT IN " + old).c_str()));
  LW_RETURN_IF_ERROR(db_->Exec(("DELETE FROM saved_groups WHERE name NOT IN " + old).c_str()));
  return transaction.Commit();
}

Result<std::optional<SavedOffsets>> ScalingRecord::Load(const std::string& group) {
  if (db_ == nullptr) return std::optional<SavedOffsets>();
  const std::lock_guard lock(mutex_);
  Statement find(*db_, "SELECT at_ms FROM saved_groups WHERE name = ?");
  find.BindBlob(group);
  LW_ASSIGN_OR_RETURN(const bool there, find.Next());
  if (!there) return std::optional<SavedOffsets>();
  SavedOffsets saved;
  saved.group = group;
  saved.at = {find.Int(0)};
  Statement rows(*db_,
                 "SELECT topic, partition, topic_id, position FROM saved_offsets WHERE name = ? "
                 "ORDER BY topic, partition");
  rows.BindBlob(group);
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool more, rows.Next());
    if (!more) return std::optional<SavedOffsets>(std::move(saved));
    saved.offsets.push_back(
        {{rows.Blob(0), static_cast<std::int32_t>(rows.Int(1))}, rows.Text(2), rows.Int(3)});
  }
}

Status ScalingRecord::Forget(const std::string& group) {
  if (db_ == nullptr) return Ok();
  const std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  Statement offsets(*db_, "DELETE FROM saved_offsets WHERE name = ?");
  LW_RETURN_IF_ERROR(offsets.BindBlob(group).Run());
  Statement groups(*db_, "DELETE FROM saved_groups WHERE name = ?");
  LW_RETURN_IF_ERROR(groups.BindBlob(group).Run());
  return transaction.Commit();
}

}  // namespace levelwind::store
