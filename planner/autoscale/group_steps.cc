// More members, fewer members, and what an action is judged by afterwards.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/autoscale/group_controller.h"

namespace levelwind::planner {
namespace {

constexpr double kAgree = 10;         // seconds that an increase which is not urgent must stand
constexpr double kOverAsk = 1.25;     // of an urgent increase: some members start late
constexpr double kHot = 0.6;          // of what a member can do: a hot partition
constexpr double kHotter = 3;         // times the mean
constexpr double kExplore = 1.3;      // times the members, when only a hot partition wants more
constexpr double kWorthTime = 1.3;    // growing must shorten the catching up by so much
constexpr double kWorthMembers = 10;  // growth for a backlog, of the share of arrivals it concerns
constexpr double kSoon = 90;         // seconds until a need leaves the window, which are waited for
constexpr double kSoonShare = 0.3;   // of the window, at most
constexpr double kCaughtUpFor = 30;  // seconds without backlog before fewer are thought of
constexpr double kNoMoreFor = 1800;  // seconds without growth after one that brought nothing
constexpr double kGrowthWorth = 0.25;  // of what a growth should bring, it must bring

double TotalCommitRate(const std::vector<PartitionWatch>& watches) {
  double sum = 0;
  for (const PartitionWatch& watch : watches) sum += KnownOr(watch.CommitRate(30), 0.0);
  return sum;
}

}  // namespace

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
  wanted = std::max(Careful(tick, wanted), tick.current);
  return Limit(
      tick, {wanted, by_rate ? ScalingReason::kUpRate : ScalingReason::kUpLag,
             fmt::format("{:.0f} records/s arrive, {:.0f} wait, one member does {:.0f}/s: {} are "
                         "needed, {} have room; time lag {:.0f} s, {:.0f} s expected, objective "
                         "{:.0f} s",
                         demand.arriving, demand.lag, tick.member, tick.up, wanted, demand.time_lag,
                         tick.predicted_lag_s, options_.objective_s)});
}

std::int64_t GroupController::Careful(const Tick& tick, std::int64_t wanted) const {
  // One partition is much of what its member can carry, and what a partition alone can do is not
  // known: it may be less. Explore with care.
  const Demand& demand = tick.demand;
  if (!tick.shared && demand.hottest >= 0 && !IsKnown(capacity_.partition()) &&
      demand.need[static_cast<std::size_t>(demand.hottest)] >
          std::max(kHot * tick.member, kHotter * demand.total_need / double(watches_.size()))) {
    const double even = demand.total_need / (tick.member * options_.rho_target);
    wanted = std::min(wanted, static_cast<std::int64_t>(
                                  std::ceil(std::max(even, kExplore * double(tick.current)))));
  }
  return wanted;
}

bool GroupController::WorthGrowing(const Tick& tick) const {
  if (tick.rate_up > tick.current) return true;
  if (tick.drain_s <= std::max(CatchUpSeconds(options_), kWorthTime * tick.drain_more_s)) {
    return false;
  }
  // Many members for a backlog of little of what the group does are not worth it: "49 instead of
  // 17, so that one partition of a hundred is done in two minutes and not in four".
  const Demand& demand = tick.demand;
  double waiting = 0;
  for (std::size_t p = 0; p < demand.lates.size(); ++p) {
    if (demand.lates[p] > 0) waiting += demand.rate[p];
  }
  const double share = demand.total_rate > 0 ? waiting / demand.total_rate : 1;
  const double more = double(tick.target - tick.current) / std::max(1.0, double(tick.current));
  return tick.target - tick.current <= 1 || more <= kWorthMembers * share;
}

double GroupController::DownWindow(const GroupScalingInput& input) const {
  // Where only what moves has to stop, a mistake is cheap.
  return input.protocol == GroupProtocol::kConsumer || input.protocol == GroupProtocol::kShare
             ? std::max(60.0, options_.down_window_s / 2)
             : options_.down_window_s;
}

GroupController::Verdict GroupController::Steady(const Tick& tick) const {
  const Demand& demand = tick.demand;
  if (demand.stuck_count > 0) {
    return Hold(tick, ScalingReason::kStuck,
                fmt::format("{} partitions do not move while others do; {} members do for the rest",
                            demand.stuck_count, tick.current));
  }
  if (IsKnown(tick.skew) && demand.time_lag > options_.objective_s &&
      demand.curable_lag_s <= options_.objective_s) {
    return Hold(tick, ScalingReason::kSkewCeiling,
                fmt::format("one partition is {:.0f} s behind and at its own limit: "
                            "more than {} cannot help",
                            demand.time_lag, tick.current));
  }
  return Hold(tick, ScalingReason::kSteady,
              fmt::format("{:.0f} records/s for {} members of {:.0f}/s, time lag {:.0f} s of "
                          "{:.0f} s",
                          demand.arriving, tick.current, tick.member, demand.time_lag,
                          options_.objective_s));
}

GroupController::Verdict GroupController::Down(const GroupScalingInput& input, const Tick& tick) {
  const Demand& demand = tick.demand;
  if (IdleLongEnough(tick)) {
    return {
        0, ScalingReason::kIdleToZero,
        fmt::format("nothing arrived and nothing was left for {:.0f} s", options_.idle_after_s)};
  }
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
      return Steady(tick);
    }
    return Hold(tick, ScalingReason::kDownWaiting,
                fmt::format("{} would do now, but not for all of the last {:.0f} s", tick.rate_down,
                            DownWindow(input)));
  }
  if (caught_up_since_ < 0 || tick.now - caught_up_since_ < kCaughtUpFor) return Steady(tick);
  if (down_need_.Span(tick.now) < DownWindow(input) ||
      tick.now - acted_ < std::max(60.0, DownWindow(input) / 4)) {
    return Hold(tick, ScalingReason::kDownWaiting,
                fmt::format("{} would do, watched for {:.0f} s of {:.0f} s", tick.rate_down,
                            down_need_.Span(tick.now), DownWindow(input)));
  }
  return StepDown(input, tick);
}

/// Fewer would have done for the whole window: whether to go there, and how far.
GroupController::Verdict GroupController::StepDown(const GroupScalingInput& input,
                                                   const Tick& tick) {
  const std::int64_t wanted = std::max<std::int64_t>({target_need_.Max(), tick.least, 1});
  if (wanted >= tick.current) return Steady(tick);
  const double window = DownWindow(input);
  // Zero is near: one step is a rebalance less than two, and until then the members cost little.
  const double idle_left = options_.idle_after_s - (tick.now - idle_since_);
  if (tick.least == 0 && idle_since_ >= 0 && idle_left <= window) {
    return Hold(tick, ScalingReason::kDownWaiting,
                fmt::format("nothing arrives: {} would do, and in {:.0f} s none", wanted,
                            std::max(0.0, idle_left)));
  }
  // A higher need is about to leave the window: one step down is better than two.
  const double soon = tick.now - window + std::min(kSoon, kSoonShare * window);
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
                  window, wanted, tick.demand.arriving, tick.member)};
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
