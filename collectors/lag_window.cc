#include "collectors/lag_window.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace levelwind::collectors {

const LagTrack* LagWindow::Find(std::int32_t partition) const {
  const auto at = std::ranges::lower_bound(tracks, partition, {}, &LagTrack::partition);
  return at != tracks.end() && at->partition == partition ? &*at : nullptr;
}

void LagWindow::AddLook(const std::vector<GroupOffset>& offsets, SteadyTime at,
                        const LagOptions& options) {
  const bool first = tracks.empty();
  const bool turn = !first && at - mid_at >= options.window / 2;
  if (first) began_at = then_at = mid_at = at;
  const auto since = static_cast<std::uint32_t>((at - began_at) / kFineStep);
  std::vector<LagTrack> next;
  next.reserve(offsets.size());
  std::size_t old = 0;  // both lists are sorted
  for (const GroupOffset& offset : offsets) {
    while (old < tracks.size() && tracks[old].partition < offset.partition) ++old;
    const bool known = old < tracks.size() && tracks[old].partition == offset.partition;
    LagTrack track = known ? tracks[old] : LagTrack{};
    track.partition = offset.partition;
    track.committed = offset.committed;
    track.lag = offset.lag;
    const bool fine = IsKnown(offset.lag) && offset.lag <= options.allowed;
    if (fine || !known) track.fine = since & 0x7fff'ffff;
    if (fine) track.was_fine = 1;
    if (turn) {
      track.then_committed = track.mid_committed;
      track.then_lag = track.mid_lag;
    }
    if (first) {
      track.then_committed = offset.committed;
      track.then_lag = offset.lag;
    }
    if (turn || first) {
      track.mid_committed = offset.committed;
      track.mid_lag = offset.lag;
    }
    next.push_back(track);
  }
  tracks = std::move(next);
  if (turn) {
    then_at = mid_at;
    mid_at = at;
  }
}

}  // namespace levelwind::collectors
