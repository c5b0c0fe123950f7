#pragma once

// What the autoscaler says about one consumer group: how many members it should have, and the sum
// that led there. Made by planner/autoscale, kept by the autoscaler loop, shown by api and carried
// out by actions/scaling. Value types: published ones are immutable, any thread may read them.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/measure.h"

namespace levelwind {

/// What may come of a decision.
enum class ScalingMode : std::uint8_t {
  kObserve,    ///< Decided and shown, served to nobody. The default.
  kRecommend,  ///< Also served to those who ask (KEDA, metrics-api, external.metrics.k8s.io).
  kAct,        ///< Also carried out by the group's own actuator (/scale, webhook).
};
std::string_view ScalingModeName(ScalingMode mode);
std::optional<ScalingMode> ParseScalingMode(std::string_view name);

/// Why a decision says what it says: one per decision, the most telling one. In
/// docs/autoscaling.md.
enum class ScalingReason : std::uint8_t {
  kSteady,            ///< Within the dead band.
  kUpRate,            ///< The arrival rate needs more members than there are.
  kUpLag,             ///< The time lag would pass the objective, and more members can cure it.
  kDownRate,          ///< For the whole window fewer members would have done.
  kDownWaiting,       ///< Fewer would do, but not yet for the whole window.
  kPauseTooDear,      ///< Fewer would do, but the rebalance costs more than it saves.
  kPartitionCeiling,  ///< More members than partitions would be idle.
  kSkewCeiling,       ///< One partition alone is the largest load: more members cannot help.
  kUserLimit,         ///< The configured minimum or maximum.
  kRebalancing,       ///< The group is being dealt out anew: wait.
  kSettling,          ///< The last action is not through yet.
  kRollout,           ///< The workload is being rolled out: wait.
  kNoTokens,          ///< Too many actions within the hour.
  kStuck,             ///< Members own partitions and commit nothing: a poison record, not load.
  kStandstill,        ///< Nothing is processed anywhere in the group: an outage, not load.
  kDownstreamLimit,   ///< The last growth brought nothing: what is behind the group is the limit.
  kIdleToZero,        ///< Nothing arrives and nothing is left: no member is needed.
  kWake,              ///< From zero straight to what is needed.
  kUnknownHeld,       ///< Data is missing or stale: what was is held.
  kUnknownFallback,   ///< Data has been missing for long: at least the fallback.
  kLearning,     ///< The capacity of a member is not known yet: doubled until one is saturated.
  kLateMembers,  ///< Enough work already: those that are still starting are not waited for.
};
std::string_view ScalingReasonName(ScalingReason reason);

/// The workload whose members the group has, as its owner names it.
struct ScalingTarget {
  /// "deployment", "statefulset", "rollout", "kafkaconnector", or "custom" with group, version,
  /// plural of the resource; for the webhook any word. Empty: nobody's (decisions are only shown or
  /// served).
  std::string kind;
  std::string api_group, api_version, plural;  ///< Filled for every kind that Kubernetes knows.
  std::string name_space;
  std::string name;
  friend bool operator==(const ScalingTarget&, const ScalingTarget&) = default;
};

/// What a configuration names a target: "KIND/NAMESPACE/NAME" (deployment, statefulset, rollout,
/// kafkaconnector, kafkaconnect), "custom/GROUP/VERSION/PLURAL/NAMESPACE/NAME", or for the webhook
/// "webhook/KIND/NAME", whose KIND and NAME go to the receiver as they are. kInvalidArgument.
Result<ScalingTarget> ParseScalingTarget(std::string_view text);

/// Members that would be needed at the controller's three utilisations; unknown: not computable.
struct MembersNeeded {
  std::int64_t up = kUnknownCount;      ///< At rho_up: more than this many are there, or we grow.
  std::int64_t target = kUnknownCount;  ///< At rho_target: where an action goes.
  std::int64_t down = kUnknownCount;    ///< At rho_down: fewer than there are for long, or we stay.
};

/// What scaling cannot cure, for a person.
struct ScalingAdvice {
  std::string
      text;  ///< "partition 7 of orders needs 2.3x one consumer: re-key it or add partitions"
  std::optional<TopicPartition> partition;
};

/// One group, one tick.
struct ScalingDecision {
  std::uint64_t number = 0;  ///< Grows with every decision; (epoch, number) is never used twice.
  std::uint64_t epoch = 0;   ///< Grows when another daemon takes the lead, and with each start.
  std::string group;
  ScalingTarget target;
  ScalingMode mode = ScalingMode::kObserve;
  WallTime at;
  WallTime expires_at;  ///< A later reader treats it as stale.

  /// Members that the workload is to have now; where that is not known, those of the group.
  std::int64_t current = kUnknownCount;
  std::int64_t desired = kUnknownCount;  ///< What should be; never unknown once it was known.
  bool active = true;  ///< Something arrives or is left: false lets others go to zero.
  bool stale = false;  ///< Held for want of data: those who serve it answer an error.
  ScalingReason reason = ScalingReason::kUnknownHeld;
  std::string why;  ///< One sentence with the figures that decided.

  MembersNeeded needed;
  std::int64_t partition_ceiling = kUnknownCount;
  std::int64_t skew_ceiling = kUnknownCount;
  std::int64_t min_members = 0;
  std::int64_t max_members = kUnknownCount;

  double arrival_per_s = kUnknown;   ///< Records, all partitions.
  double capacity_per_s = kUnknown;  ///< Of one member, learned or hinted.
  bool capacity_learned = false;
  double lag = kUnknown;         ///< Records, honest: commits under way left out.
  double time_lag_s = kUnknown;  ///< The worst partition's.
  double objective_s = kUnknown;
  double pause_cost = kUnknown;  ///< Record-seconds that the rebalance would delay.
  std::int64_t moved_partitions = kUnknownCount;
  double cost_fewer = kUnknown, cost_same = kUnknown, cost_more = kUnknown;  ///< J of N-1, N, N+1.
  std::vector<ScalingAdvice> advice;
};

/// What became of the newest decision that an actuator carried out.
struct ScalingOutcome {
  std::uint64_t number = 0;
  WallTime at;
  std::int64_t from = kUnknownCount, to = kUnknownCount;
  /// "sent", "applied", "confirmed", "refused", "failed", "superseded", "dry_run".
  std::string state;
  std::string detail;  ///< Who answered what, and the next step; never a secret.
};

/// One group's newest decision and what came of the last that was acted on.
struct ScalingGroup {
  ScalingDecision decision;
  std::optional<ScalingOutcome> outcome;
  /// Records that were processed later than the objective allows, since the daemon watches.
  double late_records = 0;
};

/// All groups of one cluster, by name. Published by the autoscaler once a tick.
struct ScalingView {
  std::string cluster;
  WallTime at;
  std::vector<std::shared_ptr<const ScalingGroup>> groups;  ///< Sorted by group name.
  const ScalingGroup* Find(std::string_view group) const;
};

}  // namespace levelwind
