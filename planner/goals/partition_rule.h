#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "planner/goals/goal.h"
#include "planner/goals/rule_set.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

class Placement;

/// A rule about where the replicas of single partitions may be or who may lead them, beyond racks,
/// topic counts and bands. The search never makes a partition break a rule more than it does; the
/// mender makes it break it less. Partitions without rules cost the search nothing.
///
/// Immutable while a plan is made; shared by all partitions that it is attached to.
class PartitionRule {
 public:
  explicit PartitionRule(const Goal& goal) : goal_(&goal) {}
  virtual ~PartitionRule() = default;
  PartitionRule(const PartitionRule&) = delete;
  PartitionRule& operator=(const PartitionRule&) = delete;

  /// How much the partition would break the rule if it were placed as `then`, all others staying
  /// where they are; 0: not at all. `now` is how `placement` has it: the same where the question is
  /// about the present. Must be a function of its arguments, and cheap: it is asked for each
  /// candidate of a partition with rules.
  virtual int Breaks(const Placement& placement, const PartitionRecord& now,
                     const PartitionRecord& then) const = 0;

  const Goal& goal() const { return *goal_; }

 private:
  const Goal* goal_;
};

/// Attaches rules to partitions; one use, in Goal::AddRules.
class RuleBuilder {
 public:
  RuleBuilder(const ClusterSnapshot& snapshot, FlatCluster& cluster)
      : snapshot_(snapshot), cluster_(cluster), lists_(cluster.partitions.size()) {}

  const ClusterSnapshot& snapshot() const { return snapshot_; }
  const FlatCluster& cluster() const { return cluster_; }
  const std::string& TopicOf(std::uint32_t p) const {
    return snapshot_.TopicOf(snapshot_.partitions[cluster_.source[p]]).name;
  }

  /// Attaches a rule to partition `p` (an index into FlatCluster::partitions).
  void Attach(std::uint32_t p, const std::shared_ptr<const PartitionRule>& rule);
  /// Tells the bands that replicas stay within sets of brokers (FlatCluster::domain_load).
  void SetDomains(std::vector<std::uint32_t> of_broker, std::vector<LaneArray> load) {
    cluster_.domain_of_broker = std::move(of_broker);
    cluster_.domain_load = std::move(load);
  }
  void Note(std::string note) { cluster_.notes.push_back(std::move(note)); }

  /// Writes the rule sets into the cluster. Errors: InvalidArgument for more than 65,000 different
  /// sets of rules.
  Status Finish();

 private:
  const ClusterSnapshot& snapshot_;
  FlatCluster& cluster_;
  std::vector<std::shared_ptr<const PartitionRule>> rules_;
  std::unordered_map<const PartitionRule*, std::uint32_t> number_of_;  ///< Into rules_.
  std::vector<std::vector<std::uint32_t>> lists_;  ///< Per partition, into rules_.
};

}  // namespace levelwind::planner
