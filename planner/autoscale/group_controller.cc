#include "planner/autoscale/group_controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace levelwind::planner {
namespace {

constexpr double kSettleAtMost = 600;   // seconds: then the action is taken for failed
constexpr double kLateAfter = 1.2;      // times the start time: members that still start are late
constexpr double kOverAsk = 1.25;       // of an urgent increase: some members start late
constexpr double kRememberFor = 14400;  // seconds: what was needed when the group was busy
constexpr double kHot = 0.6;            // of what a member can do: a hot partition
constexpr double kStandsFor = 30;       // seconds that an increase is said again in any case

}  // namespace

GroupController::GroupController(AutoscaleOptions options)
    : options_(options),
      capacity_(options.capacity_per_s, options.partition_capacity_per_s),
      tokens_(options.actions_per_hour, options.actions_burst) {}

ScalingDecision GroupController::Decide(const GroupScalingInput& input, SteadyTime at) {
  const double now = ToSeconds(at.time_since_epoch());
  Look(input, now);
  Tick tick = Measure(input, now);
  const bool known = last_good_ >= 0 && now - last_good_ <= options_.stale_after_s &&
                     tick.demand.unknown == 0 && input.complete && !watches_.empty() &&
                     watches_.size() == input.partitions.size();
  Verdict verdict = known ? Judge(input, tick) : Unknown(input, now, tick.current);
  ScalingDecision decision;
  decision.group = input.group;
  decision.mode = options_.mode;
  decision.at = input.at;
  decision.stale = !known;
  decision.current = tick.current;
  if (known && verdict.desired != tick.current && !pending_) Acted(tick, verdict);
  desired_ = verdict.desired;
  decision.desired = verdict.desired;
  decision.reason = verdict.reason;
  decision.why = std::move(verdict.why);
  Fill(input, tick, decision);
  if (known) {
    Advise(input, tick, decision);
    PriceChoices(input, tick, decision);
  }
  return decision;
}

GroupController::Verdict GroupController::Unknown(const GroupScalingInput& input, double now,
                                                  std::int64_t current) {
  const std::int64_t held = std::max(current, IsKnown(desired_) ? desired_ : 0);
  const double age = last_good_ < 0 ? (first_seen_ < 0 ? 0 : now - first_seen_) : now - last_good_;
  const char* what = !input.complete ? "the coordinator or the brokers did not answer for all of it"
                                     : "some of its offsets are not known";
  if (age > options_.fallback_after_s && IsKnown(options_.fallback_members) &&
      options_.fallback_members >= held) {
    return {options_.fallback_members, ScalingReason::kUnknownFallback,
            fmt::format("no complete data for {:.0f} s ({}): at least the fallback of {}", age,
                        what, options_.fallback_members)};
  }
  return {held, ScalingReason::kUnknownHeld,
          fmt::format("{}, the last complete look is {:.0f} s old: {} held", what, age, held)};
}

GroupController::Verdict GroupController::Hold(const Tick& tick, ScalingReason reason,
                                               std::string why) const {
  return {tick.current, reason, std::move(why)};
}

bool GroupController::IdleLongEnough(const Tick& tick) const {
  return tick.least == 0 && idle_since_ >= 0 && tick.now - idle_since_ >= options_.idle_after_s;
}

