#pragma once

#include <string>
#include <vector>

#include "model/cluster_snapshot.h"

namespace levelwind::testing {

/// Builds small snapshots for unit tests:
///   SnapshotBuilder().AddBroker(1, "r1").AddBroker(2, "r2").AddTopic("orders", {{1, 2}, {2,
///   1}}).Build()
/// Every replica is in sync, every leader is the preferred one, sizes are 1 MiB and rates unknown
/// unless said otherwise. Topics may be added in any order; Build() sorts.
class SnapshotBuilder {
 public:
  struct PartitionSpec {
    std::vector<BrokerId> replicas;
    std::int64_t size_bytes = 1 << 20;
    double bytes_in_per_s = kUnknown;
    BrokerId leader = kNoBroker;  ///< kNoBroker: the first replica.
  };

  SnapshotBuilder& AddBroker(BrokerId id, std::string rack,
                             BrokerState state = BrokerState::kAlive);
  SnapshotBuilder& AddTopic(std::string name, std::vector<std::vector<BrokerId>> replicas);
  SnapshotBuilder& AddTopic(std::string name, std::vector<PartitionSpec> partitions);
  ClusterSnapshot Build() const;

 private:
  std::vector<Broker> brokers_;
  std::vector<std::pair<std::string, std::vector<PartitionSpec>>> topics_;
};

}  // namespace levelwind::testing
