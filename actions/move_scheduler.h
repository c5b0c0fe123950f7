#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actions/executor_options.h"
#include "actions/observation.h"
#include "actions/operation_run.h"

namespace levelwind::actions {

/// Replicas being copied, per broker and in the cluster, whoever started them (I6).
struct InFlight {
  std::map<BrokerId, std::int32_t> in;   ///< Replicas being copied to the broker.
  std::map<BrokerId, std::int32_t> out;  ///< Partitions being copied from it, their leader.
  std::int32_t partitions = 0;
  /// Without a copy: leader moves, and replicas that only go. Ours; a foreign election cannot be
  /// seen.
  std::int32_t leader_moves = 0;
};
InFlight CountInFlight(const OperationRun& run, const Observation& seen);

/// Which steps may be sent now, by index.
struct Selection {
  std::vector<std::size_t> reassign;
  std::vector<std::size_t> elect;
  /// Why the others that are due wait, by index.
  std::map<std::size_t, std::string> waiting;
};

/// Order: leader moves and removals first (no bytes, relief at once), then moves away from dead
/// brokers, then the plan's own order, every prefix of which is safe for disks and racks
/// (docs/planner.md). Pure.
///
/// Steps between log dirs are LogDirDriver's, new partitions PartitionDriver's.
///
/// A step waits while: a cap is reached (I6), a broker that it adds is not live (I10), its leader
/// is gone, or a replica that is to stay is out of sync (I5).
Selection SelectSteps(const OperationRun& run, const Observation& seen,
                      const ExecutorOptions& options, SteadyTime now);

/// A step's target brokers that are not live (I10).
std::vector<BrokerId> DeadTargets(const store::StepRecord& step, const Observation& seen);

}  // namespace levelwind::actions
