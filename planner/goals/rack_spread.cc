#include "planner/goals/rack_spread.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "planner/search/placement.h"

namespace levelwind::planner {

std::size_t DistinctRacks(const FlatCluster& cluster, const PartitionRecord& record) {
  std::array<std::uint16_t, kMaxReplicas> seen{};
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < record.rf; ++i) {
    if (!cluster.target[record.replicas[i]]) continue;
    const std::uint16_t rack = cluster.racks[record.replicas[i]];
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(distinct);
    if (std::find(seen.begin(), end, rack) == end) seen[distinct++] = rack;
  }
  return distinct;
}

GoalTally TallyRacks(const Placement& placement) {
  GoalTally tally;
  for (const PartitionRecord& p : placement.partitions()) {
    const std::size_t distinct = DistinctRacks(placement.cluster(), p);
    if (distinct >= p.required_racks) continue;
    ++tally.violations;
    tally.cost += static_cast<double>(p.required_racks - distinct);
  }
  return tally;
}

std::optional<std::string> WhyOtherRacks(const FlatCluster& cluster, const PartitionRecord& before,
                                         const PartitionRecord& after) {
  if (DistinctRacks(cluster, after) <= DistinctRacks(cluster, before)) return std::nullopt;
  for (std::size_t i = 0; i < before.rf; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const BrokerIndex a = before.replicas[j];
      const BrokerIndex b = before.replicas[i];
      if (cluster.racks[a] != cluster.racks[b]) continue;
      return fmt::format("broker {} and broker {} are both on rack {}", cluster.broker_ids[a],
                         cluster.broker_ids[b], cluster.rack_names[cluster.racks[a]]);
    }
  }
  return "its replicas can be on more racks";
}

}  // namespace levelwind::planner
