#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"

namespace levelwind {

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };
std::string_view SeverityName(Severity severity);

/// Something that a detector found in a snapshot.
struct Anomaly {
  std::string type;     ///< leader_imbalance, hot_broker, hot_partition, lagging_group, ...
  std::string subject;  ///< "broker 1", "orders-3", "group billing": stable, dedupes.
  Severity severity = Severity::kWarning;
  double value = 0;       ///< What was measured ...
  double threshold = 0;   ///< ... and the limit it broke, in the same unit.
  std::string message;    ///< One sentence: what, how much, against what.
  std::string next_step;  ///< What a person can do: "levelwind plan".
  WallTime first_seen;
  WallTime last_seen;
};

/// What a detector looked at and why it found nothing or could not tell: decisions not to act carry
/// a reason as well.
struct DetectorReport {
  std::string detector;
  std::vector<Anomaly> anomalies;
  std::string held_because;  ///< Non-empty: data missing or stale; no verdict was given.
};

}  // namespace levelwind
