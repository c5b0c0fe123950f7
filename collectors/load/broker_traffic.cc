#include "collectors/load/broker_traffic.h"

namespace levelwind::collectors {

int PlaceOf(const ClusterSnapshot& snapshot, BrokerId id) {
  const Broker* broker = snapshot.FindBroker(id);
  return broker == nullptr ? -1 : static_cast<int>(broker - snapshot.brokers.data());
}

std::vector<BrokerTraffic> TrafficOf(const ClusterSnapshot& snapshot) {
  std::vector<BrokerTraffic> traffic(snapshot.brokers.size());
  for (const Partition& partition : snapshot.partitions) {
    const double in = partition.load.bytes_in_per_s;
    const double out = partition.load.bytes_out_per_s;
    const bool known = IsKnown(in) && IsKnown(out);
    for (const Replica& replica : snapshot.ReplicasOf(partition)) {
      const int place = PlaceOf(snapshot, replica.broker);
      if (place < 0) continue;
      BrokerTraffic& of = traffic[static_cast<std::size_t>(place)];
      if (!known) {
        ++of.unknown;
      } else if (replica.broker == partition.leader) {
        of.leader_in += in;
        of.leader_out += out;
      } else {
        of.follower_in += in;
      }
    }
  }
  return traffic;
}

}  // namespace levelwind::collectors
