#pragma once

#include <deque>
#include <span>
#include <utility>

#include "model/measure.h"

namespace levelwind::planner {

/// What one member did of late, while the group was stable.
struct MemberWork {
  double rate = 0;  ///< Commits/s, all its partitions.
  int partitions = 0;
  int behind = 0;              ///< Partitions that were behind throughout.
  double behind_rate_min = 0;  ///< Of those, the slowest one's rate ...
  double behind_rate_max = 0;  ///< ... and the fastest one's.
  double other_rate_max = 0;   ///< The fastest one's of those that were not behind.
};

/// Learns what one member can do (mu) and how fast one partition alone can be read (kappa). Only a
/// member that is behind shows what it can do; from the others only a lower bound is known.
class CapacityLearner {
 public:
  /// Hints are records/s; unknown: there is none.
  CapacityLearner(double member_hint, double partition_hint)
      : hint_(member_hint), mu_(member_hint), kappa_hint_(partition_hint), kappa_(partition_hint) {}

  void Look(double t, std::span<const MemberWork> members);
  /// Another revision of the workload: what was learned is only a hint now.
  void Restart();

  /// Records/s; unknown: no hint, and nobody was saturated yet.
  double member() const { return mu_; }
  /// Records/s; unknown: no partition was seen at its own limit, the member is the limit.
  double partition() const { return kappa_; }
  bool learned() const { return learned_; }

 private:
  bool OnlyItsPartition(const MemberWork& member) const;
  /// Whether many members are at their limit now.
  bool TakeSaturated(double t, std::span<const MemberWork> members);
  void TakePartitions(double t, std::span<const MemberWork> members);
  void Recover(double t);

  double hint_, mu_, kappa_hint_, kappa_;
  bool learned_ = false;
  double looked_ = 0, saturated_ = -1;
  double healthy_ = kUnknown;  // the most that was ever learned of this revision
  double proven_ = kUnknown;   // what members were seen to do since they were saturated last
  double recover_after_ = 0, recovered_at_ = -1;
  std::deque<std::pair<double, double>> samples_, kappa_samples_;
};

}  // namespace levelwind::planner
