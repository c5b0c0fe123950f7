#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "collectors/monitor.h"
#include "daemon/mailbox.h"
#include "detectors/detector_options.h"
#include "detectors/watch.h"
#include "model/anomaly.h"
#include "model/cluster_snapshot.h"
#include "model/proposal.h"

namespace levelwind::daemon {

/// The monitor thread: looks at the cluster when it is due, then lets the detectors judge the new
/// snapshot.
class MonitorLoop {
 public:
  MonitorLoop(collectors::Monitor& monitor, const Clock& clock,
              const detectors::DetectorOptions& options);

  void Run(std::stop_token stop);

  /// What is called with each new snapshot, on the monitor thread. Before Run.
  void OnSnapshot(std::function<void(const SnapshotPtr&)> call) { on_snapshot_ = std::move(call); }

  /// Where the newest plan that levels the cluster comes from; null: there is none. Called with
  /// each new snapshot, on the monitor thread. Before Run.
  void ReadPlans(std::function<ProposalPtr()> call) { plan_ = std::move(call); }

  /// How full log dirs were, as an earlier process kept it: before Run.
  void RestoreDisks(std::vector<DiskHistory> kept) { watch_.RestoreDisks(std::move(kept)); }
  /// What should be kept of it, once a minute; null before. Any thread.
  std::shared_ptr<const std::vector<DiskHistory>> kept_disks() const { return kept_disks_.Get(); }

  /// Any thread; waits at most some seconds. See collectors::Monitor.
  Status ForgetCommits(const std::string& group, const std::string& topic);

  /// Any thread; null until the detectors ran. Each report has what its detector finds now, with
  /// the time it was first seen.
  std::shared_ptr<const std::vector<DetectorReport>> reports() const { return reports_.Get(); }

 private:
  void Judge(const SnapshotPtr& snapshot);

  collectors::Monitor& monitor_;
  const Clock& clock_;
  detectors::Watch watch_;
  Published<std::vector<DetectorReport>> reports_;
  std::function<void(const SnapshotPtr&)> on_snapshot_;
  std::function<ProposalPtr()> plan_;
  Published<std::vector<DiskHistory>> kept_disks_;
  std::optional<SteadyTime> kept_at_;
  Mailbox mailbox_{16};
};

}  // namespace levelwind::daemon
