#include "collectors/group_records.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr std::int64_t kMaxOffset = std::numeric_limits<std::int64_t>::max() / 2;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// Binary search in a list sorted by partition.
template <class Entry>
const Entry* FindPartition(const std::vector<Entry>& sorted, std::int32_t partition) {
  const auto at = std::ranges::lower_bound(sorted, partition, {}, &Entry::partition);
  return at != sorted.end() && at->partition == partition ? &*at : nullptr;
}

struct Owned {
  std::int32_t partition = -1;
  std::int32_t owner = -1;
};

/// Which member has which partition, sorted; `owners` becomes the members that have any.
std::vector<Owned> OwnersOf(const kafka::GroupDescription& description, const ClusterTable& table,
                            std::vector<std::string>& owners) {
  std::vector<Owned> owned;
  owners.clear();
  for (const kafka::GroupMember& member : description.members) {
    if (member.assigned.empty()) continue;
    // Kafka's host text begins with a slash of its own: "client/10.0.0.7".
    const bool has_slash = !member.host.empty() && member.host.front() == '/';
    const std::string name = member.client_id + (has_slash ? "" : "/") + member.host;
    const auto known = std::ranges::find(owners, name);
    const auto index = static_cast<std::int32_t>(known - owners.begin());
    if (known == owners.end()) owners.push_back(name);
    for (const TopicPartition& assigned : member.assigned) {
      const std::int32_t partition = table.Find(assigned.topic, assigned.partition);
      if (partition >= 0) owned.push_back({partition, index});
    }
  }
  std::ranges::stable_sort(owned, {}, &Owned::partition);
  const auto doubled = std::ranges::unique(owned, {}, &Owned::partition);
  owned.erase(doubled.begin(), doubled.end());
  return owned;
}

std::vector<Owned> OwnersOf(const std::vector<GroupOffset>& offsets) {
  std::vector<Owned> owned;
  for (const GroupOffset& offset : offsets) {
    if (offset.owner >= 0) owned.push_back({offset.partition, offset.owner});
  }
  return owned;
}

void SetTotal(GroupRecord& record) {
  std::int64_t total = 0;
  bool any = false;
  for (const GroupOffset& offset : record.group.offsets) {
    if (!IsKnown(offset.committed)) continue;  // No commit: not part of the lag.
    any = true;
    if (!IsKnown(offset.lag)) {
      record.group.total_lag = kUnknownCount;
      return;
    }
    total += offset.lag;
  }
  record.group.total_lag = any && !record.commits_missing ? total : kUnknownCount;
}

/// Adds a look to the group's history and takes its rates from the looks of the window.
void CountLook(GroupRecord& record, Duration window) {
  GroupLook look = record.looks.empty() ? GroupLook{} : record.looks.back();
  look.at = record.lag_at;
  bool comparable = false;
  for (const GroupOffset& now : record.group.offsets) {
    const CountedOffset* before = FindPartition(record.counted, now.partition);
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
  record.counted.clear();
  record.counted.reserve(record.group.offsets.size());
  for (const GroupOffset& offset : record.group.offsets) {
    record.counted.push_back({offset.partition, offset.committed, offset.lag});
  }
  record.group.consume_rate_per_s = kUnknown;
  record.group.lag_growth_per_s = kUnknown;
  const double seconds = ToSeconds(look.at - record.looks.front().at);
  if (seconds <= 0) return;
  record.group.consume_rate_per_s = (look.consumed - record.looks.front().consumed) / seconds;
  if (IsKnown(record.group.total_lag)) {
    record.group.lag_growth_per_s = (look.lag_change - record.looks.front().lag_change) / seconds;
  }
}

void ForgetLag(GroupRecord& record) {
  for (GroupOffset& offset : record.group.offsets) offset.lag = kUnknownCount;
  record.group.lag_growth_per_s = kUnknown;
  record.group.consume_rate_per_s = kUnknown;
  record.looks.clear();
  record.counted.clear();
  SetTotal(record);
}

}  // namespace

bool HasLag(const kafka::GroupListing& listing) {
  const std::string type = LowerCase(listing.type);
  return type.empty() || type == "classic" || type == "consumer";
}

bool SameType(const kafka::GroupListing& listing, const GroupRecord& record) {
  return LowerCase(listing.type) == record.group.type;
}

