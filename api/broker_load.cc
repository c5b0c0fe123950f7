#include <algorithm>
#include <cstddef>

#include "api/views.h"

namespace levelwind::api {
namespace {

/// Null for brokers that hold replicas but are not in the list.
BrokerLoad* LoadOf(const ClusterSnapshot& snapshot, std::vector<BrokerLoad>& loads, BrokerId id) {
  const Broker* broker = snapshot.FindBroker(id);
  if (broker == nullptr) return nullptr;
  return &loads[static_cast<std::size_t>(broker - snapshot.brokers.data())];
}

double SizeOrUnknown(const Replica& replica) {
  return IsKnown(replica.size_bytes) ? static_cast<double>(replica.size_bytes) : kUnknown;
}

}  // namespace

std::vector<BrokerLoad> BrokerLoads(const ClusterSnapshot& snapshot) {
  std::vector<BrokerLoad> loads(snapshot.brokers.size());
  for (const Partition& partition : snapshot.partitions) {
    if (BrokerLoad* leader = LoadOf(snapshot, loads, partition.leader)) {
      ++leader->leaders;
      leader->leader_bytes_in += partition.load.bytes_in_per_s;
      leader->leader_messages_in += partition.load.messages_in_per_s;
    }
    const auto replicas = snapshot.ReplicasOf(partition);
    for (const Replica& replica : replicas) {
      BrokerLoad* holder = LoadOf(snapshot, loads, replica.broker);
      if (holder == nullptr) continue;
      ++holder->replicas;
      holder->offline_replicas += replica.offline ? 1 : 0;
      holder->out_of_sync_replicas += replica.in_sync ? 0 : 1;
      holder->disk_bytes += SizeOrUnknown(replica);
    }
    if (replicas.empty()) continue;
    if (BrokerLoad* first = LoadOf(snapshot, loads, replicas.front().broker)) {
      ++first->preferred_leaders;
    }
  }
  return loads;
}

PartitionHealth HealthOf(const ClusterSnapshot& snapshot) {
  PartitionHealth health;
  for (const Partition& partition : snapshot.partitions) {
    const auto replicas = snapshot.ReplicasOf(partition);
    const bool all_in_sync =
        std::ranges::all_of(replicas, [](const Replica& replica) { return replica.in_sync; });
    health.under_replicated += all_in_sync ? 0 : 1;
    health.offline += partition.leader == kNoBroker ? 1 : 0;
    health.reassigning += partition.reassigning ? 1 : 0;
    const bool preferred = !replicas.empty() && replicas.front().broker == partition.leader;
    health.not_preferred += partition.leader != kNoBroker && !preferred ? 1 : 0;
  }
  return health;
}

}  // namespace levelwind::api
