#include "planner/autoscale/group_controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace levelwind::planner {
namespace {

constexpr double kAgree = 10;           // seconds that an increase which is not urgent must stand
constexpr double kSettleAtMost = 600;   // seconds: then the action is taken for failed
constexpr double kLateAfter = 1.2;      // times the start time: members that still start are late
constexpr double kOverAsk = 1.25;       // of an urgent increase: some members start late
constexpr double kRememberFor = 14400;  // seconds: what was needed when the group was busy
constexpr double kHot = 0.6;            // of what a member can do: a hot partition
constexpr double kHotter = 3;           // times the mean
constexpr double kExplore = 1.3;        // times the members, when only a hot partition wants more
constexpr double kStandsFor = 30;       // seconds that an increase is said again in any case
constexpr double kWorthTime = 1.3;      // growing must shorten the catching up by so much
constexpr double kCaughtUpFor = 30;     // seconds without backlog before fewer are thought of
constexpr double kNoMoreFor = 1800;     // seconds without growth after one that brought nothing
constexpr double kGrowthWorth = 0.25;   // of what a growth should bring, it must bring

double TotalCommitRate(const std::vector<PartitionWatch>& watches) {
  double sum = 0;
  for (const PartitionWatch& watch : watches) sum += KnownOr(watch.CommitRate(30), 0.0);
  return sum;
}

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
                     tick.demand.unknown == 0 && input.complete && !watches_.empty();
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
    const bool asked = tick.current == 0 ? demand.arriving > 0 || demand.time_lag > 0
                                         : !IsKnown(tick.member) || tick.up > tick.current;
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
                fmt::format("{:.0f} s after the last action {} of {} members have joined", since,
                            tick.joined, tick.current));
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

GroupController::Verdict GroupController::Up(const GroupScalingInput& input, const Tick& tick) {
  const Demand& demand = tick.demand;
  if (demand.standstill) {
    return Hold(tick, ScalingReason::kStandstill,
                fmt::format("nothing is processed in any of {} partitions while {:.0f} records "
                            "wait: an outage, not load; {} held",
                            watches_.size(), demand.lag, tick.current));
  }
  if (input.throttled) {
    return Hold(tick, ScalingReason::kDownstreamLimit,
                fmt::format("brokers throttle this group's fetches: {} held", tick.current));
  }
  if (up_since_ < 0) up_since_ = tick.now;
  if (tick.now < held_until_) {
    return Hold(tick, ScalingReason::kDownstreamLimit,
                fmt::format("the last growth brought nothing, what is behind the group is the "
                            "limit: {} held for another {:.0f} s",
                            tick.current, held_until_ - tick.now));
  }
  const bool by_rate = tick.rate_up > tick.current;
  if (!WorthGrowing(tick)) {
    return Hold(
        tick, ScalingReason::kSteady,
        fmt::format("{:.0f} records are late and {} members will have worked them off in "
                    "{:.0f} s, with {} it would be {:.0f} s",
                    demand.late, tick.current, tick.drain_s, tick.target, tick.drain_more_s));
  }
  if (!tick.urgent && tick.now - up_since_ < kAgree) {
    return Hold(tick, ScalingReason::kSteady,
                fmt::format("{} are needed, which has to stand for {:.0f} s", tick.up, kAgree));
  }
  if (!tick.urgent && !tokens_.Has(tick.now)) {
    return Hold(
        tick, ScalingReason::kNoTokens,
        fmt::format("{} are needed, but {:.0f} actions an hour are used up and the time lag "
                    "of {:.0f} s is under its objective of {:.0f} s",
                    tick.up, options_.actions_per_hour, demand.time_lag, options_.objective_s));
  }
  std::int64_t wanted = std::max(tick.target, tick.up);
  if (tick.urgent) wanted = static_cast<std::int64_t>(std::ceil(kOverAsk * double(wanted)));
  // One partition is much of what its member can carry, and what a partition alone can do is not
  // known: it may be less. Explore with care.
  if (demand.hottest >= 0 && !IsKnown(capacity_.partition()) &&
      demand.need[static_cast<std::size_t>(demand.hottest)] >
          std::max(kHot * tick.member, kHotter * demand.total_need / double(watches_.size()))) {
    const double even = demand.total_need / (tick.member * options_.rho_target);
    wanted = std::min(wanted, static_cast<std::int64_t>(
                                  std::ceil(std::max(even, kExplore * double(tick.current)))));
  }
  wanted = std::max(wanted, tick.current);
  return Limit(
      tick, {wanted, by_rate ? ScalingReason::kUpRate : ScalingReason::kUpLag,
             fmt::format("{:.0f} records/s arrive, {:.0f} wait, one member does {:.0f}/s: {} are "
                         "needed, {} have room; time lag {:.0f} s, {:.0f} s expected, objective "
                         "{:.0f} s",
                         demand.arriving, demand.lag, tick.member, tick.up, wanted, demand.time_lag,
                         tick.predicted_lag_s, options_.objective_s)});
}

bool GroupController::WorthGrowing(const Tick& tick) const {
  if (tick.rate_up > tick.current) return true;
  return tick.drain_s > std::max(CatchUpSeconds(options_), kWorthTime * tick.drain_more_s);
}

double GroupController::DownWindow(const GroupScalingInput& input) const {
  // Where only what moves has to stop, a mistake is cheap.
  return input.protocol == GroupProtocol::kConsumer || input.protocol == GroupProtocol::kShare
             ? std::max(60.0, options_.down_window_s / 2)
             : options_.down_window_s;
}

