// Executor's look at throttles that nobody owes: another tool's, or ours from a journal that is
// lost.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "actions/executor.h"
#include "actions/orphan_sweep.h"
#include "base/log.h"

namespace levelwind::actions {
namespace {

/// Between two tries after a start, until one succeeds.
constexpr auto kSweepRetry = std::chrono::seconds(30);

}  // namespace

Result<ThrottleSweep> Executor::LookForOrphans(const Observation& seen) {
  LW_ASSIGN_OR_RETURN(ThrottleSweep sweep, ReadThrottles(admin_, seen, options_.request_timeout));
  sweep.at = clock_.WallNow();
  RemoveOwed(sweep, throttles_.Debts());
  orphans_ = sweep;
  return sweep;
}

Result<ThrottleSweep> Executor::Sweep() {
  const Result<Observation> seen = LookForCommand();
  auto sweep = seen.ok() ? LookForOrphans(*seen) : Result<ThrottleSweep>(seen.error());
  if (!sweep.ok()) orphans_.problem = sweep.error().message();
  Publish();
  return sweep;
}

void Executor::SweepAtStart(SteadyTime now) {
  if (!sweep_due_ || now < *sweep_due_) return;
  sweep_due_ = now + kSweepRetry;
  if (!Sweep().ok()) return;  // the view says why
  sweep_due_.reset();
  for (const ThrottleView& throttle : orphans_.throttles) {
    LW_WARN("executor",
            "{}, and no operation of this daemon set it; if no other tool moves replicas, take it "
            "away with: levelwind doctor --clear-throttles",
            TextOf(throttle));
  }
}

Result<ThrottleSweep> Executor::ClearOrphans(const std::string& author, const std::string& reason) {
  LW_ASSIGN_OR_RETURN(const Observation seen, LookForCommand());
  if (current_) {
    return FailedPrecondition(fmt::format(
        "{} is not over, and throttles are in use; try again when it is", current_->header().id));
  }
  if (!seen.reassignments().empty()) {
    return FailedPrecondition(fmt::format(
        "{} partitions are being reassigned, {} among them; a throttle may be meant for them: try "
        "again when they are done",
        seen.reassignments().size(), seen.reassignments().front().partition.ToString()));
  }
  LW_ASSIGN_OR_RETURN(const ThrottleSweep found, LookForOrphans(seen));
  LW_INFO("executor", "{} clears {} throttles that nobody owes: {}", author, found.throttles.size(),
          reason);
  const Status cleared = ClearThrottles(mutator_, {"orphans", author}, found);
  const Status outcomes = mutator_.Commit({});
  Publish();
  LW_RETURN_IF_ERROR(cleared);
  LW_RETURN_IF_ERROR(outcomes);
  return found;
}

}  // namespace levelwind::actions
