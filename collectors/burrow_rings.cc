#include "collectors/burrow_rings.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace levelwind::collectors {
namespace {

/// So many commits of one group may wait for History before they are taken in.
constexpr std::size_t kMostPending = 1024;

std::int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

void InsertCommit(const BurrowRules& rules, BurrowCommit commit, std::vector<BurrowCommit>& ring) {
  const auto most = static_cast<std::size_t>(rules.intervals);
  if (ring.empty() || commit.order > ring.back().order) {
    const bool close = !ring.empty() && commit.timestamp_ms - ring.back().timestamp_ms <
                                            Milliseconds(rules.min_distance);
    if (close) {
      commit.timestamp_ms = ring.back().timestamp_ms;
      ring.back() = commit;
    } else {
      ring.push_back(commit);
    }
  } else {
    const auto at = std::ranges::lower_bound(ring, commit.order, {}, &BurrowCommit::order);
    if (at->order == commit.order) return;
    if (at == ring.begin() && ring.size() >= most) return;
    commit.lag = kUnknownCount;  // nobody knows any more where the log ended then
    ring.insert(at, commit);
  }
  if (ring.size() > most) ring.erase(ring.begin());
}

void BurrowRings::AddEnds(SteadyTime at, const std::vector<std::int64_t>& ends) {
  auto look = std::make_shared<std::vector<std::int64_t>>(ends);
  if (!ends_.empty()) {  // a partition that did not answer is where it was
    const std::vector<std::int64_t>& before = *ends_.back();
    for (std::size_t i = 0; i < std::min(look->size(), before.size()); ++i) {
      if (!IsKnown((*look)[i])) (*look)[i] = before[i];
    }
  }
  if (!ends_.empty() && at - ends_at_ < options_.offset_refresh) {
    ends_.back() = std::move(look);
    return;
  }
  ends_at_ = at;
  ends_.push_back(std::move(look));
  if (ends_.size() > static_cast<std::size_t>(options_.rules.intervals)) ends_.erase(ends_.begin());
}

std::int64_t BurrowRings::NewestEnd(std::int32_t partition) const {
  const auto index = static_cast<std::size_t>(partition);
  return ends_.empty() || index >= ends_.back()->size() ? kUnknownCount : (*ends_.back())[index];
}

BurrowRings::Kept& BurrowRings::KeptOf(std::string_view group) {
  const auto found = groups_.find(group);
  if (found != groups_.end()) return found->second;
  Kept& kept = groups_[std::string(group)];
  kept.group = std::make_shared<const BurrowGroup>(std::string(group));
  return kept;
}

void BurrowRings::AddCommit(const SeenCommit& seen, WallTime now) {
  const std::int64_t end = NewestEnd(seen.partition);
  const std::int64_t oldest = now.unix_ms - Milliseconds(options_.rules.expire_group);
  if (!IsKnown(end) || seen.made_at.unix_ms < oldest) return;
  BurrowCommit commit;
  commit.offset = seen.offset;
  commit.timestamp_ms = seen.made_at.unix_ms;
  commit.observed_ms = now.unix_ms;
  commit.order = seen.order;
  commit.lag = std::max<std::int64_t>(0, end - seen.offset);
  Kept& kept = KeptOf(seen.group);
  kept.pending.emplace_back(seen.partition, commit);
  if (kept.pending.size() >= kMostPending) Apply(kept);
}

void BurrowRings::Hear(SeenCommit last, WallTime now) {
  const BurrowGroup::Ring* ring = KeptOf(last.group).group->Find(last.partition);
  const bool had =
      ring != nullptr && ring->last_offset == last.offset && ring->last_ms == last.made_at.unix_ms;
  if (had) return;
  last.order = ++looks_;
  AddCommit(last, now);
}

void BurrowRings::Poll(const ConsumerGroup& group, std::span<const std::int32_t> heard,
                       WallTime at) {
  ++looks_;
  const Kept& kept = KeptOf(group.name);
  const std::shared_ptr<const BurrowGroup> known = kept.group;
  for (const GroupOffset& offset : group.offsets) {
    if (!IsKnown(offset.committed) || std::ranges::binary_search(heard, offset.partition)) continue;
    const BurrowGroup::Ring* ring = known->Find(offset.partition);
    if (ring != nullptr && ring->last_offset == offset.committed) continue;
    AddCommit({group.name, offset.partition, offset.committed, at, looks_}, at);
  }
}

void BurrowRings::Apply(Kept& kept) const {
  if (kept.pending.empty()) return;
  std::ranges::stable_sort(kept.pending, {}, [](const auto& entry) { return entry.first; });
  auto next = std::make_shared<BurrowGroup>(kept.group->name());
  const std::vector<BurrowGroup::Ring>& rings = kept.group->rings();
  std::size_t old = 0;
  std::size_t added = 0;
  while (old < rings.size() || added < kept.pending.size()) {
    const bool from_old = old < rings.size() && (added == kept.pending.size() ||
                                                 rings[old].partition <= kept.pending[added].first);
    const std::int32_t partition = from_old ? rings[old].partition : kept.pending[added].first;
    std::vector<BurrowCommit> commits;
    std::int64_t last = kUnknownCount;
    std::int64_t last_ms = kUnknownCount;
    if (from_old) {
      commits = kept.group->CommitsOf(rings[old]);
      last = rings[old].last_offset;
      last_ms = rings[old++].last_ms;
    }
    for (; added < kept.pending.size() && kept.pending[added].first == partition; ++added) {
      const BurrowCommit& commit = kept.pending[added].second;
      InsertCommit(options_.rules, commit, commits);
      last = commits.back().offset;
      if (commits.back().order == commit.order) last_ms = commit.timestamp_ms;
    }
    next->Append(partition, commits, last, last_ms);
  }
  next->ShrinkToFit();
  kept.group = std::move(next);
  kept.pending.clear();
  kept.pending.shrink_to_fit();
}

void BurrowRings::Forget(const std::string& group, const Topic* topic) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return;
  Apply(found->second);
  auto next = std::make_shared<BurrowGroup>(group);
  for (const BurrowGroup::Ring& ring : found->second.group->rings()) {
    const auto index = static_cast<std::uint32_t>(ring.partition);
    const bool forget =
        topic == nullptr || (index >= topic->first_partition &&
                             index - topic->first_partition < topic->partition_count);
    next->Append(ring.partition,
                 forget ? std::vector<BurrowCommit>() : found->second.group->CommitsOf(ring),
                 ring.last_offset, ring.last_ms);
  }
  found->second.group = std::move(next);
}

