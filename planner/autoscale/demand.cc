#include "planner/autoscale/demand.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace levelwind::planner {
namespace {

constexpr double kFast = 60;           // seconds over which arrivals are told
constexpr double kJump = 1.3;          // a burst is so much more than that
constexpr double kStuckAfter = 60;     // seconds: four looks of a decision
constexpr double kNearLimit = 0.7;     // of what one partition can do: it is at its limit
constexpr double kTooMuch = 0.95;      // of a member, for one partition
constexpr double kBetterPart = 0.5;    // of a member, that one partition has
constexpr double kEnoughOfIt = 0.6;    // of a member is to be left to it
constexpr double kEnough = 0.75;       // of that is to be left to it
constexpr double kLongLate = 5;        // objectives late at its limit: it is to have all of that
constexpr double kQueueOver = 200;     // seconds over which what may queue is worked off
constexpr double kStuckForSure = 600;  // seconds, whatever its owner does
constexpr double kSlack = 0.5;         // share of the objective that may stand as lag

double RateOf(const PartitionWatch& watch) {
  const double fast = watch.Rate(kFast);
  return IsKnown(fast) ? fast : KnownOr(watch.Rate(10), 0.0);
}

/// Which partitions do not move, and whether any does.
void Diagnose(const std::vector<PartitionWatch>& watches, const DemandContext& context,
              Demand& demand, std::vector<bool>& stuck) {
  stuck.assign(watches.size(), false);
  std::int32_t still = 0, waiting = 0;
  std::vector<bool> busy;  // by owner: works on something that is behind
  for (std::size_t p = 0; p < watches.size(); ++p) {
    const PartitionWatch& watch = watches[p];
    if (!watch.known()) {
      ++demand.unknown;
      continue;
    }
    const double since = watch.StuckFor();
    if (watch.time_lag() > 0) ++waiting;
    if (since > 0 && watch.time_lag() > 0) ++still;
    if (since <= 0 && KnownOr(watch.CommitRate(30), 0.0) > 0) demand.moving = true;
    stuck[p] = since >= kStuckAfter && context.stable_for >= kStuckAfter;
    // An owner with a backlog may be long at one partition before it comes to the next.
    const auto owner = static_cast<std::size_t>(std::max(0, watch.owner()));
    if (owner >= busy.size()) busy.resize(owner + 1, false);
    if (since <= 0 && watch.time_lag() > kBehindSeconds) busy[owner] = true;
  }
  demand.standstill = waiting > 0 && still == waiting && !demand.moving && context.stable_for > 20;
  for (std::size_t p = 0; p < watches.size(); ++p) {
    const auto owner = static_cast<std::size_t>(std::max(0, watches[p].owner()));
    const bool waits = owner < busy.size() && busy[owner] && watches[p].StuckFor() < kStuckForSure;
    stuck[p] = stuck[p] && demand.moving && !waits;
    if (!stuck[p]) continue;
    ++demand.stuck_count;
    if (demand.stuck < 0) demand.stuck = static_cast<std::int32_t>(p);
  }
}

/// What all rates are multiplied with: a burst, a forecast.
double Raise(const std::vector<PartitionWatch>& watches, const DemandContext& context,
             Demand& demand) {
  double fast = 0, burst = 0;
  for (const PartitionWatch& watch : watches) {
    fast += RateOf(watch);
    burst += watch.BurstRate();
  }
  demand.arriving = fast;
  if (burst > kJump * fast) {
    demand.burst = true;
    demand.arriving = burst;
  }
  if (IsKnown(context.forecast)) demand.arriving = std::max(demand.arriving, context.forecast);
  return fast > 0 ? demand.arriving / fast : 1;
}

/// Why more members would bring a partition little.
enum class Limit : std::uint8_t {
  kNone,
  kPartition,  ///< It has most of what one partition alone can be read with.
  kMember,     ///< All of a member would not do, and it has the better part of one.
};
/// `wanted`: records/s with which it would have caught up in time.
Limit LimitOf(const PartitionWatch& watch, double late, double wanted,
              const DemandContext& context) {
  const auto has = [&watch](double share, double limit, double window) {
    return KnownOr(watch.CommitRate(window), 0.0) > share * limit;
  };
  if (late > 0 && watch.BehindFor() > 20 && IsKnown(context.kappa) &&
      has(kNearLimit, context.kappa, 20)) {
    return Limit::kPartition;
  }
  if (!IsKnown(context.member)) return Limit::kNone;
  const double too_much = kTooMuch * context.member;
  if (std::max(RateOf(watch), watch.BurstRate()) > too_much) return Limit::kMember;
  // For so long that it is not just its turn.
  const bool part = late > 0 && wanted > too_much && has(kBetterPart, context.member, 60);
  return part ? Limit::kMember : Limit::kNone;
}

}  // namespace

double QueueShare(const AutoscaleOptions& options) {
  return kSlack * options.objective_s / kQueueOver;
}

Demand MeasureDemand(const std::vector<PartitionWatch>& watches, const AutoscaleOptions& options,
                     const DemandContext& context) {
  Demand demand;
  std::vector<bool> stuck;
  Diagnose(watches, context, demand, stuck);
  const double raise = Raise(watches, context, demand);
  const double catch_up = CatchUpSeconds(options);
  demand.rate.assign(watches.size(), 0);
  demand.need.assign(watches.size(), 0);
  demand.lates.assign(watches.size(), 0);
  for (std::size_t p = 0; p < watches.size(); ++p) {
    const PartitionWatch& watch = watches[p];
    if (!watch.known()) continue;
    demand.lag += watch.lag();
    if (watch.time_lag() > demand.time_lag || demand.worst < 0) {
      demand.time_lag = std::max(demand.time_lag, watch.time_lag());
      demand.worst = static_cast<std::int32_t>(p);
    }
    if (stuck[p]) continue;
    const double most = KnownOr(std::fmin(context.kappa, context.member), INFINITY);
    const double rate = RateOf(watch) * raise;
    const double slack = kSlack * options.objective_s * rate;
    const double late = std::max(0.0, watch.lag() + rate * context.pause_s - slack);
    demand.lates[p] = late;
    demand.late += late;
    // One that is at its own limit is late whatever the number of members: it is to have most of
    // what it can take, but no members only so that nobody is beside it.
    const Limit limit = LimitOf(watch, late, rate + late / catch_up, context);
    const bool at_limit = limit != Limit::kNone;
    demand.at_limit += at_limit;
    // Late for long, it has used up what may queue at its member, too: nothing beside it may take
    // of its owner's time what the objective would let wait elsewhere.
    const bool for_long =
        limit == Limit::kPartition && watch.time_lag() > kLongLate * options.objective_s;
    const double share = limit == Limit::kMember ? kEnoughOfIt : kEnough;
    const double enough = (for_long ? 1 : share) * most;
    const double used_up = for_long ? QueueShare(options) / 2 * KnownOr(context.member, 0.0) : 0;
    demand.rate[p] = std::min(most, at_limit ? enough : rate) + used_up;
    demand.need[p] = std::min(most, at_limit ? enough : rate + late / catch_up) + used_up;
    demand.total_rate += demand.rate[p];
    demand.total_need += demand.need[p];
    if (!at_limit) demand.curable_lag_s = std::max(demand.curable_lag_s, watch.time_lag());
    if (demand.hottest < 0 ||
        demand.need[p] > demand.need[static_cast<std::size_t>(demand.hottest)]) {
      demand.hottest = static_cast<std::int32_t>(p);
    }
  }
  return demand;
}

}  // namespace levelwind::planner
