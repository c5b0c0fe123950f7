#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/name_filter.h"
#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "model/scaling.h"
#include "planner/autoscale/autoscale_options.h"
#include "planner/autoscale/group_controller.h"
#include "planner/autoscale/late_records.h"

namespace levelwind::planner {

/// Consumer groups that somebody wants looked after, and how.
struct WatchedGroups {
  std::string pattern;   ///< A group's name, or a pattern as in base/name_filter.h.
  ScalingTarget target;  ///< Of the group; meant for a pattern of one group only.
  AutoscaleOptions options;
};

/// What the workload of a group shows of itself.
struct WorkloadState {
  std::int64_t replicas = kUnknownCount;
  std::int64_t ready = kUnknownCount;
  bool rollout = false;
  std::string revision;
};

/// What was decided about one group at one tick.
struct GroupVerdict {
  ScalingDecision decision;  ///< Without number, epoch and expires_at.
  double late_records = 0;   ///< See LateRecords.
};

/// The controllers of all groups of one cluster that are looked after. Pure but for what it has
/// learned; time comes with each call. One thread at a time.
class GroupBook {
 public:
  /// The first of `watched` that fits a group counts. kInvalidArgument names a pattern that is none
  /// or options that do not fit together.
  static Result<GroupBook> Create(std::vector<WatchedGroups> watched);

  /// Decides about each group of the snapshot that is looked after, by name; `workloads` by group,
  /// where they are known. A group that is named in full and not there is told as unknown; one that
  /// only a pattern fitted is forgotten with it. The same snapshot again is old data, not new.
  std::vector<GroupVerdict> Decide(const ClusterSnapshot& snapshot,
                                   const std::map<std::string, WorkloadState>& workloads,
                                   SteadyTime now);

  std::size_t groups() const { return kept_.size(); }

 private:
  struct Rule {
    WatchedGroups watched;
    NameFilter filter;
  };
  struct Kept {
    std::size_t rule = 0;
    GroupController controller;
    LateRecords late;
    bool seen = false;  ///< It was in a snapshot.
  };

  explicit GroupBook(std::vector<Rule> rules) : rules_(std::move(rules)) {}
  void Meet(const ClusterSnapshot& snapshot);

  std::vector<Rule> rules_;
  std::map<std::string, Kept> kept_;  // by group
};

}  // namespace levelwind::planner