GroupController::Verdict GroupController::Judge(const GroupScalingInput& input, const Tick& tick) {
  const Demand& demand = tick.demand;
  const bool idle = demand.arriving <= 0 && demand.time_lag <= 0;
  if (!idle) {
    idle_since_ = -1;
  } else if (idle_since_ < 0) {
    idle_since_ = tick.now;
  }
  // A member that is at its limit is needed; so is one for every lag that is left.
  if (IsKnown(tick.member) && !demand.standstill) {
    down_need_.Add(tick.now, tick.rate_down, DownWindow(input));
    target_need_.Add(tick.now, tick.rate_target, DownWindow(input));
  }
  const bool backlog = demand.curable_lag_s > std::max(15.0, options_.objective_s / 4);
  if (backlog) {
    caught_up_since_ = -1;
  } else if (caught_up_since_ < 0) {
    caught_up_since_ = tick.now;
  }
  if (const auto pending = Pending(tick)) return *pending;
  if (tick.current == 0) return AtZero(tick);
  if (tick.current < tick.least) {
    return {tick.least, ScalingReason::kUserLimit,
            fmt::format("{} members are fewer than min_members, {}", tick.current, tick.least)};
  }
  if (!IsKnown(tick.member)) return Learn(tick);
  busy_need_.Add(tick.now, std::min(tick.target, 2 * tick.rate_target), kRememberFor);
  if (Settling(input, tick)) return Settle(input, tick);
  if (tick.up > tick.current) return Up(input, tick);
  up_since_ = -1;
  if (demand.standstill) {
    return Hold(tick, ScalingReason::kStandstill,
                fmt::format("nothing is processed in any of {} partitions while {:.0f} records "
                            "wait: an outage, not load; {} held",
                            watches_.size(), demand.lag, tick.current));
  }
  return Down(input, tick);
}

/// What was asked for and is not carried out yet is said again, as long as there is a reason for
/// it.
std::optional<GroupController::Verdict> GroupController::Pending(const Tick& tick) {
  const bool changed = IsKnown(current_before_) && tick.current != current_before_;
  current_before_ = tick.current;
  if (changed) {  // carried out, or somebody else acted
    pending_ = false;
    settling_ = true;
    acted_ = tick.now;
  }
  if (!pending_) return std::nullopt;
  const Demand& demand = tick.demand;
  bool stands = false;
  std::int64_t wanted = desired_;
  if (desired_ > tick.current) {
    const bool asked = tick.current == 0       ? demand.arriving > 0 || demand.time_lag > 0
                       : !IsKnown(tick.member) ? demand.time_lag >= 0.5 * options_.objective_s
                                               : tick.up > tick.current;
    stands = asked || tick.now - asked_at_ < kStandsFor;
    wanted = std::max(wanted, std::min(tick.target, tick.most));
  } else if (asked_reason_ == ScalingReason::kIdleToZero) {
    stands = IdleLongEnough(tick);
  } else if (asked_reason_ == ScalingReason::kLateMembers) {
    stands = tick.arrived <= desired_;
  } else {
    stands = down_need_.Max() < tick.current && tick.up <= desired_;
  }
  if (stands) return Verdict{wanted, asked_reason_, asked_why_};
  pending_ = false;
  desired_ = tick.current;
  return std::nullopt;
}

GroupController::Verdict GroupController::AtZero(const Tick& tick) {
  const Demand& demand = tick.demand;
  if (demand.arriving <= 0 && demand.time_lag <= 0 && demand.lag < 1) {
    if (tick.least > 0) {
      return {tick.least, ScalingReason::kUserLimit,
              fmt::format("no members, and min_members is {}", tick.least)};
    }
    return Hold(tick, ScalingReason::kIdleToZero, "nothing arrives and nothing is left");
  }
  const std::int64_t needed = std::max<std::int64_t>({1, tick.target, busy_need_.Max()});
  const auto wanted = static_cast<std::int64_t>(std::ceil(kOverAsk * double(needed)));
  return Limit(tick,
               {wanted, ScalingReason::kWake,
                fmt::format("{:.0f} records/s arrive and {:.0f} wait: from zero straight to {}",
                            demand.arriving, demand.lag, wanted)});
}

