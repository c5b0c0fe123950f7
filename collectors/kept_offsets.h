#pragma once

#include <vector>

#include "collectors/collect_state.h"
#include "model/offset_points.h"

namespace levelwind::collectors {

/// What of the offset history is worth keeping over a restart: the partitions that some group lags
/// on. The others begin anew and miss nothing.
std::vector<PartitionHistory> OffsetsToKeep(const CollectState& state);

/// Puts kept histories where their partitions are in the table; those of topics that are gone or
/// were made anew are dropped. Before the first look at end offsets.
void RestoreOffsets(const std::vector<PartitionHistory>& kept, CollectState& state);

}  // namespace levelwind::collectors
