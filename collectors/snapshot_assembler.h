#pragma once

#include "base/clock.h"
#include "collectors/collect_state.h"
#include "model/cluster_snapshot.h"

namespace levelwind::collectors {

/// Puts the last good data of all sources together: the table's shape with the sizes, offsets,
/// loads, groups and the confidence that they deserve at `now`. Leaves `sequence`, `sources` and
/// the times to the caller. Pure; a few milliseconds for 10,000 partitions of three replicas.
///
/// Dead brokers have no log dirs, and the sizes of their replicas are unknown, whatever they said
/// when they were alive. A broker's disk capacity is the sum of its log dirs' file systems, where
/// all are told.
ClusterSnapshot AssembleSnapshot(const CollectState& state, SteadyTime now);

/// "sizes, counts and rates (15 s)", "sizes and counts; rates in 9 s",
/// "counts; sizes of 1 of 4 brokers unknown; rates in 9 s".
Confidence ConfidenceOf(const CollectState& state, const ClusterSnapshot& snapshot, SteadyTime now);

}  // namespace levelwind::collectors
