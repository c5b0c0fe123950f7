#pragma once

// Decides how many members one consumer group should have. The rules, their constants and where
// they come from are in docs/autoscaling.md; what each reason means in model/scaling.h.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/scaling.h"
#include "planner/autoscale/autoscale_options.h"
#include "planner/autoscale/capacity.h"
#include "planner/autoscale/demand.h"
#include "planner/autoscale/group_input.h"
#include "planner/autoscale/pacing.h"
#include "planner/autoscale/partition_watch.h"
#include "planner/autoscale/pause_cost.h"
#include "planner/autoscale/sizing.h"

namespace levelwind::planner {

/// The controller of one group, with all that it has learned of it. Pure but for that: time comes
/// with each call, so that it runs alike in a daemon and in a simulation. One thread at a time.
/// Memory: about 2 KB a partition.
class GroupController {
 public:
  /// `options` must have passed CheckAutoscaleOptions.
  explicit GroupController(AutoscaleOptions options);

  /// One look and what follows from it; every 5 s is meant, 1 s to 30 s will do. `now` must not go
  /// back. A look whose `seen_at` is not newer than the last one's is old data, not new.
  ///
  /// Fills all of the decision but number, epoch, target and expires_at, which are the caller's.
  /// `desired` is what should be: as long as it is not carried out it is said again.
  ScalingDecision Decide(const GroupScalingInput& input, SteadyTime now);

  /// For figures: how many dealings the last decision had to think through.
  std::int64_t evaluations() const { return evaluations_; }
  const AutoscaleOptions& options() const { return options_; }

 private:
  /// All that one decision is made of.
  struct Tick {
    double now = 0;
    std::int64_t current = 0;  ///< Members that are wanted now.
    std::int64_t joined = 0;   ///< Members in the group.
    std::int64_t arrived = 0;  ///< The same and those that are ready to join it.
    double member = kUnknown;  ///< Records/s of one.
    bool shared = false;       ///< Many members may read one partition.
    Demand demand;
    std::vector<std::int32_t> owners;
    std::int64_t up = 0, target = 0;  ///< Needed for arrivals and backlog.
    /// Needed for the arrivals alone.
    std::int64_t rate_up = 0, rate_target = 0, rate_down = 0;
    double drain_s = 0;       ///< Until the present members have worked off what is late.
    double drain_more_s = 0;  ///< Until `target` members would have, their start included.
    std::int64_t least = 0, most = 0, useful = 0;
    std::int64_t skew = kUnknownCount;
    double predicted_lag_s = 0;  ///< When a member asked for now would work.
    bool urgent = false;
  };
  /// What is to be done; `why` is a sentence.
  struct Verdict {
    std::int64_t desired = 0;
    ScalingReason reason = ScalingReason::kSteady;
    std::string why;
  };

  // group_look.cc: what is seen.
  void Look(const GroupScalingInput& input, double now);
  void LookAtMembers(const GroupScalingInput& input, double now);
  void LearnCapacity(const GroupScalingInput& input, double now);
  Tick Measure(const GroupScalingInput& input, double now);
  void Size(const GroupScalingInput& input, Tick& tick);
  /// Until `members` have worked off what is late and what a pause adds.
  double DrainSeconds(const GroupScalingInput& input, const Tick& tick, std::int64_t members,
                      double paused_s) const;

  // group_controller.cc: what follows.
  Verdict Judge(const GroupScalingInput& input, const Tick& tick);
  Verdict Unknown(const GroupScalingInput& input, double now, std::int64_t current);
  std::optional<Verdict> Pending(const Tick& tick);
  Verdict AtZero(const Tick& tick);
  Verdict Hold(const Tick& tick, ScalingReason reason, std::string why) const;
  Verdict Settle(const GroupScalingInput& input, const Tick& tick);
  Verdict Limit(const Tick& tick, Verdict verdict) const;
  Verdict Learn(const Tick& tick);
  bool IdleLongEnough(const Tick& tick) const;
  bool Settling(const GroupScalingInput& input, const Tick& tick);

  // group_steps.cc: more, fewer, and what came of it.
  Verdict Up(const GroupScalingInput& input, const Tick& tick);
  std::int64_t Careful(const Tick& tick, std::int64_t wanted) const;
  Verdict Down(const GroupScalingInput& input, const Tick& tick);
  Verdict StepDown(const GroupScalingInput& input, const Tick& tick);
  Verdict Steady(const Tick& tick) const;
  bool WorthGrowing(const Tick& tick) const;
  double DownWindow(const GroupScalingInput& input) const;
  bool GrowthBroughtNothing(const Tick& tick);
  void Acted(const Tick& tick, const Verdict& verdict);

  // group_explain.cc: how it is told.
  void Fill(const GroupScalingInput& input, const Tick& tick, ScalingDecision& decision) const;
  void Advise(const GroupScalingInput& input, const Tick& tick, ScalingDecision& decision) const;
  void PriceChoices(const GroupScalingInput& input, const Tick& tick,
                    ScalingDecision& decision) const;
  PauseCost PauseOf(const GroupScalingInput& input, const Tick& tick, std::int64_t members) const;

  const AutoscaleOptions options_;
  std::vector<std::int32_t> sizes_;  // partitions of each topic
  std::vector<PartitionWatch> watches_;
  std::vector<std::string> members_;  // ids, at the last look
  CapacityLearner capacity_;
  PauseLearner pause_;
  TokenBucket tokens_;
  NeedWindow down_need_, target_need_;
  std::string revision_;

  double last_good_ = -1, last_seen_ = -1, first_seen_ = -1;
  std::int64_t desired_ = kUnknownCount;
  std::int64_t before_action_ = kUnknownCount;
  std::int64_t asked_up_ = 0, asked_target_ = 0;  // rate_up and rate_target at the last increase
  bool pending_ = false;                          // desired_ is not carried out yet
  double asked_at_ = -1e9;
  ScalingReason asked_reason_ = ScalingReason::kSteady;
  std::string asked_why_;
  std::int64_t current_before_ = kUnknownCount;
  double acted_ = -1e9, up_since_ = -1, idle_since_ = -1, caught_up_since_ = -1;
  bool settling_ = false, over_asked_ = false;
  double throughput_before_ = kUnknown, missing_before_ = 0, judge_growth_at_ = -1,
         held_until_ = -1e9;
  NeedWindow busy_need_;  // what the group needed when it was busy
  double last_down_ = -1e9, hold_time_s_ = 1800;
  std::int64_t evaluations_ = 0;
};

}  // namespace levelwind::planner
