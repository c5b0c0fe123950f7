#include "collectors/collect_state.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace levelwind::collectors {
namespace {

std::int32_t NewIndex(const Renumbering& map, std::int32_t old) {
  return map.new_of_old[static_cast<std::size_t>(old)];
}

void RenumberOffsets(std::vector<std::int64_t>& offsets, const Renumbering& map) {
  std::vector<std::int64_t> next(map.old_of_new.size(), kUnknownCount);
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::int32_t was = map.old_of_new[i];
    if (was >= 0 && static_cast<std::size_t>(was) < offsets.size()) {
      next[i] = offsets[static_cast<std::size_t>(was)];
    }
  }
  offsets = std::move(next);
}

template <class Offset>
void RenumberGroup(std::vector<Offset>& offsets, const Renumbering& map) {
  for (Offset& offset : offsets) offset.partition = NewIndex(map, offset.partition);
  std::erase_if(offsets, [](const Offset& offset) { return offset.partition < 0; });
  std::ranges::sort(offsets, {}, &Offset::partition);
}

void RenumberTimes(RecordTimes& times, const Renumbering& map) {
  RecordTimes next;
  for (const auto& [record, time] : times) {
    const std::int32_t partition = NewIndex(map, record.first);
    if (partition >= 0) next.emplace(std::pair(partition, record.second), time);
  }
  times = std::move(next);
}

}  // namespace

void CollectState::SetTable(ClusterTable next) {
  if (!next.SameNumbering(table)) {
    const Renumbering map = next.RenumberFrom(table);
    for (auto& [broker, disk] : disks) {
      for (ReplicaOnDisk& replica : disk.replicas) {
        replica.partition = NewIndex(map, replica.partition);
      }
      std::erase_if(disk.replicas, [](const ReplicaOnDisk& r) { return r.partition < 0; });
    }
    RenumberOffsets(offsets.end, map);
    RenumberOffsets(offsets.start, map);
    RenumberOffsets(offsets.stable, map);
    history.Renumber(map);
    RenumberTimes(record_times, map);
    hindsight_due.assign(map.old_of_new.size(), SteadyTime{});
    for (auto& [name, record] : groups) {
      RenumberGroup(record.group.offsets.Edit(), map);
      RenumberGroup(record.window.tracks, map);
    }
    rates.Renumber(map);
    load.Renumber(map);
    if (burrow) burrow->Renumber(map);
  }
  table = std::move(next);
}

Duration IntervalAtStart(const CollectorOptions& options, std::int32_t looks, Duration usual) {
  return looks <= options.start_looks ? std::min(options.start_interval, usual) : usual;
}

}  // namespace levelwind::collectors
