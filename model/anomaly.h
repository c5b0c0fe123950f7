#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"
#include "model/plan_request.h"

namespace levelwind {

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };
std::string_view SeverityName(Severity severity);

/// The kind of fix that could help against an anomaly: a label for policies and people. What the
/// planner is to be asked for is in Anomaly::request.
enum class AnomalyFix : std::uint8_t {
  kNone,               ///< Nothing that a plan can do; `next_step` tells a person what to.
  kRebalance,          ///< A plan as configured.
  kLeadership,         ///< Leaders only: no byte is copied.
  kFixOffline,         ///< Replicas off dead brokers and failed log dirs.
  kRemoveBrokers,      ///< Empty `brokers`.
  kDemoteBrokers,      ///< Lead nothing on `brokers` that others can lead.
  kAddBrokers,         ///< Load onto `brokers`.
  kRelieveBrokers,     ///< The fewest bytes off `brokers`, whose disks fill up.
  kLogDirs,            ///< Between the log dirs of `brokers`.
  kReplicationFactor,  ///< Another number of replicas for `topics`.
  kMorePartitions,     ///< More partitions for `topics`: there is no way back.
};
std::string_view AnomalyFixName(AnomalyFix fix);

/// One figure that a verdict rests on.
struct Evidence {
  std::string name;  ///< "log flush 99.9th": words, not a key.
  double value = 0;
  std::string unit;  ///< "ms", "bytes/s", "messages", "times", "%", "s", "" for a plain count.
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

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

  /// What it is about, raw as Kafka names it; empty where it is about none of these. At most
  /// kMostNamed names each; how many there are is in `evidence`.
  std::vector<BrokerId> brokers;
  std::vector<TopicPartition> partitions;
  std::vector<std::string> topics;
  std::string group;

  AnomalyFix fix = AnomalyFix::kNone;
  /// What the planner is to be asked for; set exactly where `fix` is not kNone.
  std::optional<PlanRequest> request;
  std::vector<Evidence> evidence;  ///< In the order in which a person reads them.
  /// When it began, where the detector knows better than `first_seen` (the broker went away before
  /// it was judged, the event carries its time). 0: not known.
  WallTime began_at;

  static constexpr std::size_t kMostNamed = 100;
};

/// What a detector looked at and why it found nothing or could not tell: decisions not to act carry
/// a reason as well.
struct DetectorReport {
  std::string detector;
  std::vector<Anomaly> anomalies;
  std::string held_because;  ///< Non-empty: data missing or stale; no verdict was given.
};

}  // namespace levelwind
