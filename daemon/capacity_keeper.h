#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "model/cluster_snapshot.h"

namespace levelwind::daemon {

/// Capacities out of a file in Cruise Control's formats (planner/capacity_file.h), put into every
/// snapshot. The file is looked at again every few seconds; one that cannot be read or understood
/// changes nothing: what was read last stays, and the log says why. Monitor thread only.
class CapacityKeeper {
 public:
  CapacityKeeper(std::string file, const Clock& clock) : file_(std::move(file)), clock_(clock) {}

  /// The error that a start should end with: kNotFound, kInvalidArgument, with the file's name.
  Status Load();

  /// Sets what the file says, with its source. What it does not say stays as it was discovered.
  void Apply(ClusterSnapshot& snapshot);

 private:
  Result<std::string> Read() const;

  const std::string file_;
  const Clock& clock_;
  SteadyTime looked_at_{};
  std::string text_;     ///< Good.
  std::string refused_;  ///< The last text or error that was no good; said once.
};

}  // namespace levelwind::daemon
