#include "collectors/group_activity.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/commit_interval.h"
#include "collectors/group_records.h"
#include "model/group_state.h"

namespace levelwind::collectors {
namespace {

/// Whatever their order.
std::uint64_t HashOf(const std::vector<kafka::GroupMember>& members) {
  std::uint64_t hash = members.size();
  for (const kafka::GroupMember& member : members) {
    hash += std::hash<std::string>{}(member.member_id);
  }
  return hash;
}

void CountRebalance(GroupActivity& seen, WallTime wall_now) {
  ++seen.rebalances;
  seen.last_rebalance_at = wall_now;
  seen.last_rebalance_s = kUnknown;
}

void CountCommit(const CollectState& state, GroupActivity& seen, GroupOffset& offset,
                 std::int64_t before) {
  const WallTime at = state.offsets.wall_at;
  ++seen.commits;
  seen.last_commit_at = at;
  const bool back = offset.committed < before;
  if (back) {
    const Partition& partition = state.table.partition(offset.partition);
    ++seen.rewinds;
    seen.last_rewind = Rewind{state.table.shape().NameOf(partition), before, offset.committed, at};
  }
  if (state.offsets_topic_used) return;
  if (back && offset.rewinds < std::numeric_limits<std::uint8_t>::max()) ++offset.rewinds;
  if (IsKnown(offset.commit_ms)) {
    offset.commit_interval_s =
        NextCommitInterval(offset.commit_interval_s, at.unix_ms - offset.commit_ms);
  }
  offset.commit_ms = at.unix_ms;
}

double MedianInterval(const std::vector<GroupOffset>& offsets) {
  std::vector<float> intervals;
  for (const GroupOffset& offset : offsets) {
    if (IsKnown(offset.commit_interval_s)) intervals.push_back(offset.commit_interval_s);
  }
  if (intervals.empty()) return kUnknown;
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  return *middle;
}

/// What is shown: of the two accounts the one that is in use.
void Choose(GroupRecord& record, bool from_records) {
  GroupActivity& shown = record.group.activity;
  if (!from_records) {
    shown = record.seen;
  } else if (record.facts != nullptr) {
    shown = record.facts->activity;
  } else {
    // Nothing about it was written since the reading began: it has done nothing.
    shown = {};
    shown.from_records = true;
    shown.commits = shown.rewinds = shown.rebalances = shown.forgotten = 0;
  }
  shown.commit_interval_s = MedianInterval(record.group.offsets);
}

}  // namespace

void WatchRebalance(GroupRecord& record, const kafka::GroupDescription* description, SteadyTime now,
                    WallTime wall_now) {
  const ConsumerGroup& group = record.group;
  RebalanceWatch& watch = record.rebalance;
  GroupActivity& seen = record.seen;
  const bool described = description != nullptr && description->error == 0;
  if (group.state == kUnknownGroupState || (!described && !watch.watched)) return;
  const bool moving = IsRebalancing(group.state);
  const std::uint64_t members = described ? HashOf(description->members) : watch.members;
  if (!watch.watched) {
    seen.rebalances = 0;
  } else if (group.epoch >= 0 && watch.epoch >= 0) {
    for (std::int32_t i = watch.epoch; i < std::min(group.epoch, watch.epoch + 1000); ++i) {
      CountRebalance(seen, wall_now);
    }
  } else if (!watch.moving && (moving || (members != watch.members && group.member_count > 0))) {
    CountRebalance(seen, wall_now);
  }
  if (moving && !watch.moving) watch.since = now;
  if (!moving && watch.moving) {
    seen.last_rebalance_s = ToSeconds(now - watch.since);
    seen.rebalancing_s = KnownOr(seen.rebalancing_s, 0.0) + seen.last_rebalance_s;
    seen.last_rebalance_at = wall_now;
  }
  watch = {true, moving, watch.since, group.epoch, members};
}

void CountCommits(const CollectState& state, GroupRecord& record) {
  // A share group's start moves when its records are acknowledged: nobody commits it.
  if (record.group.type != "share") {
    GroupActivity& seen = record.seen;
    if (!IsKnown(seen.commits)) seen.commits = seen.rewinds = 0;
    CowVector<GroupOffset>& offsets = record.group.offsets;
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const GroupOffset& offset = offsets[i];
      const LagTrack* before = record.window.Find(offset.partition);
      if (before == nullptr || !IsKnown(offset.committed) || !IsKnown(before->committed)) continue;
      if (offset.committed == before->committed) continue;
      CountCommit(state, seen, offsets.Edit()[i], before->committed);
    }
  }
  Choose(record, state.offsets_topic_used);
}

}  // namespace levelwind::collectors
