#include "planner/explain/broker_balance.h"

#include <algorithm>

#include "planner/load_model.h"
#include "planner/search/partition_loads.h"
#include "planner/search/replication.h"

namespace levelwind::planner {
namespace {

/// What one broker bears, before or after.
struct Bearing {
  std::int32_t replicas = 0, leaders = 0;
  double disk = 0, leader_in = 0, cpu = 0, in = 0, out = 0;

  void Add(const RawLoad& load, bool leads) {
    ++replicas;
    disk += load.disk;
    in += load.in;
    cpu += leads ? load.cpu : FollowerCpu(load.cpu, load.in, load.out);
    if (!leads) return;
    ++leaders;
    leader_in += load.in;
    out += load.out;
  }
};

BrokerBalance Balance(BrokerId id, const Bearing& before, const Bearing& after,
                      const RawLoads& known) {
  const auto value = [](bool is_known, double x) { return is_known ? x : kUnknown; };
  BrokerBalance balance;
  balance.broker = id;
  balance.replicas_before = before.replicas;
  balance.replicas_after = after.replicas;
  balance.leaders_before = before.leaders;
  balance.leaders_after = after.leaders;
  balance.disk_bytes_before = value(known.disk, before.disk);
  balance.disk_bytes_after = value(known.disk, after.disk);
  balance.leader_bytes_in_before = value(known.in, before.leader_in);
  balance.leader_bytes_in_after = value(known.in, after.leader_in);
  balance.cpu_percent_before = value(known.cpu, before.cpu);
  balance.cpu_percent_after = value(known.cpu, after.cpu);
  balance.bytes_in_before = value(known.in, before.in);
  balance.bytes_in_after = value(known.in, after.in);
  balance.bytes_out_before = value(known.out, before.out);
  balance.bytes_out_after = value(known.out, after.out);
  return balance;
}

}  // namespace

BrokerIndex IndexOfBroker(const FlatCluster& cluster, BrokerId id) {
  const auto at = std::ranges::lower_bound(cluster.broker_ids, id);
  const bool found = at != cluster.broker_ids.end() && *at == id;
  return found ? static_cast<BrokerIndex>(at - cluster.broker_ids.begin()) : kNoIndex;
}

std::vector<BrokerBalance> BalanceOfBrokers(const ClusterSnapshot& snapshot,
                                            const FlatCluster& cluster, std::span<const Move> moves,
                                            std::span<const std::uint32_t> sources) {
  const RawLoads loads = ReadLoads(snapshot);
  std::vector<Bearing> before(cluster.broker_ids.size()), after(cluster.broker_ids.size());
  std::vector<const Move*> by_partition(snapshot.partitions.size(), nullptr);
  for (std::size_t i = 0; i < moves.size(); ++i) by_partition[sources[i]] = &moves[i];
  for (std::size_t i = 0; i < snapshot.partitions.size(); ++i) {
    const Partition& partition = snapshot.partitions[i];
    const Move* move = by_partition[i];
    const auto ids = snapshot.ReplicaIds(partition);
    const BrokerId leads_after = move != nullptr ? move->after.front() : partition.leader;
    for (const BrokerId id : ids) {
      before[IndexOfBroker(cluster, id)].Add(loads.partitions[i], id == partition.leader);
    }
    for (const BrokerId id : move != nullptr ? move->after : ids) {
      after[IndexOfBroker(cluster, id)].Add(loads.partitions[i], id == leads_after);
    }
  }
  std::vector<BrokerBalance> balances;
  for (std::size_t b = 0; b < before.size(); ++b) {
    if (IsStandIn(cluster.broker_ids[b])) break;
    balances.push_back(Balance(cluster.broker_ids[b], before[b], after[b], loads));
  }
  return balances;
}

}  // namespace levelwind::planner
