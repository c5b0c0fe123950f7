#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actions/executor_options.h"
#include "actions/guard.h"
#include "actions/observation.h"
#include "actions/operation_run.h"
#include "base/clock.h"
#include "model/cluster_snapshot.h"

namespace levelwind::actions {

// Where the rate of a tuned throttle begins and how it changes (TuneOptions). The throttle that is
// set on a broker is never below what its copies need to catch up, and never above a rate that the
// operator gave it; both see to it in throttle_plan.h. All pure but ThrottleTuner's memory.

/// What a broker's network has left, in bytes per second; unknown without a capacity or a load.
struct BrokerRoom {
  double in = kUnknown;
  double out = kUnknown;
};
/// Capacities less the load of the snapshot, not below zero. What a broker gives to consumers
/// counts only where the snapshot knows it of every partition that the broker leads.
std::map<BrokerId, BrokerRoom> MeasureRoom(const ClusterSnapshot& snapshot);

/// Records that followers are behind by, without those that are being added; unknown when the
/// snapshot knows none.
std::int64_t FollowerLag(const ClusterSnapshot& snapshot);

/// Half of the least room of the brokers that the copies of `moves` read from or write to, within
/// the bounds. `fallback`, within them, where no such room is known.
std::int64_t FirstRate(const std::vector<Move>& moves, const std::map<BrokerId, BrokerRoom>& room,
                       const TuneOptions& options, std::int64_t fallback);

/// A replica that a step under way is to keep or to take away, and that has fallen out of sync
/// since the operation was accepted: the copies may be too fast for it. Empty: none.
std::string FindShrunk(const OperationRun& run, const Observation& seen);

/// Additive increase, multiplicative decrease. Executor's thread only.
class ThrottleTuner {
 public:
  explicit ThrottleTuner(const TuneOptions& options) : options_(options) {}

  /// For another operation.
  void Reset();
  /// The rate from now on, and why; nothing when it stays. `trouble`: what speaks for less; empty:
  /// all is calm. `copying`: any copy runs.
  ///
  /// At most one change per `interval`. It is raised after `calm` intervals without trouble, and by
  /// no more than the step or a tenth.
  struct Change {
    std::int64_t rate = 0;
    std::string why;
  };
  std::optional<Change> Next(std::int64_t rate, const std::string& trouble, bool copying,
                             SteadyTime now);

  /// Whether followers are behind by far more than when this was asked first.
  bool LagGrows(std::int64_t lag);

 private:
  const TuneOptions& options_;
  std::optional<SteadyTime> last_change_;
  std::optional<SteadyTime> calm_since_;
  std::int64_t calm_lag_ = kUnknownCount;
};

}  // namespace levelwind::actions
