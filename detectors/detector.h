#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detectors/detector_options.h"
#include "model/anomaly.h"
#include "model/cluster_snapshot.h"

namespace levelwind {
struct Proposal;  // model/proposal.h
}

namespace levelwind::detectors {

class TrendHistory;  // detectors/trend_history.h

/// What a detector sees: the present snapshot and outlines of the ones before it (OutlineOf: no
/// topics, partitions, replicas or offsets of groups), newest first (there may be none). All of one
/// cluster.
struct DetectorInput {
  const ClusterSnapshot& now;
  std::span<const SnapshotPtr> before;
  const DetectorOptions& options;
  /// What the snapshots up to and with `now` came to over hours; null: none is kept, and detectors
  /// that need it hold.
  const TrendHistory* trends = nullptr;
  /// The newest plan that was asked for nothing but to level the cluster as configured, for its
  /// goals' verdicts; null: none was made.
  const Proposal* plan = nullptr;
};

/// A detector is a pure function: same input, same report; any thread. It never judges what is
/// unknown: a report that had to leave something out says so in `held_because`, with whatever
/// anomalies it could still tell. `first_seen` and `last_seen` are left to AnomalyTracker.
using DetectFunction = DetectorReport (*)(const DetectorInput& input);

struct DetectorInfo {
  std::string_view name;   ///< Also Anomaly::type.
  std::string_view about;  ///< One line for lists.
  DetectFunction detect = nullptr;
  /// How long a finding should stand before anybody is told of it: what passes by itself (a
  /// restart, an election, a burst) is shown, but is no alarm. Policies start from it.
  double alert_after_s = 0;
};

/// The detectors of a process, in the order of registration. Filled once at start, then read only.
class DetectorRegistry {
 public:
  void Register(const DetectorInfo& info) { detectors_.push_back(info); }
  const std::vector<DetectorInfo>& detectors() const { return detectors_; }

  /// One report per detector.
  std::vector<DetectorReport> Run(const DetectorInput& input) const;

 private:
  std::vector<DetectorInfo> detectors_;
};

/// Registers every detector of this folder. Explicit, called by the daemon: no static initialiser.
void RegisterBuiltinDetectors(DetectorRegistry& registry);

}  // namespace levelwind::detectors
