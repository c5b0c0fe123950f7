#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/anomaly.h"

namespace levelwind::detectors {

/// Keeps since when each anomaly is there, over the evaluations of one cluster. Pure: time comes
/// in. Not thread-safe; the monitor owns one.
class AnomalyTracker {
 public:
  /// Takes the reports of one evaluation and returns what is wrong now, the most severe first, then
  /// the longest standing. An anomaly is the same as before when type and subject are. It is
  /// forgotten when its detector could judge and did not report it; while a detector holds its
  /// verdict, what it reported before stays, with its old `last_seen`, for half an hour at most:
  /// some hold for ever what they were never told.
  std::vector<Anomaly> Update(std::span<const DetectorReport> reports, WallTime now);

 private:
  using Key = std::pair<std::string, std::string>;  // type, subject
  std::map<Key, Anomaly> current_;
};

}  // namespace levelwind::detectors
