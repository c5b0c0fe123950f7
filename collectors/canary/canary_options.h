#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"

namespace levelwind::collectors {

/// The end-to-end canary. It writes to the cluster, though to its own topic only, and so is off
/// unless asked for; the topic has to be there.
struct CanaryOptions {
  bool enabled = false;
  std::string topic = "levelwind-canary";
  /// Between two records to the same partition. Range 100 ms to 10 min.
  Duration interval = std::chrono::seconds(1);
  /// A record that was not read back for so long after it was sent is lost. Range 1 s to 10 min.
  Duration lost_after = std::chrono::seconds(20);
  /// The consumer group whose offsets are committed for their latency; empty: none are.
  std::string group = "levelwind-canary";
  /// Between two commits. Range 1 s to 1 h.
  Duration commit_interval = std::chrono::seconds(5);
};

}  // namespace levelwind::collectors
