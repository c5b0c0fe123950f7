// The groups of OffsetsTail: what a record changes about one, and what is told about it.

#include <algorithm>
#include <memory>
#include <utility>

#include "collectors/offsets_topic/offsets_tail.h"

namespace levelwind::collectors {
namespace {

std::uint8_t KindBit(std::int16_t type) {
  switch (type) {
    case 2:
      return 1;
    case 3:
      return 2;
    case 11:
      return 4;
    default:
      return 8;
  }
}

}  // namespace

OffsetsTail::Entry* OffsetsTail::Find(const std::string& name) {
  const auto known = groups_.find(name);
  if (known != groups_.end()) return &*known;
  if (groups_.size() >= limits_.most_groups) {
    ++counts_.not_followed;
    return nullptr;
  }
  return &*groups_.emplace(name, Group{}).first;
}

void OffsetsTail::Touch(Entry& entry) {
  if (std::exchange(entry.second.changed, true)) return;
  changed_.push_back(&entry);
}

void OffsetsTail::Doubt(Entry& entry) {
  Touch(entry);
  if (std::exchange(entry.second.doubtful, true)) return;
  doubtful_.push_back(&entry);
}

void OffsetsTail::SetKind(Entry& entry, std::int16_t type) {
  entry.second.kinds |= KindBit(type);
  Touch(entry);
}

void OffsetsTail::TakeKind(Entry& entry, std::int16_t type, std::int64_t at_ms) {
  entry.second.kinds &= static_cast<std::uint8_t>(~KindBit(type));
  entry.second.gone_ms = at_ms;
  Doubt(entry);
}

void OffsetsTail::Apply(const PendingCommit& pending) {
  Entry* entry = Find(pending.group);
  if (entry == nullptr) return;
  Group& group = entry->second;
  const Commit& commit = pending.commit;
  const auto& [topic, partition] = pending.partition;
  CommitTrack* track = group.tracks.Find(topic, partition);
  if (track == nullptr) {
    if (partitions_ >= limits_.most_partitions) {
      ++counts_.not_followed;
      return;
    }
    ++partitions_;
    group.tracks.Insert(names_, topic, partition).last = commit;
  } else {
    const std::int64_t from = track->last.offset;
    const CommitTrack::Effect effect = track->Add(commit);
    if (effect == CommitTrack::Effect::kOlder) return;
    if (effect == CommitTrack::Effect::kRewound) {
      ++group.rewinds;
      group.last_rewind = Rewind{pending.partition, from, commit.offset, {commit.at_ms}};
    }
  }
  ++group.commits;
  ++counts_.commits;
  group.last_commit_ms = std::max(group.last_commit_ms, commit.at_ms);
  Touch(*entry);
}

void OffsetsTail::Forget(const kafka::OffsetCommitKey& key) {
  const auto known = groups_.find(key.group);
  if (known == groups_.end()) return;
  if (!known->second.tracks.Erase(key.partition.topic, key.partition.partition)) return;
  --partitions_;
  ++known->second.forgotten;
  Doubt(*known);
}

/// Groups of which nothing is left: those whose own record was taken back were deleted; of the
/// others all offsets have expired, and more was never seen.
void OffsetsTail::SettleDoubts() {
  for (Entry* entry : doubtful_) {
    Group& group = entry->second;
    group.doubtful = false;
    const std::int64_t gone_ms = std::exchange(group.gone_ms, 0);
    if (!IsEmpty(group)) continue;
    if (gone_ms > 0 && !history_) {
      Group fresh;
      fresh.changed = group.changed;
      fresh.leaving = group.leaving;
      fresh.deleted_ms = gone_ms;
      group = std::move(fresh);
      Remember(*entry);
    } else {
      Leave(*entry);
    }
  }
  doubtful_.clear();
}

void OffsetsTail::Remember(const Entry& deleted) {
  if (std::ranges::find(deleted_, deleted.first) != deleted_.end()) return;
  deleted_.push_back(deleted.first);
  if (deleted_.size() <= limits_.most_deleted) return;
  const auto oldest = groups_.find(deleted_.front());
  deleted_.pop_front();
  if (oldest != groups_.end()) Leave(*oldest);
}

void OffsetsTail::Leave(Entry& entry) {
  if (!std::exchange(entry.second.leaving, true)) leaving_.push_back(&entry);
}

/// Not earlier: other lists point to them.
void OffsetsTail::DropLeaving() {
  for (Entry* entry : leaving_) {
    entry->second.leaving = false;
    if (IsEmpty(entry->second)) groups_.erase(entry->first);  // else it came again
  }
  leaving_.clear();
}

GroupFactsPtr OffsetsTail::FactsOf(const Entry& entry) const {
  const Group& group = entry.second;
  auto facts = std::make_shared<GroupFacts>();
  facts->group = entry.first;
  facts->topics = group.tracks.Facts();
  GroupActivity& activity = facts->activity;
  activity.from_records = true;
  activity.commits = group.commits;
  activity.last_commit_at = {group.last_commit_ms};
  activity.rewinds = group.rewinds;
  activity.last_rewind = group.last_rewind;
  activity.rebalances = group.rebalances.count();
  activity.last_rebalance_at = group.rebalances.last_at();
  activity.last_rebalance_s = group.rebalances.last_s();
  activity.rebalancing_s = group.rebalances.total_s();
  activity.forgotten = group.forgotten;
  activity.deleted_at = {group.deleted_ms};
  return facts;
}

std::vector<GroupFactsPtr> OffsetsTail::Facts() {
  SettleDoubts();
  for (Entry* entry : std::exchange(changed_, {})) {
    entry->second.changed = false;
    entry->second.facts = FactsOf(*entry);
  }
  DropLeaving();
  std::vector<GroupFactsPtr> facts;
  facts.reserve(groups_.size());
  for (const auto& [name, group] : groups_) {
    if (group.facts != nullptr) facts.push_back(group.facts);
  }
  return facts;
}

}  // namespace levelwind::collectors
