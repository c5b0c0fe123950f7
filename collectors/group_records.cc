#include "collectors/group_records.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace levelwind::collectors {
namespace {

constexpr std::int64_t kMaxOffset = std::numeric_limits<std::int64_t>::max() / 2;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool ByPartition(const GroupOffset& a, const GroupOffset& b) { return a.partition < b.partition; }

/// Binary search in offsets sorted by partition.
const GroupOffset* FindOffset(const std::vector<GroupOffset>& offsets, std::int32_t partition) {
  GroupOffset wanted;
  wanted.partition = partition;
  const auto at = std::lower_bound(offsets.begin(), offsets.end(), wanted, ByPartition);
  return at != offsets.end() && at->partition == partition ? &*at : nullptr;
}

using Owners = std::unordered_map<std::int32_t, std::string>;

Owners OwnersOf(const kafka::GroupDescription& description, const ClusterTable& table) {
  Owners owners;
  for (const kafka::GroupMember& member : description.members) {
    // Kafka's host text begins with a slash of its own: "client/10.0.0.7".
    const bool has_slash = !member.host.empty() && member.host.front() == '/';
    const std::string owner = member.client_id + (has_slash ? "" : "/") + member.host;
    for (const TopicPartition& assigned : member.assigned) {
      const std::int32_t index = table.Find(assigned.topic, assigned.partition);
      if (index >= 0) owners.emplace(index, owner);
    }
  }
  return owners;
}

Owners OwnersOf(const std::vector<GroupOffset>& offsets) {
  Owners owners;
  for (const GroupOffset& offset : offsets) {
    if (!offset.owner.empty()) owners.emplace(offset.partition, offset.owner);
  }
  return owners;
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
    const GroupOffset* before = FindOffset(record.counted, now.partition);
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
    record.looks.pop_front();
  }
  record.counted = record.group.offsets;
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
  Owners owners = described ? OwnersOf(*description, table) : OwnersOf(record.group.offsets);
  std::vector<GroupOffset> next;
  next.reserve(std::max(commits.offsets.size(), owners.size()));
  std::uint64_t skipped = 0;
  record.commits_missing = false;
  const auto add = [&](std::int32_t index, std::int64_t committed) {
    GroupOffset offset;
    offset.partition = index;
    offset.committed = committed;
    const GroupOffset* before = FindOffset(record.group.offsets, index);
    if (before != nullptr) offset.lag = before->lag;
    if (auto owner = owners.extract(index)) offset.owner = std::move(owner.mapped());
    next.push_back(std::move(offset));
  };
  for (const kafka::CommittedOffset& commit : commits.offsets) {
    const std::int32_t index = table.Find(commit.partition.topic, commit.partition.partition);
    if (index < 0 || commit.offset > kMaxOffset || commit.offset < kUnknownCount) {
      ++skipped;  // Commits outlive their topic for a while.
      continue;
    }
    std::int64_t committed = commit.offset;
    if (commit.error != 0) {
      const GroupOffset* before = FindOffset(record.group.offsets, index);
      committed = before == nullptr ? kUnknownCount : before->committed;
      record.commits_missing = record.commits_missing || !IsKnown(committed);
    }
    if (IsKnown(committed)) add(index, committed);
  }
  while (!owners.empty()) add(owners.begin()->first, kUnknownCount);
  std::sort(next.begin(), next.end(), ByPartition);
  const auto same = [](const GroupOffset& a, const GroupOffset& b) {
    return a.partition == b.partition;
  };
  next.erase(std::unique(next.begin(), next.end(), same), next.end());
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
