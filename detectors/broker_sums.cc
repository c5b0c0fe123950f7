#include "detectors/broker_sums.h"

namespace levelwind::detectors {

ClusterSums SumUp(const ClusterSnapshot& snapshot) {
  ClusterSums sums;
  for (const Broker& b : snapshot.brokers) {
    sums.brokers[b.id];
    sums.serving += b.serving() ? 1 : 0;
  }
  for (const Partition& p : snapshot.partitions) {
    for (const Replica& replica : snapshot.ReplicasOf(p)) {
      BrokerSum& broker = sums.brokers[replica.broker];
      ++broker.replicas;
      broker.bytes_in += p.load.bytes_in_per_s;
      const Broker* known = snapshot.FindBroker(replica.broker);
      if (known == nullptr || !known->serving()) continue;
      ++sums.replicas;
      sums.replicated_bytes_in += p.load.bytes_in_per_s;
    }
    if (p.leader == kNoBroker) continue;
    BrokerSum& leader = sums.brokers[p.leader];
    ++leader.leaders;
    ++sums.leaders;
    leader.leader_bytes_in += p.load.bytes_in_per_s;
    leader.cpu_percent += p.load.cpu_percent;
    sums.bytes_in += p.load.bytes_in_per_s;
  }
  return sums;
}

}  // namespace levelwind::detectors
