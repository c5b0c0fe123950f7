#include "daemon/monitor_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/memory.h"
#include "base/text.h"

namespace levelwind::daemon {
namespace {

/// How often what should be kept over a restart is made.
constexpr Duration kKeep = std::chrono::minutes(1);

}  // namespace

MonitorLoop::MonitorLoop(collectors::Monitor& monitor, const Clock& clock,
                         const detectors::DetectorOptions& options)
    : monitor_(monitor), clock_(clock), watch_(options) {}

void MonitorLoop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const SteadyTime next = monitor_.Step(clock_.Now());
    if (const SnapshotPtr snapshot = monitor_.snapshots().Get()) Judge(snapshot);
    ReturnFreeMemory();
    const Duration nap = std::max<Duration>(next - clock_.Now(), std::chrono::milliseconds(10));
    mailbox_.RunPending(stop, nap);
  }
}

Status MonitorLoop::ForgetCommits(const std::string& group, const std::string& topic) {
  // A look at a cluster whose brokers hang may take so long.
  constexpr auto kWithin = std::chrono::seconds(15);
  const Result<bool> done = mailbox_.Call<bool>(
      [this, group, topic]() -> Result<bool> {
        LW_RETURN_IF_ERROR(monitor_.ForgetCommits(group, topic));
        return true;
      },
      kWithin, "forgetting the commits of group " + EscapeControl(group));
  return done.ok() ? Ok() : Status(done.error());
}

void MonitorLoop::Judge(const SnapshotPtr& snapshot) {
  const ProposalPtr plan = plan_ ? plan_() : nullptr;
  auto reports = watch_.Look(snapshot, clock_.WallNow(), plan.get());
  if (!reports) return;
  reports_.Publish(std::make_shared<std::vector<DetectorReport>>(std::move(*reports)));
  if (on_snapshot_) on_snapshot_(snapshot);
  if (kept_at_ && clock_.Now() - *kept_at_ < kKeep) return;
  kept_at_ = clock_.Now();
  kept_disks_.Publish(std::make_shared<std::vector<DiskHistory>>(watch_.KeptDisks()));
}

}  // namespace levelwind::daemon
