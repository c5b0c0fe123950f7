// The part of LagHistory that keeps the ends of logs over time, and how full log dirs were.

#include <optional>
#include <string_view>
#include <utility>

#include "store/lag_history.h"
#include "store/lag_series.h"
#include "store/sqlite.h"

namespace levelwind::store {

Status LagHistory::SaveOffsets(const std::vector<PartitionHistory>& histories) {
  const std::lock_guard lock(mutex_);
  if (db_ == nullptr) return Ok();
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  LW_RETURN_IF_ERROR(db_->Exec("DELETE FROM log_ends"));
  for (const PartitionHistory& history : histories) {
    Statement write(*db_, "REPLACE INTO log_ends VALUES(?, ?, ?, ?)");
    LW_RETURN_IF_ERROR(write.BindBlob(history.partition.topic)
                           .Bind(static_cast<std::int64_t>(history.partition.partition))
                           .Bind(history.topic_id.ToString())
                           .BindBlob(EncodeOffsets(history.points))
                           .Run());
  }
  return transaction.Commit();
}

Result<std::vector<PartitionHistory>> LagHistory::LoadOffsets() {
  const std::lock_guard lock(mutex_);
  std::vector<PartitionHistory> histories;
  if (db_ == nullptr) return histories;
  Statement rows(*db_, "SELECT topic, partition, topic_id, points FROM log_ends");
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool row, rows.Next());
    if (!row) return histories;
    auto points = DecodeOffsets(rows.Blob(3));
    const auto id = Uuid::Parse(rows.Text(2));
    if (!points || !id) continue;
    histories.push_back(
        {{rows.Blob(0), static_cast<std::int32_t>(rows.Int(1))}, *id, *std::move(points)});
  }
}

Status LagHistory::SaveDisks(const std::vector<DiskHistory>& disks) {
  const std::lock_guard lock(mutex_);
  if (db_ == nullptr) return Ok();
  Transaction transaction(*db_);
  LW_RETURN_IF_ERROR(transaction.begun());
  LW_RETURN_IF_ERROR(db_->Exec("DELETE FROM log_dirs"));
  for (const DiskHistory& disk : disks) {
    Statement write(*db_, "REPLACE INTO log_dirs VALUES(?, ?, ?, ?, ?)");
    LW_RETURN_IF_ERROR(write.Bind(static_cast<std::int64_t>(disk.broker))
                           .BindBlob(disk.path)
                           .Bind(disk.step_ms)
                           .Bind(disk.newest_ms)
                           .BindBlob(EncodeUsed(disk.used))
                           .Run());
  }
  return transaction.Commit();
}

Result<std::vector<DiskHistory>> LagHistory::LoadDisks() {
  const std::lock_guard lock(mutex_);
  std::vector<DiskHistory> disks;
  if (db_ == nullptr) return disks;
  Statement rows(*db_, "SELECT broker, path, step_ms, newest_ms, used FROM log_dirs");
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool row, rows.Next());
    if (!row) return disks;
    auto used = DecodeUsed(rows.Blob(4));
    if (!used) continue;
    disks.push_back({static_cast<BrokerId>(rows.Int(0)), rows.Blob(1), rows.Int(2), rows.Int(3),
                     *std::move(used)});
  }
}

}  // namespace levelwind::store
