#include "collectors/kept_offsets.h"

#include <cstddef>
#include <utility>

namespace levelwind::collectors {

std::vector<PartitionHistory> OffsetsToKeep(const CollectState& state) {
  std::vector<bool> lagging(state.table.partition_count());
  for (const auto& [name, record] : state.groups) {
    for (const GroupOffset& offset : record.group.offsets) {
      if (offset.lag > 0) lagging[static_cast<std::size_t>(offset.partition)] = true;
    }
  }
  std::vector<PartitionHistory> kept;
  for (std::size_t i = 0; i < lagging.size() && i < state.history.partition_count(); ++i) {
    if (!lagging[i] || state.history.PointsOf(i).empty()) continue;
    const Partition& partition = state.table.partition(static_cast<std::int32_t>(i));
    kept.push_back({state.table.shape().NameOf(partition),
                    state.table.shape().TopicOf(partition).id, state.history.PointsOf(i)});
  }
  return kept;
}

void RestoreOffsets(const std::vector<PartitionHistory>& kept, CollectState& state) {
  for (const PartitionHistory& one : kept) {
    const std::int32_t index = state.table.Find(one.partition.topic, one.partition.partition);
    if (index < 0) continue;
    const Topic& topic = state.table.shape().TopicOf(state.table.partition(index));
    if (topic.id == one.topic_id) {
      state.history.Restore(static_cast<std::size_t>(index), one.points);
    }
  }
}

}  // namespace levelwind::collectors
