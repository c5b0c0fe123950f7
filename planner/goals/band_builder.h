#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "planner/goals/bands.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/vec8.h"

namespace levelwind::planner {

/// Collects the terms of the goals in the objective; one use, in Goal::AddBands.
///
/// Targets and edges are what bands.h says. A lane has one band: of two goals that want one, the
/// later one's counts.
class BandBuilder {
 public:
  BandBuilder(const FlatCluster& cluster, std::span<const PartitionRecord> now,
              const GoalSet& goals, const PlannerOptions& options);

  /// A band of target x (1 -+ half_width) around each broker's reachable target, at `weight` a mean
  /// broker outside. Nothing where the lane's loads are unknown or too small; lane_note says so.
  void AddDistribution(Lane lane, float weight, double half_width);
  /// `share` of each known capacity as a hard cap.
  void AddCapacity(Lane lane, double share);
  /// The lane's edges of one broker, in mean brokers, and the price of being outside, for goals
  /// that know better.
  void SetBand(Lane lane, BrokerIndex b, double low, double high);
  void SetPrice(Lane lane, float weight);
  void SetNote(Lane lane, std::string note) { bands_.lane_note[lane] = std::move(note); }

  const FlatCluster& cluster() const { return cluster_; }
  const PlannerOptions& options() const { return options_; }
  /// Where the replicas are.
  std::span<const PartitionRecord> now() const { return now_; }
  const Bands& bands() const { return bands_; }
  Bands Take() { return std::move(bands_); }

 private:
  /// What the racks must and can hold in one lane, in units of the mean broker.
  struct RackBounds {
    std::vector<double> least;
    std::vector<double> most;
  };
  struct Wanted {
    double mean = 0, target = 0, half_width = 0;
  };
  bool Judged(std::size_t lane);
  std::vector<double> Weights(std::size_t lane) const;
  std::vector<double> ReachableTargets(std::size_t lane, const std::vector<double>& weights) const;
  RackBounds BoundsOf(std::size_t lane) const;
  void SetEdges(std::size_t lane, BrokerIndex b, const Wanted& wanted);
  void WidenForLowUse(std::size_t lane);

  const FlatCluster& cluster_;
  const std::span<const PartitionRecord> now_;
  const GoalSet& goals_;
  const PlannerOptions& options_;
  Bands bands_;
};

}  // namespace levelwind::planner
