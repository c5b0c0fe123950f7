#include "collectors/burrow_feed.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace levelwind::collectors {
namespace {

/// Tells what the offsets topic says about the group's last commits. Returns the partitions that it
/// spoke of, ascending; none where it is not read.
std::vector<std::int32_t> HearFacts(CollectState& state, const GroupRecord& record) {
  std::vector<std::int32_t> heard;
  if (!state.offsets_topic_used || record.facts == nullptr) return heard;
  for (const TopicFacts& topic : record.facts->topics) {
    for (const PartitionFacts& told : topic.partitions) {
      const std::int32_t index = state.table.Find(*topic.topic, told.partition);
      if (index < 0) continue;
      heard.push_back(index);
      state.burrow->Hear({record.group.name, index, told.offset, {told.commit_ms}},
                         state.offsets.wall_at);
    }
  }
  std::ranges::sort(heard);
  return heard;
}

}  // namespace

void FeedBurrow(CollectState& state) {
  if (!state.burrow || state.offsets.at <= state.burrow_fed_at) return;
  state.burrow->AddEnds(state.offsets.at, state.offsets.end);
  for (const auto& [name, record] : state.groups) {
    // Share groups commit nothing; Burrow does not know them.
    if (record.lag_at != state.offsets.at || record.group.type == "share") continue;
    const std::vector<std::int32_t> heard = HearFacts(state, record);
    state.burrow->Poll(record.group, heard, state.offsets.wall_at);
  }
  state.burrow->DropAllBut([&](const std::string& name) { return state.groups.contains(name); });
  state.burrow_fed_at = state.offsets.at;
}

}  // namespace levelwind::collectors
