#include "actions/scaling/action_log.h"

#include <fmt/format.h>

#include <utility>

#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

constexpr std::size_t kMostText = 1000;
constexpr std::size_t kMostKept = 1000;

}  // namespace

std::string ScalingOperation(const std::string& group, std::uint64_t number) {
  return fmt::format("autoscale/{}/{}", EscapeControl(group), number);
}

Result<store::AuditRecord> ActionLog::Intend(const std::string& operation, const std::string& api,
                                             const std::string& target) {
  const std::lock_guard lock(mutex_);
  store::AuditRecord row;
  row.generation = journal_.generation();
  row.sequence = journal_.NextAuditSequence();
  row.time = clock_.WallNow();
  row.operation = operation;
  row.author = "autoscaler";
  row.api = api;
  row.target = target.substr(0, kMostText);
  row.outcome = "sent";
  store::JournalBatch batch;
  batch.audit = outcomes_;
  batch.audit.push_back(row);
  if (Status written = journal_.Commit(batch); !written.ok()) {
    return written.error().Wrap("not sent, since it could not be journalled");
  }
  outcomes_.clear();
  LW_CRASH_POINT("scaling.before_send");
  return row;
}

void ActionLog::Done(store::AuditRecord row, const std::string& outcome) {
  const std::lock_guard lock(mutex_);
  row.outcome = outcome.substr(0, kMostText);
  LW_INFO("autoscale", "{}: {} {}: {}", row.operation, row.api, row.target, row.outcome);
  outcomes_.push_back(std::move(row));
  store::JournalBatch batch;
  batch.audit = outcomes_;
  const Status written = journal_.Commit(batch);
  if (written.ok()) {
    outcomes_.clear();
    return;
  }
  LW_WARN("autoscale", "an outcome is not in the journal yet: {}", written.error().message());
  if (outcomes_.size() > kMostKept) outcomes_.erase(outcomes_.begin());
}

}  // namespace levelwind::actions