GroupController::Verdict GroupController::Down(const GroupScalingInput& input, const Tick& tick) {
  const Demand& demand = tick.demand;
  if (IdleLongEnough(tick)) {
    return {
        0, ScalingReason::kIdleToZero,
        fmt::format("nothing arrived and nothing was left for {:.0f} s", options_.idle_after_s)};
  }
  const auto steady = [&] {
    if (demand.stuck_count > 0) {
      return Hold(
          tick, ScalingReason::kStuck,
          fmt::format("{} partitions do not move while others do; {} members do for the rest",
                      demand.stuck_count, tick.current));
    }
    if (IsKnown(tick.skew) && demand.time_lag > options_.objective_s) {
      return Hold(tick, ScalingReason::kSkewCeiling,
                  fmt::format("one partition is {:.0f} s behind and is all that a member can do: "
                              "more than {} cannot help",
                              demand.time_lag, tick.current));
    }
    return Hold(tick, ScalingReason::kSteady,
                fmt::format("{:.0f} records/s for {} members of {:.0f}/s, time lag {:.0f} s of "
                            "{:.0f} s",
                            demand.arriving, tick.current, tick.member, demand.time_lag,
                            options_.objective_s));
  };
  if (GrowthBroughtNothing(tick)) {
    return {
        before_action_, ScalingReason::kDownstreamLimit,
        fmt::format("going from {} to {} members brought less than a quarter of what it should: "
                    "what is behind the group is the limit",
                    before_action_, tick.current)};
  }
  const std::int64_t fewest = std::max(down_need_.Max(), tick.least);
  if (fewest >= tick.current) {
    if (std::max(tick.rate_down, tick.least) >= tick.current || demand.stuck_count > 0) {
      return steady();
    }
    return Hold(tick, ScalingReason::kDownWaiting,
                fmt::format("{} would do now, but not for all of the last {:.0f} s", tick.rate_down,
                            DownWindow(input)));
  }
  if (caught_up_since_ < 0 || tick.now - caught_up_since_ < kCaughtUpFor) return steady();
  if (down_need_.Span(tick.now) < DownWindow(input) ||
      tick.now - acted_ < std::max(60.0, DownWindow(input) / 4)) {
    return Hold(tick, ScalingReason::kDownWaiting,
                fmt::format("{} would do, watched for {:.0f} s of {:.0f} s", tick.rate_down,
                            down_need_.Span(tick.now), DownWindow(input)));
  }
  const std::int64_t wanted = std::max<std::int64_t>({target_need_.Max(), tick.least, 1});
  if (wanted >= tick.current) return steady();
  // A higher need is about to leave the window: one step down is better than two.
  const double soon = tick.now - DownWindow(input) + 90;
  const std::int64_t then = std::max<std::int64_t>({target_need_.MaxSince(soon), tick.least, 1});
  if (double(then) < 0.9 * double(wanted)) {
    return Hold(tick, ScalingReason::kDownWaiting,
                fmt::format("{} would do, and soon fewer", wanted));
  }
  if (!tokens_.Has(tick.now)) {
    return Hold(tick, ScalingReason::kNoTokens,
                fmt::format("{} would do, but {:.0f} actions an hour are used up", wanted,
                            options_.actions_per_hour));
  }
  const PauseCost cost = PauseOf(input, tick, wanted);
  const double saved =
      options_.price_member_hour * double(tick.current - wanted) * hold_time_s_ / 3600;
  const double lost =
      options_.price_late_thousand * cost.record_seconds / options_.objective_s / 1000;
  if (lost > saved) {
    return Hold(tick, ScalingReason::kPauseTooDear,
                fmt::format("{} would do, but {} partitions would stop: {:.2f} lost, {:.2f} saved",
                            wanted, cost.moved, lost, saved));
  }
  return {
      wanted, ScalingReason::kDownRate,
      fmt::format("for {:.0f} s {} members would have done for {:.0f} records/s, one member does "
                  "{:.0f}/s",
                  DownWindow(input), wanted, demand.arriving, tick.member)};
}

bool GroupController::GrowthBroughtNothing(const Tick& tick) {
  if (judge_growth_at_ < 0 || tick.now < judge_growth_at_) return false;
  judge_growth_at_ = -1;
  if (!IsKnown(throughput_before_) || before_action_ >= tick.current ||
      tick.demand.curable_lag_s < 0.5 * options_.objective_s) {
    return false;
  }
  // What it could bring: its share more, but no more than there was to do.
  const double share =
      double(tick.current - before_action_) / double(std::max<std::int64_t>(1, before_action_));
  const double expected = std::min(throughput_before_ * share, missing_before_);
  if (missing_before_ < 0.15 * throughput_before_ ||
      TotalCommitRate(watches_) - throughput_before_ >= kGrowthWorth * expected) {
    return false;
  }
  held_until_ = tick.now + kNoMoreFor;
  return true;
}

void GroupController::Acted(const Tick& tick, const Verdict& verdict) {
  const bool up = verdict.desired > tick.current;
  if (verdict.reason != ScalingReason::kLateMembers) {
    tokens_.Take(tick.now);
    before_action_ = tick.current;
  }
  pending_ = true;
  asked_at_ = tick.now;
  asked_reason_ = verdict.reason;
  asked_why_ = verdict.why;
  up_since_ = -1;
  if (up) {
    asked_up_ = tick.rate_up;
    asked_target_ = tick.rate_target;
    if (last_down_ > 0)
      hold_time_s_ = 0.7 * hold_time_s_ + 0.3 * std::min(7200.0, tick.now - last_down_);
    last_down_ = -1e9;
    throughput_before_ = TotalCommitRate(watches_);
    missing_before_ = tick.demand.total_need - throughput_before_;
    judge_growth_at_ = tick.now + options_.start_s + 120;
  } else {
    if (verdict.reason != ScalingReason::kLateMembers) last_down_ = tick.now;
    judge_growth_at_ = -1;
  }
}

}  // namespace levelwind::planner
