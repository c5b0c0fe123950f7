#include "collectors/group_lags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/group_activity.h"
#include "collectors/lag_verdict.h"

namespace levelwind::collectors {
namespace {

std::int64_t At(const std::vector<std::int64_t>& offsets, std::int32_t partition) {
  const auto index = static_cast<std::size_t>(partition);
  return index < offsets.size() ? offsets[index] : kUnknownCount;
}

/// Of what this file sets; unknown is the same as unknown.
bool SameOffset(const GroupOffset& a, const GroupOffset& b) {
  const auto same = [](float x, float y) { return x == y || (!IsKnown(x) && !IsKnown(y)); };
  return a.lag == b.lag && a.lag_method == b.lag_method && a.verdict == b.verdict &&
         a.compacted == b.compacted && same(a.lag_seconds, b.lag_seconds) &&
         same(a.lag_error_s, b.lag_error_s);
}

/// Changes a copy of each offset and puts it back only if it differs: snapshots share the offsets
/// of a group until one is edited.
template <class Change>
void EditChanged(CowVector<GroupOffset>& offsets, Change change) {
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    GroupOffset next = offsets[i];
    change(next);
    if (!SameOffset(next, offsets[i])) offsets.Edit()[i] = next;
  }
}

void SetLags(const LogOffsets& ends, GroupRecord& record) {
  if (record.group.type == "share") return;
  EditChanged(record.group.offsets, [&](GroupOffset& offset) {
    const std::int64_t end = At(ends.end, offset.partition);
    const bool known = IsKnown(end) && IsKnown(offset.committed);
    offset.lag = known ? std::max<std::int64_t>(0, end - offset.committed) : kUnknownCount;
  });
}

void SetTotals(GroupRecord& record) {
  std::int64_t total = 0;
  std::int64_t most = 0;
  bool any = false;
  bool all = !record.group.commits_missing;
  for (const GroupOffset& offset : record.group.offsets) {
    if (!IsKnown(offset.committed)) continue;  // No commit: not part of the lag.
    any = true;
    all = all && IsKnown(offset.lag);
    total += offset.lag;
    most = std::max(most, offset.lag);
  }
  record.group.total_lag = any && all ? total : kUnknownCount;
  record.group.max_lag = any && all ? most : kUnknownCount;
}

/// Adds a look to the group's history and takes its rates from the looks of the window.
void CountLook(GroupRecord& record, Duration window) {
  GroupLook look = record.looks.empty() ? GroupLook{} : record.looks.back();
  look.at = record.lag_at;
  look.commits = record.group.activity.commits;
  bool comparable = false;
  for (const GroupOffset& now : record.group.offsets) {
    const LagTrack* before = record.window.Find(now.partition);
    if (before == nullptr || !IsKnown(now.committed) || !IsKnown(before->committed)) continue;
    comparable = true;
    // A commit that goes back is a reset by a person, not consumption.
    look.consumed +=
        static_cast<double>(std::max<std::int64_t>(0, now.committed - before->committed));
    if (IsKnown(now.lag) && IsKnown(before->lag)) {
      look.lag_change += static_cast<double>(now.lag - before->lag);
    }
  }
  if (!comparable) record.looks.clear();
  record.looks.push_back(look);
  while (record.looks.size() > 2 && look.at - record.looks[1].at >= window) {
    record.looks.erase(record.looks.begin());
  }
  record.group.consume_rate_per_s = kUnknown;
  record.group.lag_growth_per_s = kUnknown;
  record.group.activity.commits_per_s = kUnknown;
  const double seconds = ToSeconds(look.at - record.looks.front().at);
  if (seconds <= 0) return;
  record.group.consume_rate_per_s = (look.consumed - record.looks.front().consumed) / seconds;
  const std::int64_t commits = look.commits - record.looks.front().commits;
  const bool counted = IsKnown(look.commits) && IsKnown(record.looks.front().commits);
  // Counted anew: by another source, or because the group was deleted and has come again.
  if (counted && commits >= 0) {
    record.group.activity.commits_per_s = static_cast<double>(commits) / seconds;
  }
  if (IsKnown(record.group.total_lag)) {
    record.group.lag_growth_per_s = (look.lag_change - record.looks.front().lag_change) / seconds;
  }
}

TimeLag TimeLagOf(const CollectState& state, GroupOffset& offset) {
  offset.compacted = false;
  if (!IsKnown(offset.committed) || !IsKnown(offset.lag)) return {};
  if (offset.lag == 0) return {0, TimeLagMethod::kCaughtUp, 0};
  const WallTime now = state.offsets.wall_at;
  const auto told = state.record_times.find({offset.partition, offset.committed});
  if (told != state.record_times.end()) {
    offset.compacted = told->second.compacted;
    const double age = static_cast<double>(now.unix_ms - told->second.unix_ms) / 1000;
    return {std::max(0.0, age), TimeLagMethod::kExact, 1};
  }
  return state.history.LagOf(static_cast<std::size_t>(offset.partition), offset.committed, now);
}

/// The largest; of all that is said about the partitions, the least certain.
void SetTimeLags(const CollectState& state, ConsumerGroup& group) {
  TimeLag most;
  bool any = false;
  bool all = true;
  bool at_least = false;
  EditChanged(group.offsets, [&](GroupOffset& offset) {
    const TimeLag lag = TimeLagOf(state, offset);
    offset.lag_seconds = static_cast<float>(lag.seconds);
    offset.lag_error_s = static_cast<float>(lag.error_s);
    offset.lag_method = lag.method;
    if (!IsKnown(offset.committed)) return;
    all = all && lag.method != TimeLagMethod::kNone;
    at_least = at_least || lag.method == TimeLagMethod::kAtLeast;
    if (!any || lag.seconds > most.seconds) most = lag;
    any = true;
  });
  if (at_least) most = {most.seconds, TimeLagMethod::kAtLeast, kUnknown};
  group.time_lag = any && all ? most : TimeLag{};
}

LagFacts FactsOf(const CollectState& state, const GroupRecord& record, const GroupOffset& offset) {
  LagFacts facts;
  facts.committed = offset.committed;
  facts.lag = offset.lag;
  facts.log_start = At(state.offsets.start, offset.partition);
  facts.log_end = At(state.offsets.end, offset.partition);
  facts.time_lag = {offset.lag_seconds, offset.lag_method, offset.lag_error_s};
  facts.has_members = record.group.member_count > 0;
  facts.has_owner = offset.owner >= 0;
  facts.compacted = offset.compacted;
  if (const LagTrack* track = record.window.Find(offset.partition)) {
    facts.then_committed = track->then_committed;
    facts.then_lag = track->then_lag;
    facts.mid_committed = track->mid_committed;
    facts.mid_lag = track->mid_lag;
    facts.behind_for = record.lag_at - record.window.FineAt(*track);
    facts.was_fine = track->was_fine != 0;
  }
  facts.span = record.lag_at - record.window.then_at;
  return facts;
}

/// Worse first by the verdict, then by time, then by messages.
bool WorseThan(const GroupOffset& a, const GroupOffset& b) {
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  const auto seconds = [](const GroupOffset& o) { return KnownOr(o.lag_seconds, -1.0); };
  if (seconds(a) != seconds(b)) return seconds(a) > seconds(b);
  return a.lag > b.lag;
}

std::string NameOf(const CollectState& state, std::int32_t partition) {
  return state.table.shape().NameOf(state.table.partition(partition)).ToString();
}

void SetVerdicts(const CollectState& state, GroupRecord& record) {
  const LagOptions& options = state.options.lag;
  ConsumerGroup& group = record.group;
  std::optional<GroupOffset> worst;
  std::int64_t lost = 0;
  bool starts = true;
  EditChanged(group.offsets, [&](GroupOffset& offset) {
    const LagFacts facts = FactsOf(state, record, offset);
    offset.verdict = JudgeLag(facts, options);
    if (!IsKnown(offset.committed)) return;
    starts = starts && IsKnown(facts.log_start);
    lost += std::max<std::int64_t>(0, facts.log_start - facts.committed);
    if (!worst || WorseThan(offset, *worst)) worst = offset;
  });
  group.records_lost = worst && starts ? lost : kUnknownCount;
  group.verdict = worst ? worst->verdict : LagVerdict::kUndecided;
  group.verdict_reason.clear();
  if (!worst) {
    group.verdict_reason = "it has no committed offset";
  } else if (worst->verdict != LagVerdict::kOk) {
    group.verdict_reason = NameOf(state, worst->partition) + ": " +
                           ReasonOf(worst->verdict, FactsOf(state, record, *worst), options);
  }
}

void ForgetLag(GroupRecord& record, Duration keep_for) {
  ConsumerGroup& group = record.group;
  for (GroupOffset& offset : group.offsets.Edit()) {
    offset.lag = kUnknownCount;
    offset.lag_seconds = static_cast<float>(kUnknown);
    offset.lag_error_s = static_cast<float>(kUnknown);
    offset.lag_method = TimeLagMethod::kNone;
    offset.verdict = LagVerdict::kUndecided;
  }
  group.lag_growth_per_s = kUnknown;
  group.consume_rate_per_s = kUnknown;
  group.time_lag = {};
  group.verdict = LagVerdict::kUndecided;
  group.verdict_reason = fmt::format("nothing new could be read for {:.0f} s", ToSeconds(keep_for));
  record.looks.clear();
  record.window.Clear();
  SetTotals(record);
}

}  // namespace

void UpdateLags(CollectState& state, SteadyTime now) {
  const LogOffsets& ends = state.offsets;
  for (auto& [name, record] : state.groups) {
    const bool renewable =
        record.group.commits_at > record.lag_at && ends.at >= record.group.commits_at;
    if (renewable) {
      SetLags(ends, record);
      record.lag_at = ends.at;
      SetTotals(record);
      CountCommits(state, record);
      CountLook(record, state.options.rate_window);
      record.window.AddLook(record.group.offsets, record.lag_at, state.options.lag);
      SetTimeLags(state, record.group);
      SetVerdicts(state, record);
    } else if (now - record.lag_at > state.options.keep_for) {
      ForgetLag(record, state.options.keep_for);
    } else {
      SetTotals(record);
    }
  }
}

void UpdateTimeLags(CollectState& state) {
  for (auto& [name, record] : state.groups) {
    if (record.window.tracks.empty()) continue;
    SetTimeLags(state, record.group);
    SetVerdicts(state, record);
  }
}

}  // namespace levelwind::collectors
