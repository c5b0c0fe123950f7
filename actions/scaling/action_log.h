#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/operation_journal.h"

namespace levelwind::actions {

/// Audit rows of what the autoscaler changes outside (I1, I18): the row is on disk before the
/// request leaves, and its outcome after. Shared by all scalers. Any
/// thread.
class ActionLog {
 public:
  /// Both must outlive this.
  ActionLog(store::OperationJournal& journal, const Clock& clock)
      : journal_(journal), clock_(clock) {}

  /// What is about to be sent. An error: it must not be.
  Result<store::AuditRecord> Intend(const std::string& operation, const std::string& api,
                                    const std::string& target);
  /// What came of it. If the disk does not take it, it is kept for the next row.
  void Done(store::AuditRecord row, const std::string& outcome);

 private:
  store::OperationJournal& journal_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<store::AuditRecord> outcomes_;  // not on disk yet
};

/// "autoscale/orders/1841": the operation that audit rows of a decision name.
std::string ScalingOperation(const std::string& group, std::uint64_t number);

}  // namespace levelwind::actions
