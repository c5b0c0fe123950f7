#pragma once

#include <span>
#include <string>
#include <vector>

#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// Stands for "no edge": far outside of any load, and safe to calculate with.
inline constexpr float kNoEdge = 1e15F;

/// Where each broker should be in each lane, in units of the mean broker.
struct Bands {
  std::vector<Vec8> low;     ///< -kNoEdge: no lower edge.
  std::vector<Vec8> high;    ///< kNoEdge: no upper edge.
  std::vector<Vec8> cap;     ///< Hard limit from capacity; kNoEdge: none.
  Vec8 weight{};             ///< Price of one mean broker's load outside the band; 0: not a goal.
  LaneFlags distribution{};  ///< The lane has a distribution goal and is judged.
  LaneFlags capacity{};      ///< The lane has a capacity goal and some known capacity.
  std::vector<std::string> lane_note;  ///< Per lane: why a band is not around the mean, or why the
                                       ///< goal is not judged; "" otherwise.
};

/// Computes the bands.
///
/// The target of a broker is the mean (for resources weighted by capacity where every serving
/// broker's is known), but within what the racks allow: with distinct racks a rack must hold one
/// replica of each partition that has as many replicas as there are racks, and can hold one of each
/// partition at most. Where that forces a rack away from the mean, its brokers' band lies around
/// the reachable target, the other racks share the rest, and `lane_note` says so. Replica counts
/// get Cruise Control's whole-number edges, floor(low) and ceil(high). Leader counts are rounded
/// to the nearest, but never past floor and ceil of the target: with 12 leaders on 3 brokers
/// outward edges would let 3, 4, 5 pass for level, and leadership costs no bytes.
///
/// `now` says where the replicas are (FlatCluster::partitions, or these after some moves): where
/// not every broker can be kept under its potential outbound cap, those that are highest are
/// exempt.
Bands ComputeBands(const FlatCluster& cluster, std::span<const PartitionRecord> now,
                   const GoalSet& goals, const PlannerOptions& options);

}  // namespace levelwind::planner
