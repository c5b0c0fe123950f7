#include "planner/autoscale/late_records.h"

#include <cstddef>

#include "model/measure.h"

namespace levelwind::planner {

void LateRecords::Look(const ClusterSnapshot& snapshot, const ConsumerGroup& group) {
  for (const GroupOffset& offset : group.offsets) {
    if (!IsKnown(offset.committed)) continue;
    const Partition& partition = snapshot.partitions[static_cast<std::size_t>(offset.partition)];
    const auto [before, first] =
        committed_.try_emplace(snapshot.NameOf(partition), offset.committed);
    const std::int64_t moved = offset.committed - before->second;
    before->second = offset.committed;
    const double behind_s = static_cast<double>(offset.lag_seconds);
    // Back: a reset, and what is read again is not late by the group's fault.
    if (!first && moved > 0 && behind_s > objective_s_) total_ += static_cast<double>(moved);
  }
}

}  // namespace levelwind::planner
