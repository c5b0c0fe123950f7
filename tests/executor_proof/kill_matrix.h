#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace levelwind::testing {

struct MatrixResult {
  std::size_t worlds = 0;     ///< Cluster and plan.
  std::size_t points = 0;     ///< Runs with one kill each.
  std::size_t throttled = 0;  ///< Of these, kills that left a throttle of ours in the cluster,
  std::size_t leftovers = 0;  ///< and those whose throttles were still there at the end.
  std::vector<std::string> broken;  ///< With the seed and the point.
};

/// Carries out the plan of each world once without a kill, then once per boundary with a kill
/// there, and compares: the same replicas, leaders, log dirs and configurations (I2), and nothing
/// that the judge finds. Ends after `points` runs, or at the `stop_after`-th broken one.
MatrixResult RunKillMatrix(std::uint64_t seed, std::size_t points, std::size_t stop_after = 5);

}  // namespace levelwind::testing
