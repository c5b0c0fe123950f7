#include "collectors/burrow_feed.h"

namespace levelwind::collectors {

void FeedBurrow(CollectState& state) {
  if (!state.burrow || state.offsets.at <= state.burrow_fed_at) return;
  state.burrow->AddEnds(state.offsets.at, state.offsets.end);
  for (const auto& [name, record] : state.groups) {
    // Share groups commit nothing; Burrow does not know them.
    if (record.lag_at != state.offsets.at || record.group.type == "share") continue;
    state.burrow->Poll(record.group, state.offsets.wall_at);
  }
  state.burrow->DropAllBut([&](const std::string& name) { return state.groups.contains(name); });
  state.burrow_fed_at = state.offsets.at;
}

}  // namespace levelwind::collectors
