#include "planner/rebalance/warm_start.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "planner/explain/broker_balance.h"
#include "planner/goals/rack_spread.h"
#include "planner/rebalance/record_index.h"

namespace levelwind::planner {
namespace {

std::optional<Seats> SeatsOf(const FlatCluster& cluster, const PartitionRecord& now,
                             const std::vector<BrokerId>& wanted) {
  if (now.frozen || wanted.size() != now.rf) return std::nullopt;
  std::vector<BrokerIndex> brokers;
  for (const BrokerId id : wanted) {
    const BrokerIndex b = IndexOfBroker(cluster, id);
    if (b == kNoIndex || std::ranges::find(brokers, b) != brokers.end()) return std::nullopt;
    if (!now.Originally(b) && !cluster.receives[b]) return std::nullopt;
    brokers.push_back(b);
  }
  if (brokers.front() != now.origin[0] && !cluster.leads[brokers.front()]) return std::nullopt;
  std::sort(brokers.begin() + 1, brokers.end());
  Seats seats{};
  std::ranges::copy(brokers, seats.begin());
  const std::size_t racks = DistinctRacks(cluster, now);
  if (DistinctRacks(cluster, now.With(seats)) < racks) return std::nullopt;
  return seats;
}

}  // namespace

std::vector<Seats> WarmStart(const ClusterSnapshot& snapshot, const FlatCluster& cluster,
                             const std::vector<Assignment>& plan) {
  if (plan.empty()) return {};
  const RecordIndex records(snapshot, cluster);
  std::vector<Seats> warm = PresentSeats(cluster);
  bool differs = false;
  for (const Assignment& assignment : plan) {
    const Partition* found =
        snapshot.FindPartition(assignment.partition.topic, assignment.partition.partition);
    if (found == nullptr) continue;
    const std::uint32_t p = records.Of(*found);
    if (p == kNoRow) continue;
    const auto seats = SeatsOf(cluster, cluster.partitions[p], assignment.replicas);
    if (!seats) continue;
    differs = differs || *seats != warm[p];
    warm[p] = *seats;
  }
  if (!differs) warm.clear();
  return warm;
}

}  // namespace levelwind::planner
