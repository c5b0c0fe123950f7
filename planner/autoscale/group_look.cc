#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

#include "planner/autoscale/group_controller.h"
#include "planner/autoscale/member_work.h"

namespace levelwind::planner {
namespace {

constexpr double kWorkStable = 30;  // the group must have been stable for so long
constexpr double kUsedUp = 0.6;     // of the reserve, by a time lag of half of the objective

}  // namespace

void GroupController::LookAtMembers(const GroupScalingInput& input, double now) {
  if (std::ranges::equal(input.members, members_, {}, &MemberInput::id)) return;
  members_.clear();
  for (const MemberInput& member : input.members) members_.push_back(member.id);
  pause_.MembersChanged(now);
  // Owners are indices into the members: all are others now.
  for (PartitionWatch& watch : watches_) watch.ForgetOwner();
}

void GroupController::Look(const GroupScalingInput& input, double now) {
  const double seen = ToSeconds(input.seen_at.time_since_epoch());
  pause_.Look(now, input.phase);
  LookAtMembers(input, now);
  if (!input.revision.empty() && input.revision != revision_) {
    if (!revision_.empty()) capacity_.Restart();
    revision_ = input.revision;
  }
  if (seen <= last_seen_) return;
  last_seen_ = seen;
  if (first_seen_ < 0) first_seen_ = seen;
  if (watches_.size() != input.partitions.size()) {
    // Partitions are only ever added, at the end of their topic: everything is numbered anew.
    watches_.assign(input.partitions.size(), PartitionWatch{});
    sizes_.assign(input.topics.size(), 0);
    for (const PartitionInput& p : input.partitions) {
      if (static_cast<std::size_t>(p.topic) < sizes_.size())
        ++sizes_[static_cast<std::size_t>(p.topic)];
    }
    down_need_.Clear();
    target_need_.Clear();
  }
  bool all = input.complete && !input.partitions.empty();
  for (std::size_t p = 0; p < watches_.size(); ++p) {
    watches_[p].Look(seen, input.at.unix_ms, input.partitions[p], options_.reset);
    all = all && watches_[p].known();
  }
  std::vector<bool> transactional(sizes_.size(), false);
  for (std::size_t p = 0; p < watches_.size(); ++p) {
    const auto topic = static_cast<std::size_t>(input.partitions[p].topic);
    if (topic < sizes_.size() && watches_[p].transactional()) transactional[topic] = true;
  }
  for (std::size_t p = 0; p < watches_.size(); ++p) {
    const auto topic = static_cast<std::size_t>(input.partitions[p].topic);
    if (topic < sizes_.size() && transactional[topic]) watches_[p].SetTransactional();
  }
  if (all) last_good_ = seen;
  if (all) LearnCapacity(input, seen);
}

void GroupController::LearnCapacity(const GroupScalingInput& input, double now) {
  if (input.phase != GroupPhase::kStable || input.throttled ||
      pause_.StableFor(now) < kWorkStable) {
    return;
  }
  capacity_.Look(now, WorkOfMembers(watches_, input.members.size()));
}

GroupController::Tick GroupController::Measure(const GroupScalingInput& input, double now) {
  Tick tick;
  tick.now = now;
  tick.joined = static_cast<std::int64_t>(input.members.size());
  tick.current = IsKnown(input.replicas) ? input.replicas : tick.joined;
  // Who is ready is about to join.
  tick.arrived = std::min(tick.current, std::max(tick.joined, input.ready));
  tick.member = capacity_.member();
  tick.shared = input.protocol == GroupProtocol::kShare;
  tick.owners.reserve(input.partitions.size());
  for (const PartitionInput& p : input.partitions) tick.owners.push_back(p.owner);
  DemandContext context{.stable_for = pause_.StableFor(now),
                        .kappa = tick.shared ? kUnknown : capacity_.partition(),
                        .member = tick.shared ? kUnknown : tick.member,
                        .forecast = input.forecast_per_s,
                        .pause_s = 0};
  tick.demand = MeasureDemand(watches_, options_, context);
  // How late the next records will be when a member that is asked for now works: what is missing
  // until then piles up, and is to be caught up with, too.
  const double can = KnownOr(tick.member, 0.0) * static_cast<double>(tick.joined);
  double missing = 0;
  if (tick.demand.total_rate > 0) missing = std::max(0.0, 1 - can / tick.demand.total_rate);
  if (missing > 0.1 && IsKnown(tick.member)) {
    context.pause_s = missing * options_.start_s + pause_.Seconds(input.protocol);
    tick.demand = MeasureDemand(watches_, options_, context);
  }
  Size(input, tick);
  const Demand& demand = tick.demand;
  tick.predicted_lag_s = demand.curable_lag_s + missing * options_.start_s;
  tick.urgent = IsKnown(tick.member) && (demand.moving || tick.joined == 0) &&
                tick.predicted_lag_s > 0.5 * options_.objective_s;
  return tick;
}

void GroupController::Size(const GroupScalingInput& input, Tick& tick) {
  LoadTable need(input.assignor, sizes_, tick.owners, tick.demand.need, tick.shared);
  LoadTable rate(input.assignor, sizes_, tick.owners, tick.demand.rate, tick.shared);
  tick.useful = need.most_useful();
  tick.least = options_.min_members;
  tick.most = IsKnown(options_.max_members) ? options_.max_members : tick.useful;
  tick.most = std::max(tick.least, std::min(tick.most, tick.useful));
  if (!IsKnown(tick.member)) return;
  // What the objective lets queue is a reserve: what has queued already is mostly used up.
  const double queued = std::min(1.0, tick.demand.curable_lag_s / (options_.objective_s / 2));
  const double queue = QueueShare(options_) * (1 - kUsedUp * queued);
  const Fullness up{options_.rho_up, options_.member_up + queue};
  const Fullness target{options_.rho_target, options_.member_target + queue};
  const auto now = static_cast<std::int32_t>(tick.current);
  // Fewer members might be dealt partitions better than those that are there. What counts for going
  // up is whether these do, else more of them: "five would do" helps none of six that do not.
  const auto needed = [&](LoadTable& table) {
    const bool fits = now < 1 || table.Fits(now, tick.member, up);
    const std::int32_t least = table.Needed(tick.member, up, fits ? 1 : now + 1);
    return std::pair{least, std::max(least, table.Needed(tick.member, target, least))};
  };
  std::tie(tick.up, tick.target) = needed(need);
  const bool backlog = tick.demand.total_need > tick.demand.total_rate * 1.001;
  LoadTable& arrivals = backlog ? rate : need;
  std::tie(tick.rate_up, tick.rate_target) = needed(arrivals);
  tick.rate_down = arrivals.Needed(tick.member, {options_.rho_down, options_.member_down});
  tick.skew =
      tick.demand.at_limit > 0 ? tick.target : need.SkewCeiling(tick.member * options_.member_up);
  evaluations_ = need.evaluations() + rate.evaluations();
  if (tick.target <= tick.current || tick.current < 1 || tick.demand.late <= 0) return;
  tick.drain_s = DrainSeconds(input, tick, tick.current, 0);
  // Letting more in takes their start and some pauses, in which more becomes late.
  const double joins = std::min<double>(4, double(tick.target - tick.current));
  const double pauses = joins * pause_.Seconds(input.protocol);
  const double stops = input.protocol == GroupProtocol::kEager ? pauses : 0.3 * pauses;
  tick.drain_more_s = options_.start_s + pauses + DrainSeconds(input, tick, tick.target, stops);
}

double GroupController::DrainSeconds(const GroupScalingInput& input, const Tick& tick,
                                     std::int64_t members, double paused_s) const {
  const std::vector<std::int32_t> owners =
      Deal(input.assignor, {.topic_sizes = sizes_,
                            .members = static_cast<std::int32_t>(members),
                            .owners = tick.owners,
                            .weights = tick.demand.need});
  std::vector<double> late(static_cast<std::size_t>(members), 0);
  std::vector<double> rate(late.size(), 0);
  for (std::size_t p = 0; p < owners.size(); ++p) {
    const auto owner = static_cast<std::size_t>(owners[p]);
    late[owner] += tick.demand.lates[p] + paused_s * tick.demand.rate[p];
    rate[owner] += tick.demand.rate[p];
  }
  double left = 0, spare = 0;
  for (std::size_t m = 0; m < late.size(); ++m) {
    if (late[m] <= 0) continue;
    left += late[m];
    spare += tick.member - rate[m];
  }
  if (left <= 0) return 0;
  return spare > 0 ? left / spare : INFINITY;
}

}  // namespace levelwind::planner
