#pragma once

#include "base/clock.h"
#include "collectors/collect_state.h"
#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// Figures of a source older than this many of its windows are unknown.
constexpr int kStaleWindows = 3;
bool IsFresh(const LoadFacts& facts, const BrokerSample& sample, SteadyTime now);

/// Fills every partition's load and every broker's metrics out of all that `state` knows at `now`.
/// docs/load.md is the user's side.
///
/// Bytes in of a partition: the rate that the most trusted fresh source tells of its topic on its
/// leader's broker, split over the partitions of the topic that the broker leads by their own
/// growth; where growth is not known, evenly, and then it is an estimate. Without such a source,
/// the growth itself. Stored samples (kSampleTopic) are of the past and fill only what nothing else
/// tells.
///
/// Bytes out: what consumers read, split in the same way by what groups commit (or as bytes in,
/// then an estimate); without a source, what groups commit x the mean size of a record. Plus bytes
/// in x (replicas - 1), which the leader sends to the followers.
///
/// Cpu: a broker's, shared out by Cruise Control's weights over what it leads and follows; always
/// an estimate. The shares of all partitions of a broker, its followers' included
/// (planner/load_model.h), add up to what the broker told.
///
/// Values that are not finite, negative or above any broker's might are as good as not told.
void MergeLoads(const CollectState& state, SteadyTime now, ClusterSnapshot& snapshot);

}  // namespace levelwind::collectors
