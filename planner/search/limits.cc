#include <algorithm>
#include <cstdint>
#include <vector>

#include "planner/search/judge.h"
#include "planner/search/solve.h"

namespace levelwind::planner {
namespace {

/// One partition's planned change.
struct Change {
  std::uint32_t p = 0;
  std::int64_t replicas = 0;
  double bytes = 0;
  bool must = false;
  double value = 0;  ///< Relief per cost, at the start.
};

void Assign(Placement& placement, std::uint32_t p, const PartitionRecord& wanted) {
  for (std::size_t slot = 0; slot < wanted.rf; ++slot) {
    if (wanted.Holds(placement.partition(p).replicas[slot])) continue;
    for (std::size_t i = 0; i < wanted.rf; ++i) {
      if (placement.partition(p).Holds(wanted.replicas[i])) continue;
      placement.Move(p, slot, wanted.replicas[i]);
      break;
    }
  }
  const std::size_t leader = placement.SlotOf(placement.partition(p), wanted.replicas[0]);
  if (leader != 0) placement.Lead(p, leader);
}

double TotalPenalty(const Placement& placement, const PartitionRecord& a,
                    const PartitionRecord& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rf; ++i) {
    sum += static_cast<double>(placement.penalty(a.replicas[i]));
    if (!a.Holds(b.replicas[i])) sum += static_cast<double>(placement.penalty(b.replicas[i]));
  }
  return sum;
}

/// What applying the change would take off the penalties.
double Relief(Placement& placement, std::uint32_t p, const PartitionRecord& wanted) {
  const PartitionRecord start = placement.partition(p);
  const double before = TotalPenalty(placement, start, wanted);
  Assign(placement, p, wanted);
  const double after = TotalPenalty(placement, start, wanted);
  Assign(placement, p, start);
  return before - after;
}

bool MendsHardRule(const FlatCluster& cluster, const PartitionRecord& before) {
  for (std::size_t i = 0; i < before.rf; ++i) {
    if (!cluster.target[before.replicas[i]]) return true;
  }
  return DistinctRacks(cluster, before) < before.required_racks;
}

std::vector<Change> ListChanges(Placement& placement, double unit, const Solution& solution) {
  std::vector<Change> changes;
  for (std::uint32_t p = 0; p < solution.partitions.size(); ++p) {
    const PartitionRecord before = placement.partition(p);
    const PartitionRecord wanted = before.With(solution.partitions[p]);
    Change change{p, 0, 0, false, 0};
    for (std::size_t i = 0; i < wanted.rf; ++i)
      change.replicas += !before.Holds(wanted.replicas[i]);
    if (change.replicas == 0 && wanted.replicas[0] == before.replicas[0]) continue;
    change.bytes = static_cast<double>(change.replicas) * static_cast<double>(wanted.disk) * unit;
    change.must = MendsHardRule(placement.cluster(), before);
    constexpr double kSmallCost = 1e-9;  // Leader moves are free: nearly infinite value.
    change.value =
        Relief(placement, p, wanted) / (kSmallCost + static_cast<double>(change.replicas) *
                                                         (static_cast<double>(wanted.disk) + 1e-6));
    changes.push_back(change);
  }
  std::ranges::stable_sort(changes, [](const Change& a, const Change& b) {
    return a.must != b.must ? a.must : a.value > b.value;
  });
  return changes;
}

}  // namespace

std::size_t ApplyLimits(const FlatCluster& cluster, const Bands& bands,
                        const PlannerOptions& options, Solution& solution) {
  if (options.max_replica_moves < 0 && options.max_bytes < 0) return 0;
  Placement placement(cluster, bands);
  std::int64_t replicas = 0;
  double bytes = 0;
  std::size_t left_out = 0;
  for (const Change& change : ListChanges(placement, cluster.unit[kDisk], solution)) {
    const bool fits =
        (options.max_replica_moves < 0 ||
         replicas + change.replicas <= options.max_replica_moves) &&
        (options.max_bytes < 0 || bytes + change.bytes <= static_cast<double>(options.max_bytes));
    const PartitionRecord wanted =
        placement.partition(change.p).With(solution.partitions[change.p]);
    if (!change.must && (!fits || Relief(placement, change.p, wanted) <= 0)) {
      ++left_out;
      continue;
    }
    Assign(placement, change.p, wanted);
    replicas += change.replicas;
    bytes += change.bytes;
  }
  solution.partitions = placement.Save();
  solution.changed = !placement.displaced().empty();
  return left_out;
}

}  // namespace levelwind::planner
