#include "detectors/group_trend.h"

#include <algorithm>
#include <functional>
#include <string>

#include "model/group_state.h"

namespace levelwind::detectors {
namespace {

/// Of one group; those beyond are not told apart.
constexpr std::size_t kMostMembers = 5'000;

constexpr std::int64_t kRestMs = 60'000;  // a group that was stable for so long is at rest

void Keep(WallTime& since, bool is_so, WallTime now) {
  if (!is_so) {
    since = {};
  } else if (since.unix_ms == 0) {
    since = now;
  }
}

std::uint16_t Small(std::size_t count) {
  return static_cast<std::uint16_t>(std::min<std::size_t>(count, 0xFFFF));
}

}  // namespace

void GroupTrend::Update(const ConsumerGroup& group, WallTime now) {
  if (since.unix_ms == 0) since = now;
  const std::int64_t minute = now.unix_ms / 60'000;
  if (minute > minute_) {
    const std::int64_t fresh = minute_ == 0 ? kMinutes : std::min(kMinutes, minute - minute_);
    for (std::int64_t i = 0; i < fresh; ++i) {
      minutes_[static_cast<std::size_t>((minute - i) % kMinutes)] = {};
    }
    minute_ = minute;
  }
  Minute& newest = minutes_[static_cast<std::size_t>(minute_ % kMinutes)];
  const std::int64_t rebalances = group.activity.rebalances;
  if (IsKnown(rebalances)) {
    // Fewer than before: the count began anew.
    if (IsKnown(rebalances_) && rebalances > rebalances_) {
      newest.rebalances =
          Small(newest.rebalances + static_cast<std::size_t>(rebalances - rebalances_));
    }
    rebalances_ = rebalances;
  }
  UpdateMembers(group, newest);
  UpdateRest(group, now);

  if (group.member_count > 0) {
    if (away_ || with_members_at.unix_ms == 0) came_at_ = now;
    present_s = static_cast<double>(now.unix_ms - came_at_.unix_ms) / 1000;
    if (with_members_at.unix_ms != 0 && away_) {
      longest_away_s = std::max(longest_away_s,
                                static_cast<double>(now.unix_ms - with_members_at.unix_ms) / 1000);
    }
    with_members_at = now;
  }
  away_ = group.member_count == 0;
  const bool settled = group.state == "Stable" && !group.owners.empty();
  Keep(idle_since, settled && group.member_count > static_cast<std::int32_t>(group.owners.size()),
       now);
  const bool is_bad = group.verdict == LagVerdict::kNoOwner ||
                      group.verdict == LagVerdict::kStalled ||
                      group.verdict == LagVerdict::kStopped;
  // Unknown for a look is no recovery.
  if (group.verdict != LagVerdict::kUndecided) {
    if (is_bad && bad != group.verdict) bad_since = {};
    bad = is_bad ? group.verdict : LagVerdict::kOk;
    Keep(bad_since, is_bad, now);
  }
  if (IsKnown(group.lag_growth_per_s)) {
    const bool began = growing_since.unix_ms == 0;
    Keep(growing_since, group.lag_growth_per_s > 0, now);
    if (began) growing_from_s = group.time_lag.seconds;
  }
}

void GroupTrend::UpdateRest(const ConsumerGroup& group, WallTime now) {
  if (group.state == kUnknownGroupState) return;
  // A look tells of the time since the last one, unless that is long ago.
  const double passed = static_cast<double>(now.unix_ms - state_at_.unix_ms) / 1000;
  if (dealing_ && passed < kRestMs / 1000) dealing_s += static_cast<float>(passed);
  state_at_ = now;
  dealing_ = IsRebalancing(group.state);
  Keep(settled_since_, !dealing_, now);
  if (!dealing_) {
    if (now.unix_ms - settled_since_.unix_ms >= kRestMs) unsettled_since = {};
  } else if (unsettled_since.unix_ms == 0) {
    unsettled_since = now;
    dealing_s = 0;
  }
}

void GroupTrend::UpdateMembers(const ConsumerGroup& group, Minute& minute) {
  // Between two assignments nobody has partitions: that is no leaving.
  if (group.owners.empty() && group.member_count > 0) return;
  const std::hash<std::string> hash;
  std::vector<Member> now;
  for (const GroupOwner& owner : group.owners) {
    if (now.size() >= kMostMembers) break;
    now.push_back({hash(owner.member_id), hash(owner.client_id + "\n" + owner.host)});
  }
  std::ranges::sort(now, {}, &Member::id);
  const auto in = [](const std::vector<Member>& list, std::uint64_t id) {
    return std::ranges::binary_search(list, id, {}, &Member::id);
  };
  std::size_t gone = 0;
  for (const Member& old : members_) gone += in(now, old.id) ? 0 : 1;
  for (const Member& member : now) {
    if (in(members_, member.id)) continue;
    const auto at = std::ranges::lower_bound(places_, member.place);
    if (at != places_.end() && *at == member.place) {
      minute.returned = Small(minute.returned + 1U);
      continue;
    }
    if (!members_.empty()) minute.fresh = Small(minute.fresh + 1U);
    if (places_.size() >= kMostMembers) places_.clear();
    places_.insert(std::ranges::lower_bound(places_, member.place), member.place);
  }
  minute.left = Small(minute.left + gone);
  minute.most_gone = std::max(minute.most_gone, Small(gone));
  members_ = std::move(now);
}

GroupTrend::Minute GroupTrend::Over(std::int64_t minutes) const {
  Minute sum;
  for (std::int64_t i = 0; i < std::min(minutes, kMinutes) && i <= minute_; ++i) {
    const Minute& m = minutes_[static_cast<std::size_t>((minute_ - i) % kMinutes)];
    sum.rebalances = Small(sum.rebalances + std::size_t{m.rebalances});
    sum.left = Small(sum.left + std::size_t{m.left});
    sum.returned = Small(sum.returned + std::size_t{m.returned});
    sum.fresh = Small(sum.fresh + std::size_t{m.fresh});
    sum.most_gone = std::max(sum.most_gone, m.most_gone);
  }
  return sum;
}

std::size_t GroupTrend::MemoryBytes() const {
  return sizeof(GroupTrend) + members_.capacity() * sizeof(Member) + places_.capacity() * 8;
}

}  // namespace levelwind::detectors