GroupController::Verdict GroupController::Learn(const Tick& tick) {
  const Demand& demand = tick.demand;
  if (demand.time_lag < 0.5 * options_.objective_s || !demand.moving ||
      tick.now - acted_ < options_.start_s + 60 || tick.joined < tick.current) {
    return Hold(tick, ScalingReason::kLearning,
                fmt::format("what a member can do is not known yet, and none was at its limit: {} "
                            "held, time lag {:.0f} s",
                            tick.current, demand.time_lag));
  }
  return Limit(tick, {2 * tick.current, ScalingReason::kLearning,
                      fmt::format("time lag {:.0f} s of {:.0f} s and what a member can do is not "
                                  "known: {} doubled",
                                  demand.time_lag, options_.objective_s, tick.current)});
}

bool GroupController::Settling(const GroupScalingInput& input, const Tick& tick) {
  if (settling_) {
    const bool there = tick.joined == tick.current && input.phase == GroupPhase::kStable &&
                       pause_.StableFor(tick.now) >= 10;
    if ((there && tick.now - acted_ > 10) || tick.now - acted_ > kSettleAtMost) settling_ = false;
  }
  return settling_ || input.phase == GroupPhase::kRebalancing || input.rollout;
}

GroupController::Verdict GroupController::Settle(const GroupScalingInput& input, const Tick& tick) {
  const double since = tick.now - acted_;
  // The load may outgrow what was asked for; more of what is on its way costs no further dealing.
  const bool grows =
      (tick.rate_up > tick.current && double(tick.rate_up) > 1.1 * double(asked_up_)) ||
      (input.rollout && tick.up > tick.current && WorthGrowing(tick));
  if (tick.urgent && grows && since >= 10) return Up(input, tick);
  // Members that are still starting can be taken back for nothing, and whoever joins late makes
  // others stop once more.
  // While partitions have no owner yet, what was asked for is the better guess.
  const bool stable = input.phase == GroupPhase::kStable;
  const std::int64_t up = stable ? tick.rate_up : std::max(tick.rate_up, asked_up_);
  const std::int64_t target = stable ? tick.rate_target : std::max(tick.rate_target, asked_target_);
  const std::int64_t enough = (up + target + 1) / 2;
  const bool late = since >= kLateAfter * options_.start_s ||
                    (since >= 20 && tick.arrived >= std::max(tick.target, target));
  if (settling_ && !input.rollout && late && tick.arrived < tick.current &&
      tick.arrived > before_action_ && tick.arrived >= std::max(enough, tick.least)) {
    return {tick.arrived, ScalingReason::kLateMembers,
            fmt::format("{} of {} members are ready and {} would do: the late ones are taken back",
                        tick.arrived, tick.current, enough)};
  }
  if (input.rollout) {
    return Hold(tick, ScalingReason::kRollout,
                fmt::format("the workload is being rolled out: {} held", tick.current));
  }
  if (settling_) {
    return Hold(tick, ScalingReason::kSettling,
                fmt::format("{:.0f} s after the last action {} of {} members have joined{}", since,
                            tick.joined, tick.current,
                            stable ? "" : ", and the group is still being dealt out"));
  }
  return Hold(tick, ScalingReason::kRebalancing,
              fmt::format("the group is being dealt out: {} held", tick.current));
}

GroupController::Verdict GroupController::Limit(const Tick& tick, Verdict verdict) const {
  if (verdict.desired > tick.useful && tick.useful <= tick.most) {
    verdict.desired = tick.useful;
    verdict.why += fmt::format("; more than {} have no partition", tick.useful);
    if (tick.current >= tick.useful) verdict.reason = ScalingReason::kPartitionCeiling;
  }
  if (verdict.desired > tick.most) {
    verdict.desired = tick.most;
    verdict.why += fmt::format("; at most {} are allowed", tick.most);
    if (tick.current >= tick.most) verdict.reason = ScalingReason::kUserLimit;
  }
  if (verdict.desired < tick.least) {
    verdict.desired = tick.least;
    verdict.why += fmt::format("; at least {} are wanted", tick.least);
    if (tick.current <= tick.least) verdict.reason = ScalingReason::kUserLimit;
  }
  return verdict;
}

}  // namespace levelwind::planner
