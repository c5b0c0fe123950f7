#include "planner/bounds/requirements.h"

#include <algorithm>

#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

constexpr float kLoose = 3e-5F;  // More than the 2e-5 that count as inside.

/// The edge of one lane, or none where the placement misses it.
void KeepEdges(const Placement& end, BrokerIndex b, std::size_t lane, Requirements& kept) {
  const Bands& bands = end.bands();
  float low = bands.low[b][lane];
  float high = bands.high[b][lane];
  if (!bands.distribution[lane] || OutsideBand(end, b, lane)) {
    kept.open += bands.distribution[lane] ? 1U : 0U;
    low = -kNoEdge;
    high = kNoEdge;
  }
  if (OverCapacity(end, b, lane)) {
    ++kept.open;
  } else {
    high = std::min(high, bands.cap[b][lane]);
  }
  kept.low[b].Set(lane, low > -kNoEdge ? low - kLoose : low);
  kept.high[b].Set(lane, high < kNoEdge ? high + kLoose : high);
}

}  // namespace

Requirements WhatItKeeps(const Placement& end) {
  const FlatCluster& cluster = end.cluster();
  Requirements kept;
  kept.low.assign(cluster.broker_ids.size(), Vec8::Fill(-kNoEdge));
  kept.high.assign(cluster.broker_ids.size(), Vec8::Fill(kNoEdge));
  for (const BrokerIndex b : cluster.targets) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) KeepEdges(end, b, lane, kept);
  }
  for (std::size_t b = 0; b < cluster.broker_ids.size(); ++b) {
    const bool stranded = !cluster.target[b] && !end.held(static_cast<BrokerIndex>(b)).empty();
    kept.drains = kept.drains && !stranded;
  }
  kept.mends_racks = std::ranges::all_of(end.partitions(), [&](const PartitionRecord& p) {
    return DistinctRacks(cluster, p) >= p.required_racks;
  });
  return kept;
}

}  // namespace levelwind::planner
