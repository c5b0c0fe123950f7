#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "planner/autoscale/group_controller.h"

namespace levelwind::planner {

PauseCost GroupController::PauseOf(const GroupScalingInput& input, const Tick& tick,
                                   std::int64_t members) const {
  if (members == tick.current || members <= 0 || !IsKnown(tick.member)) return {};
  const std::vector<std::int32_t> after =
      Deal(input.assignor, {.topic_sizes = sizes_,
                            .members = static_cast<std::int32_t>(members),
                            .owners = tick.owners,
                            .weights = tick.demand.rate});
  return CostOfPause(input.protocol, tick.owners, after, tick.demand.rate,
                     pause_.Seconds(input.protocol), tick.member);
}

void GroupController::Fill(const GroupScalingInput& input, const Tick& tick,
                           ScalingDecision& decision) const {
  const Demand& demand = tick.demand;
  decision.active =
      demand.arriving > 0 || demand.time_lag > 0 || demand.unknown > 0 || decision.desired > 0;
  decision.min_members = options_.min_members;
  decision.max_members = options_.max_members;
  decision.objective_s = options_.objective_s;
  decision.capacity_per_s = tick.member;
  decision.capacity_learned = capacity_.learned();
  if (demand.unknown > 0 || watches_.empty()) return;
  decision.arrival_per_s = demand.arriving;
  decision.lag = demand.lag;
  decision.time_lag_s = demand.time_lag;
  decision.partition_ceiling = tick.shared ? kUnknownCount : tick.useful;
  decision.skew_ceiling = tick.skew;
  if (IsKnown(tick.member)) {
    decision.needed = {.up = tick.up, .target = tick.target, .down = tick.rate_down};
  }
  const PauseCost pause = PauseOf(input, tick, decision.desired);
  decision.pause_cost = pause.record_seconds;
  decision.moved_partitions = pause.moved;
}

void GroupController::Advise(const GroupScalingInput& input, const Tick& tick,
                             ScalingDecision& decision) const {
  const Demand& demand = tick.demand;
  const auto name = [&](std::int32_t p) -> TopicPartition {
    const PartitionInput& one = input.partitions[static_cast<std::size_t>(p)];
    return {input.topics[static_cast<std::size_t>(one.topic)], one.number};
  };
  if (demand.stuck >= 0) {
    const TopicPartition tp = name(demand.stuck);
    decision.advice.push_back(
        {fmt::format("partition {} of {} has not moved for {:.0f} s while others do: look for a "
                     "record that cannot be processed",
                     tp.partition, tp.topic,
                     watches_[static_cast<std::size_t>(demand.stuck)].StuckFor()),
         tp});
  }
  if (demand.worst >= 0 && IsKnown(tick.member) && !tick.shared &&
      demand.time_lag > options_.objective_s / 2) {
    const PartitionWatch& watch = watches_[static_cast<std::size_t>(demand.worst)];
    const double arrives = KnownOr(watch.Rate(60), 0.0);
    const double most = std::fmin(KnownOr(capacity_.partition(), tick.member), tick.member);
    if (arrives > most) {
      const TopicPartition tp = name(demand.worst);
      decision.advice.push_back(
          {fmt::format("partition {} of {} needs {:.1f}x one consumer ({:.0f} records/s, one does "
                       "{:.0f}): re-key it or add partitions",
                       tp.partition, tp.topic, arrives / most, arrives, most),
           tp});
    }
  }
  if (IsKnown(tick.member) && !tick.shared) {
    const double wanted = demand.total_need / (tick.member * options_.rho_target);
    if (wanted > static_cast<double>(tick.useful)) {
      decision.advice.push_back(
          {fmt::format("{:.0f} members would be needed and only {} get a partition: {:.0f} "
                       "partitions would help",
                       std::ceil(wanted), tick.useful, std::ceil(wanted)),
           std::nullopt});
    }
  }
  if (tick.now < held_until_) {
    decision.advice.push_back(
        {"more members brought nothing: look at what they write to", std::nullopt});
  }
}

void GroupController::PriceChoices(const GroupScalingInput& input, const Tick& tick,
                                   ScalingDecision& decision) const {
  if (!IsKnown(tick.member) || tick.current <= 0) return;
  LoadTable loads(input.assignor, sizes_, tick.owners, tick.demand.need,
                  input.protocol == GroupProtocol::kShare);
  // An hour of N members, what they would leave undone, and the pause that leads there, spread over
  // the time for which such a choice has held.
  const auto price = [&](std::int64_t members) {
    if (members < 1) return kUnknown;
    const double fullest = loads.Fullest(static_cast<std::int32_t>(members));
    const double undone =
        std::max({0.0, fullest - tick.member, loads.total() - tick.member * double(members)});
    const PauseCost pause = PauseOf(input, tick, members);
    return options_.price_member_hour * double(members) +
           options_.price_late_thousand *
               (undone * 3600 + pause.record_seconds / options_.objective_s * 3600 / hold_time_s_) /
               1000;
  };
  decision.cost_fewer = price(tick.current - 1);
  decision.cost_same = price(tick.current);
  decision.cost_more = price(tick.current + 1);
}

}  // namespace levelwind::planner
