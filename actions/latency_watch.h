#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "actions/executor_options.h"
#include "actions/guard.h"
#include "base/clock.h"
#include "model/ids.h"

namespace levelwind::actions {

/// How long brokers take to answer a small admin request, against how long they took while nothing
/// of ours was being copied.
///
/// What it measures: the time that a request waits for the broker's network and request threads,
/// which producers and consumers wait for as well, and the network to this host. What it does not:
/// the time that a producer waits for followers or for the disk. Pure; its owner asks the brokers.
class LatencyWatch {
 public:
  explicit LatencyWatch(const GuardOptions& options) : options_(options) {}

  /// `calm`: nothing of ours was being copied to or from the broker, or had been lately.
  void Add(BrokerId broker, Duration took, bool calm);
  /// What is said of a broker that went away says nothing of the one that comes back.
  void Forget(BrokerId broker) { brokers_.erase(broker); }
  /// What was measured of other brokers says nothing any more, but for their calm medians.
  void WatchOnly(const std::set<BrokerId>& brokers);
  bool HasCalm(BrokerId broker) const;

  /// The median of the last answers over the calm median; 1 while the answers are quicker than the
  /// floor; nothing while either is not known.
  std::optional<double> Ratio(BrokerId broker) const;
  /// The slowest broker that is too slow. With hysteresis: one that is stays so until it is at half
  /// of the limit.
  std::optional<Breach> Judge();
  /// The largest ratio of all brokers; nothing when none is known.
  std::optional<double> Worst() const;

 private:
  struct Samples {
    std::deque<Duration> recent;
    std::deque<Duration> calm;
    bool slow = false;
  };
  const GuardOptions& options_;
  std::map<BrokerId, Samples> brokers_;
};

}  // namespace levelwind::actions
