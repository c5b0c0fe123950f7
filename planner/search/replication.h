#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/cluster_snapshot.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// The replication factors that the options ask for, and which replicas go when there are too many.
class ReplicationChange {
 public:
  /// Errors: InvalidArgument for items of replication_factors that are not "PATTERN=N" with N from
  /// 1 to 7, and for more replicas than there are brokers that serve.
  static Result<ReplicationChange> Make(const ClusterSnapshot& snapshot,
                                        const PlannerOptions& options);

  /// Replicas that a topic is to have; 0: as many as it has.
  std::size_t FactorOf(std::int32_t topic) const {
    return factors_.empty() ? 0 : factors_[static_cast<std::size_t>(topic)];
  }
  /// Most replicas that a partition is short of.
  std::size_t most_missing() const { return most_missing_; }

  /// Drops replicas of the partition from `ids` (not the leader) until `count` are left: first
  /// those on brokers that cannot keep them, then those that are not in sync, then on racks that
  /// another one is on, then from the brokers with most replicas.
  void Drop(const FlatCluster& cluster, const Partition& p, std::size_t count,
            std::vector<BrokerId>& ids) const;

 private:
  explicit ReplicationChange(const ClusterSnapshot& snapshot) : snapshot_(&snapshot) {}

  const ClusterSnapshot* snapshot_;
  std::vector<std::uint8_t> factors_;
  std::size_t most_missing_ = 0;
  std::vector<std::pair<BrokerId, std::size_t>> held_;  ///< Replicas per broker, by id.
};

/// Ids of the stand-ins that missing replicas are on until the search finds them a broker: no
/// broker has them. `i` < kMaxReplicas.
constexpr BrokerId StandIn(std::size_t i) {
  return std::numeric_limits<BrokerId>::max() - static_cast<BrokerId>(kMaxReplicas - i);
}
constexpr bool IsStandIn(BrokerId id) { return id >= StandIn(0); }

}  // namespace levelwind::planner
