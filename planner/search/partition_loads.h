#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/cluster_snapshot.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// Raw loads of one partition, all finite: cpu percent, bytes per second, bytes.
struct RawLoad {
  double cpu = 0;
  double in = 0;
  double out = 0;
  double disk = 0;
};

/// The loads of every partition, and which resources can be trusted.
struct RawLoads {
  std::vector<RawLoad> partitions;  ///< Parallel to the snapshot's.
  bool cpu = false, in = false, out = false, disk = false;
  std::vector<std::string> notes;
};

/// Reads the loads out of a snapshot; unknown is never taken for zero (I17).
///
/// A resource counts as known when at least nine in ten partitions have a finite value >= 0 for it;
/// the rest get their topic's mean, or the cluster's where the whole topic is unknown, and a note
/// says how many. Otherwise the resource is switched off, every value is 0 and a note says so. Disk
/// is the size of the partition's largest known replica: the copy on a dead broker is taken to be
/// as large as the leader's. cpu also needs both rates (load_model.h). Disk size is no stand-in for
/// an unknown rate: it tells how long data is kept as much as how fast it comes.
RawLoads ReadLoads(const ClusterSnapshot& snapshot);

}  // namespace levelwind::planner
