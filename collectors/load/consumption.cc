#include "collectors/load/consumption.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace levelwind::collectors {
namespace {

/// Looks closer together than this replace each other: memory is one column per look.
constexpr Duration kApart = std::chrono::seconds(10);
/// Below this span a commit more or less is half of the figure.
constexpr Duration kLeastSpan = std::chrono::seconds(8);

void RenumberColumn(std::vector<double>& column, const Renumbering& map) {
  std::vector<double> next(map.old_of_new.size(), 0);
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::int32_t was = map.old_of_new[i];
    if (was >= 0 && static_cast<std::size_t>(was) < column.size()) {
      next[i] = column[static_cast<std::size_t>(was)];
    }
  }
  column = std::move(next);
}

}  // namespace

void ConsumptionTracker::Begin(SteadyTime at, std::size_t partitions) {
  at_ = at;
  consumed_.resize(partitions, 0);
  for (auto& [name, positions] : groups_) positions.seen = false;
}

void ConsumptionTracker::Group(const std::string& name, const std::vector<GroupOffset>& offsets) {
  Positions& before = groups_[name];
  Positions now;
  now.seen = true;
  now.partitions.reserve(offsets.size());
  now.committed.reserve(offsets.size());
  std::size_t old = 0;
  for (const GroupOffset& offset : offsets) {
    const auto partition = static_cast<std::size_t>(offset.partition);
    if (offset.partition < 0 || partition >= consumed_.size()) continue;
    while (old < before.partitions.size() && before.partitions[old] < offset.partition) ++old;
    const bool known = old < before.partitions.size() && before.partitions[old] == offset.partition;
    std::int64_t committed = offset.committed;
    if (!IsKnown(committed)) {
      if (!known) continue;
      committed = before.committed[old];  // not told this time
    } else if (known) {
      consumed_[partition] +=
          static_cast<double>(std::max<std::int64_t>(0, committed - before.committed[old]));
    }
    now.partitions.push_back(offset.partition);
    now.committed.push_back(committed);
  }
  before = std::move(now);
}

void ConsumptionTracker::End() {
  std::erase_if(groups_, [](const auto& entry) { return !entry.second.seen; });
  // The newest look is always there; the ones before it stay apart.
  if (looks_.size() >= 2 && looks_.back().at - looks_[looks_.size() - 2].at < kApart) {
    looks_.pop_back();
  }
  looks_.push_back({at_, consumed_});
  while (looks_.size() > 2 && at_ - looks_[1].at >= window_) looks_.pop_front();
}

void ConsumptionTracker::Renumber(const Renumbering& map) {
  RenumberColumn(consumed_, map);
  for (Look& look : looks_) RenumberColumn(look.consumed, map);
  for (auto& [name, positions] : groups_) {
    std::vector<std::pair<std::int32_t, std::int64_t>> next;
    for (std::size_t i = 0; i < positions.partitions.size(); ++i) {
      const auto old = static_cast<std::size_t>(positions.partitions[i]);
      const std::int32_t moved = old < map.new_of_old.size() ? map.new_of_old[old] : -1;
      if (moved >= 0) next.emplace_back(moved, positions.committed[i]);
    }
    std::ranges::sort(next);
    positions.partitions.clear();
    positions.committed.clear();
    for (const auto& [partition, committed] : next) {
      positions.partitions.push_back(partition);
      positions.committed.push_back(committed);
    }
  }
}

double ConsumptionTracker::MessagesPerSecond(std::size_t partition, SteadyTime now) const {
  if (looks_.size() < 2) return kUnknown;
  const Look& first = looks_.front();
  const Look& last = looks_.back();
  const Duration span = last.at - first.at;
  if (span < kLeastSpan || now - last.at > window_) return kUnknown;
  if (partition >= last.consumed.size()) return kUnknown;
  // A partition that came after the first look had read nothing of it then.
  const double then = partition < first.consumed.size() ? first.consumed[partition] : 0;
  return (last.consumed[partition] - then) / ToSeconds(span);
}

}  // namespace levelwind::collectors
