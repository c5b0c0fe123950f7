#include "collectors/group_records.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "base/erase_doubles.h"

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
                            std::vector<GroupOwner>& owners) {
  std::vector<Owned> owned;
  owners.clear();
  for (const kafka::GroupMember& member : description.members) {
    if (member.assigned.empty()) continue;
    const auto index = static_cast<std::int32_t>(owners.size());
    owners.push_back({member.client_id, member.host, member.member_id, member.instance_id});
    for (const TopicPartition& assigned : member.assigned) {
      const std::int32_t partition = table.Find(assigned.topic, assigned.partition);
      if (partition >= 0) owned.push_back({partition, index});
    }
  }
  std::ranges::stable_sort(owned, {}, &Owned::partition);
  EraseDoubles(owned, &Owned::partition);
  return owned;
}

std::vector<Owned> OwnersOf(const std::vector<GroupOffset>& offsets) {
  std::vector<Owned> owned;
  for (const GroupOffset& offset : offsets) {
    if (offset.owner >= 0) owned.push_back({offset.partition, offset.owner});
  }
  return owned;
}

}  // namespace

bool IsShareGroup(const kafka::GroupListing& listing) { return LowerCase(listing.type) == "share"; }

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
  group.static_member_count = static_cast<std::int32_t>(std::ranges::count_if(
      description->members, [](const kafka::GroupMember& m) { return !m.instance_id.empty(); }));
  group.assignor = description->assignor;
  group.epoch = description->epoch;
}

std::uint64_t ApplyCommits(GroupRecord& record, const kafka::GroupOffsets& commits,
                           const kafka::GroupDescription* description, const ClusterTable& table,
                           SteadyTime commits_at) {
  const bool described = description != nullptr && description->error == 0;
  const std::vector<GroupOffset>& had = record.group.offsets;
  const std::vector<Owned> owned =
      described ? OwnersOf(*description, table, record.group.owners.Edit()) : OwnersOf(had);
  std::vector<GroupOffset> next;
  next.reserve(std::max(commits.offsets.size(), owned.size()));
  std::uint64_t skipped = 0;
  record.group.commits_missing = false;
  const auto add = [&](std::int32_t index, std::int64_t committed) {
    const GroupOffset* before = FindPartition(had, index);
    const Owned* owner = FindPartition(owned, index);
    GroupOffset offset = before == nullptr ? GroupOffset{} : *before;
    offset.partition = index;
    offset.owner = owner == nullptr ? -1 : owner->owner;
    offset.committed = committed;
    next.push_back(offset);
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
      record.group.commits_missing = record.group.commits_missing || !IsKnown(committed);
    }
    if (IsKnown(committed)) add(index, committed);
  }
  std::ranges::stable_sort(next, {}, &GroupOffset::partition);
  EraseDoubles(next, &GroupOffset::partition);
  const std::size_t committed_count = next.size();
  for (const Owned& have : owned) {
    const auto end = next.begin() + static_cast<std::ptrdiff_t>(committed_count);
    const auto at =
        std::ranges::lower_bound(next.begin(), end, have.partition, {}, &GroupOffset::partition);
    if (at == end || at->partition != have.partition) add(have.partition, kUnknownCount);
  }
  std::ranges::sort(next, {}, &GroupOffset::partition);
  // Those of an idle group stay as they are: the last snapshot has them, too.
  const auto same = [](const GroupOffset& a, const GroupOffset& b) {
    return a.partition == b.partition && a.owner == b.owner && a.committed == b.committed;
  };
  if (!std::ranges::equal(next, had, same)) record.group.offsets = std::move(next);
  record.group.commits_at = commits_at;
  return skipped;
}

std::uint64_t ApplyShareOffsets(GroupRecord& record, const kafka::ShareGroupOffsets& share,
                                const kafka::GroupDescription* description,
                                const ClusterTable& table, SteadyTime commits_at) {
  kafka::GroupOffsets starts;
  starts.group = share.group;
  for (const kafka::ShareOffset& offset : share.offsets) {
    starts.offsets.push_back({offset.partition, offset.start_offset, offset.error});
  }
  const std::uint64_t skipped = ApplyCommits(record, starts, description, table, commits_at);
  std::vector<GroupOffset>& offsets = record.group.offsets.Edit();
  for (GroupOffset& offset : offsets) offset.lag = kUnknownCount;
  for (const kafka::ShareOffset& told : share.offsets) {
    const std::int32_t index = table.Find(told.partition.topic, told.partition.partition);
    const auto at = std::ranges::lower_bound(offsets, index, {}, &GroupOffset::partition);
    if (at == offsets.end() || at->partition != index) continue;
    if (IsKnown(at->committed) && told.lag <= kMaxOffset) at->lag = told.lag;
  }
  return skipped;
}

}  // namespace levelwind::collectors
