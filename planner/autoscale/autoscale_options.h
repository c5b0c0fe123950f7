#pragma once

// What the owner of a consumer group may say about how its members are to be counted. Plain values:
// config/ fills them, any thread may read them. Only the group and its workload are needed, all
// else has a default that fits most. The formulas are in docs/autoscaling.md.

#include <cstdint>

#include "base/result.h"
#include "model/measure.h"
#include "model/scaling.h"

namespace levelwind::planner {

/// Settings of one group. CheckAutoscaleOptions tells whether they fit together.
struct AutoscaleOptions {
  ScalingMode mode = ScalingMode::kObserve;

  /// A record should not wait longer than this: the time lag to keep under. Seconds, 1..86400.
  double objective_s = 60;
  /// 0 allows scaling to zero. 0..max_members.
  std::int64_t min_members = 1;
  /// Unknown: as many as the partitions allow. 1..10000.
  std::int64_t max_members = kUnknownCount;

  // How full a member may be. 0 < down < target < up <= 1.
  double rho_up = 0.90;      ///< More members when the mean member is fuller than this.
  double rho_target = 0.75;  ///< An action goes to where the mean member is as full as this.
  double rho_down = 0.73;    ///< Fewer only when the mean member is emptier than this for long.
  // The same for the fullest member; the first is raised by what the objective lets queue.
  double member_up = 1.0;
  double member_target = 0.95;
  double member_down = 0.90;

  /// Records/s of one member. Unknown: learned; until then doubled until one is saturated.
  double capacity_per_s = kUnknown;
  /// Records/s that one partition alone can be read with (one thread has it). Unknown: learned.
  double partition_capacity_per_s = kUnknown;

  /// A backlog over half of the objective is to be gone within this. Seconds, >= 10. Unknown:
  /// max(2 x objective, 120).
  double catch_up_s = kUnknown;
  /// From asking for a member until it works. Seconds, 1..3600.
  double start_s = 45;
  /// Fewer members only when fewer would have done for so long. Seconds, 60..86400.
  double down_window_s = 600;
  /// To zero after nothing arrived and nothing was left for so long. Seconds, >= 60.
  double idle_after_s = 300;
  /// Data older than this is stale: hold. Seconds, 10..3600.
  double stale_after_s = 60;
  /// Stale for so long: at least `fallback_members`. Seconds, >= stale_after_s.
  double fallback_after_s = 300;
  /// Unknown: there is no fallback, what was is held.
  std::int64_t fallback_members = kUnknownCount;

  /// Actions per hour, and how many of them may come at once. 1..3600. The urgent may overdraw.
  double actions_per_hour = 6;
  double actions_burst = 2;

  /// What a member costs an hour and what 1,000 records over the objective cost, in any currency:
  /// only their ratio matters. >= 0.
  double price_member_hour = 1;
  double price_late_thousand = 0.01;

  /// Where a group that has not committed in a partition begins.
  enum class Reset : std::uint8_t { kLatest, kEarliest };
  Reset reset = Reset::kLatest;
};

/// kInvalidArgument with the field, its value and what would fit.
Status CheckAutoscaleOptions(const AutoscaleOptions& options);

/// `catch_up_s` or what follows from the objective.
double CatchUpSeconds(const AutoscaleOptions& options);

}  // namespace levelwind::planner
