#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/proposal.h"
#include "store/newest.h"
#include "store/operation_journal.h"
#include "store/records.h"
#include "store/state_directory.h"

namespace levelwind::store {

class Database;

struct JournalOptions {
  /// Upper bound of the database file; a commit beyond it fails with kResourceExhausted. Default 1
  /// GiB.
  std::int64_t max_bytes = std::int64_t{1} << 30;
  std::size_t keep_proposals = 200;      ///< Newest ones.
  std::size_t keep_operations = 1000;    ///< Newest finished ones.
  std::size_t keep_audit_rows = 100000;  ///< Newest ones.
};

/// The SQLite journal `levelwind.db` in the state directory.
///
/// Exactly one connection in one process (SQLite before 3.51.3 can corrupt a WAL with two),
/// enforced by the directory's lock and `locking_mode=EXCLUSIVE`. WAL with `synchronous=FULL`: one
/// fsync per commit instead of the rollback journal's three or four, and a commit that returned Ok
/// survives power loss. No memory mapping.
///
/// Safe to call from any thread; a mutex is held for the time of one transaction.
class Journal final : public OperationJournal {
 public:
  /// Makes `state_dir` (mode 0700) if it is missing; its parent must exist. Errors, one line each:
  /// kPermissionDenied unreadable or unwritable, kFailedPrecondition another daemon has it (its pid
  /// is named) or the schema is newer than this binary, kDataLoss a damaged file or a copy of an
  /// earlier day (newest.h), kResourceExhausted disk full.
  static Result<std::unique_ptr<Journal>> Open(const std::string& state_dir,
                                               const JournalOptions& options = {});
  ~Journal() override;

  Status Commit(const JournalBatch& batch) override;
  Result<std::vector<StoredOperation>> LoadOperations(std::size_t finished_limit) override;
  Result<StoredOperation> LoadOperation(const std::string& id) override;
  Result<std::vector<SentMove>> LoadSentMoves(WallTime since) override;
  Result<std::vector<PreimageRecord>> LoadOpenPreimages() override;
  Result<std::uint64_t> NextOperationNumber() override;
  std::uint64_t generation() const override { return generation_; }

  /// All rows of one operation, whatever their state.
  Result<std::vector<PreimageRecord>> LoadPreimages(const std::string& operation);
  /// The newest `limit` mutating requests, newest first; of one operation when it is named.
  Result<std::vector<AuditRecord>> LoadAudit(std::size_t limit, const std::string& operation = {});

  /// Keeps a numbered proposal ("p" + number), so that it can be applied after a restart.
  Status SaveProposal(const Proposal& proposal);
  /// The newest `limit`, oldest first.
  Result<std::vector<ProposalPtr>> LoadProposals(std::size_t limit);
  /// 1 for the first proposal ever; never given twice in the life of a state directory.
  Result<std::uint64_t> NextProposalNumber();

 private:
  Journal(StateDirectory directory, std::unique_ptr<Database> db, const JournalOptions& options);
  Status Prepare();
  Status PrepareSchema();
  Result<JournalPosition> Position();
  Status Prune();

  std::mutex mutex_;
  StateDirectory directory_;  // before db_: the lock outlives the connection
  std::unique_ptr<Database> db_;
  const JournalOptions options_;
  std::uint64_t generation_ = 0;
};

}  // namespace levelwind::store
