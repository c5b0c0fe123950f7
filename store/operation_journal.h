#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/records.h"

namespace levelwind::store {

/// The write-ahead log of whatever changes a cluster (I1). Implemented by Journal; tests put one
/// that fails or "kills the process" between.
class OperationJournal {
 public:
  virtual ~OperationJournal() = default;

  /// Inserts or replaces everything in `batch` in one transaction that is on disk when this returns
  /// Ok. On an error nothing of it is stored, and the caller must not send what it announced (B3).
  virtual Status Commit(const JournalBatch& batch) = 0;

  /// All operations that are not over, and the newest `finished_limit` that are; oldest first.
  virtual Result<std::vector<StoredOperation>> LoadOperations(std::size_t finished_limit) = 0;
  /// One of them, over or not, with all its steps. kNotFound.
  virtual Result<StoredOperation> LoadOperation(const std::string& id) = 0;
  /// Of every operation, the copies whose first request was sent at `since` or later, oldest first.
  virtual Result<std::vector<SentMove>> LoadSentMoves(WallTime since) = 0;
  /// Of every operation, those that are still to be restored, in order of operation and key.
  virtual Result<std::vector<PreimageRecord>> LoadOpenPreimages() = 0;

  /// 1 for the first operation ever; grows with each one committed.
  virtual Result<std::uint64_t> NextOperationNumber() = 0;
  /// How often this journal was opened: grows with each start of the daemon.
  virtual std::uint64_t generation() const = 0;

  /// AuditRecord::sequence of the next row, whoever writes it. Any thread.
  std::uint64_t NextAuditSequence() { return ++audit_sequence_; }

 private:
  std::atomic<std::uint64_t> audit_sequence_{0};
};

}  // namespace levelwind::store