void ApplyDescription(GroupRecord& record, const kafka::GroupListing& listing,
                      const kafka::GroupDescription* description) {
  ConsumerGroup& group = record.group;
  group.name = listing.name;
  if (!listing.type.empty()) group.type = LowerCase(listing.type);
  if (!listing.protocol_type.empty()) group.protocol_type = listing.protocol_type;
  if (listing.coordinator != kNoBroker) group.coordinator = listing.coordinator;
  group.state = listing.state.empty() ? kUnknownGroupState : listing.state;
  if (description == nullptr || description->error != 0) return;
  if (!description->state.empty()) group.state = description->state;
  if (!description->type.empty()) group.type = LowerCase(description->type);
  if (!description->protocol_type.empty()) group.protocol_type = description->protocol_type;
  if (description->coordinator != kNoBroker) group.coordinator = description->coordinator;
  group.member_count = static_cast<std::int32_t>(description->members.size());
}

std::uint64_t ApplyCommits(GroupRecord& record, const kafka::GroupOffsets& commits,
                           const kafka::GroupDescription* description, const ClusterTable& table,
                           SteadyTime commits_at) {
  const bool described = description != nullptr && description->error == 0;
  const std::vector<GroupOffset>& had = record.group.offsets;
  const std::vector<Owned> owned =
      described ? OwnersOf(*description, table, record.group.owners) : OwnersOf(had);
  std::vector<GroupOffset> next;
  next.reserve(std::max(commits.offsets.size(), owned.size()));
  std::uint64_t skipped = 0;
  record.commits_missing = false;
  const auto add = [&](std::int32_t index, std::int64_t committed) {
    const GroupOffset* before = FindPartition(had, index);
    const Owned* owner = FindPartition(owned, index);
    next.push_back({index, owner == nullptr ? -1 : owner->owner, committed,
                    before == nullptr ? kUnknownCount : before->lag});
  };
  for (const kafka::CommittedOffset& commit : commits.offsets) {
    const std::int32_t index = table.Find(commit.partition.topic, commit.partition.partition);
    if (index < 0 || commit.offset > kMaxOffset || commit.offset < kUnknownCount) {
      ++skipped;  // Commits outlive their topic for a while.
      continue;
    }
    std::int64_t committed = commit.offset;
    if (commit.error != 0) {
      const GroupOffset* before = FindPartition(had, index);
      committed = before == nullptr ? kUnknownCount : before->committed;
      record.commits_missing = record.commits_missing || !IsKnown(committed);
    }
    if (IsKnown(committed)) add(index, committed);
  }
  std::ranges::stable_sort(next, {}, &GroupOffset::partition);
  const auto doubled = std::ranges::unique(next, {}, &GroupOffset::partition);
  next.erase(doubled.begin(), doubled.end());
  const std::size_t committed_count = next.size();
  for (const Owned& have : owned) {
    const auto end = next.begin() + static_cast<std::ptrdiff_t>(committed_count);
    const auto at =
        std::ranges::lower_bound(next.begin(), end, have.partition, {}, &GroupOffset::partition);
    if (at == end || at->partition != have.partition) add(have.partition, kUnknownCount);
  }
  std::ranges::sort(next, {}, &GroupOffset::partition);
  record.group.offsets = std::move(next);
  record.commits_at = commits_at;
  return skipped;
}

void UpdateLags(CollectState& state, SteadyTime now) {
  const LogOffsets& ends = state.offsets;
  for (auto& [name, record] : state.groups) {
    const bool renewable = record.commits_at > record.lag_at && ends.at >= record.commits_at;
    if (renewable) {
      for (GroupOffset& offset : record.group.offsets) {
        const auto index = static_cast<std::size_t>(offset.partition);
        const std::int64_t end = index < ends.end.size() ? ends.end[index] : kUnknownCount;
        const bool known = IsKnown(end) && IsKnown(offset.committed);
        offset.lag = known ? std::max<std::int64_t>(0, end - offset.committed) : kUnknownCount;
      }
      record.lag_at = ends.at;
      SetTotal(record);
      CountLook(record, state.options.rate_window);
    } else if (now - record.lag_at > state.options.keep_for) {
      ForgetLag(record);
    } else {
      SetTotal(record);
    }
  }
}

}  // namespace levelwind::collectors