void BurrowRings::Renumber(const Renumbering& map) {
  for (auto& [name, kept] : groups_) {
    Apply(kept);
    std::vector<std::pair<std::int32_t, const BurrowGroup::Ring*>> rings;
    for (const BurrowGroup::Ring& ring : kept.group->rings()) {
      const std::int32_t index = map.new_of_old[static_cast<std::size_t>(ring.partition)];
      if (index >= 0) rings.emplace_back(index, &ring);
    }
    std::ranges::sort(rings);
    auto next = std::make_shared<BurrowGroup>(name);
    for (const auto& [index, ring] : rings) {
      next->Append(index, kept.group->CommitsOf(*ring), ring->last_offset, ring->last_ms);
    }
    next->ShrinkToFit();
    kept.group = std::move(next);
  }
  for (auto& look : ends_) {
    auto next = std::make_shared<std::vector<std::int64_t>>(map.old_of_new.size(), kUnknownCount);
    for (std::size_t i = 0; i < next->size(); ++i) {
      const auto was = static_cast<std::size_t>(map.old_of_new[i]);
      if (map.old_of_new[i] >= 0 && was < look->size()) (*next)[i] = (*look)[was];
    }
    look = std::move(next);
  }
}

std::shared_ptr<const BurrowHistory> BurrowRings::History() {
  auto history = std::make_shared<BurrowHistory>();
  history->rules = options_.rules;
  history->ends = ends_;
  history->groups.reserve(groups_.size());
  for (auto& [name, kept] : groups_) {
    Apply(kept);
    history->groups.push_back(kept.group);
  }
  return history;
}

}  // namespace levelwind::collectors
