#include "daemon/monitor_loop.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/memory.h"
#include "base/text.h"

namespace levelwind::daemon {
namespace {

/// Enough for every detector that compares looks.
constexpr std::size_t kKeptLooks = 4;

}  // namespace

MonitorLoop::MonitorLoop(collectors::Monitor& monitor, const Clock& clock,
                         const detectors::DetectorOptions& options)
    : monitor_(monitor), clock_(clock), options_(options) {
  detectors::RegisterBuiltinDetectors(detectors_);
}

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
  if (!before_.empty() && before_.front()->sequence == snapshot->sequence) return;
  trends_.Update(*snapshot);
  const ProposalPtr plan = plan_ ? plan_() : nullptr;
  auto reports =
      std::make_shared<std::vector<DetectorReport>>(detectors_.Run({.now = *snapshot,
                                                                    .before = before_,
                                                                    .options = options_,
                                                                    .trends = &trends_,
                                                                    .plan = plan.get()}));
  const std::vector<Anomaly> current = tracker_.Update(*reports, clock_.WallNow());
  for (DetectorReport& report : *reports) {
    report.anomalies.clear();
    std::ranges::copy_if(current, std::back_inserter(report.anomalies),
                         [&](const Anomaly& anomaly) { return anomaly.type == report.detector; });
  }
  reports_.Publish(std::move(reports));
  before_.insert(before_.begin(), std::make_shared<const ClusterSnapshot>(OutlineOf(*snapshot)));
  if (before_.size() > kKeptLooks) before_.pop_back();
  if (on_snapshot_) on_snapshot_(snapshot);
}

}  // namespace levelwind::daemon
