#include "planner/budget/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "planner/order/order.h"
#include "planner/order/schedule.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

/// Bytes of one replica of each record; below 0: unknown.
std::vector<std::int64_t> SizesOf(const ClusterSnapshot& snapshot, const FlatCluster& cluster) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(cluster.source.size());
  for (const std::uint32_t source : cluster.source) {
    const std::int64_t size = snapshot.SizeOf(snapshot.partitions[source]);
    sizes.push_back(IsKnown(size) ? size : -1);
  }
  return sizes;
}

class Scheduler {
 public:
  Scheduler(const ClusterSnapshot& snapshot, const PlannerOptions& options, const Placement& start,
            const Placement& end)
      : options_(options),
        cluster_(start.cluster()),
        start_(start),
        end_(end),
        sizes_(SizesOf(snapshot, start.cluster())) {}

  /// Fills `left_out` with what is not in the schedule.
  Schedule Within(std::vector<std::uint32_t>& left_out) {
    const double disk_share = options_.transfer.disk_share;
    MoveOrder order = OrderMoves(start_, end_, sizes_, {}, disk_share);
    const Allowance allowance{options_.max_replica_moves, options_.max_bytes};
    const bool fits = (allowance.copies < 0 || order.copies <= allowance.copies) &&
                      (allowance.bytes < 0 || (order.bytes <= allowance.bytes && AllKnown(order)));
    const std::size_t stuck = order.stuck;
    if (!fits) order = OrderMoves(start_, end_, sizes_, allowance, disk_share);
    CutToDuration(order);
    AddNotes(order, stuck);
    schedule_.left_out = order.left_out.size();
    left_out = std::move(order.left_out);
    return Finish(std::move(order.moves));
  }

  Schedule All() {
    MoveOrder order = OrderMoves(start_, end_, sizes_, {}, options_.transfer.disk_share);
    if (const std::size_t unsafe = order.left_out.size() + order.forced; unsafe > 0) {
      schedule_.notes.push_back(fmt::format(
          "{} moves fill a broker beyond its capacity on the way, in whatever order", unsafe));
    }
    order.moves.insert(order.moves.end(), order.left_out.begin(), order.left_out.end());
    return Finish(std::move(order.moves));
  }

 private:
  bool AllKnown(const MoveOrder& order) const {
    return std::ranges::all_of(order.moves,
                               [&](std::uint32_t p) { return sizes_[p] >= 0 || !Copies(p); });
  }

  bool Copies(std::uint32_t p) const {
    const PartitionRecord& before = start_.partition(p);
    const PartitionRecord& after = end_.partition(p);
    for (std::size_t i = 0; i < after.rf; ++i) {
      if (!before.Holds(after.replicas[i])) return true;
    }
    return false;
  }

  Transfer TransferOf(std::uint32_t p) const {
    const PartitionRecord& before = start_.partition(p);
    const PartitionRecord& after = end_.partition(p);
    Transfer transfer;
    transfer.source = before.replicas[0];
    transfer.bytes = static_cast<double>(sizes_[p]);
    for (std::size_t i = 0; i < after.rf; ++i) {
      if (!before.Holds(after.replicas[i])) transfer.targets.push_back(after.replicas[i]);
      if (!after.Holds(before.replicas[i])) transfer.leaves.push_back(before.replicas[i]);
    }
    return transfer;
  }

  /// Bytes that each broker may take in before something leaves it.
  DiskRoom Room() const {
    DiskRoom room(cluster_.broker_ids.size(), std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < room.size(); ++i) {
      const double disk = cluster_.capacity[i][kDisk];
      if (!IsKnown(disk)) continue;
      const auto b = static_cast<BrokerIndex>(i);
      const double held = static_cast<double>(start_.load(b)[kDisk]) * cluster_.unit[kDisk];
      room[i] = disk * options_.transfer.disk_share - held;
    }
    return room;
  }

  /// NaN where it cannot be told.
  double Makespan(const std::vector<std::uint32_t>& moves, double* bound) const {
    std::vector<Transfer> transfers;
    for (const std::uint32_t p : moves) {
      if (!Copies(p)) continue;
      if (sizes_[p] < 0) return kUnknown;
      transfers.push_back(TransferOf(p));
    }
    if (!transfers.empty() && !(options_.transfer.rate_bytes_per_s > 0)) return kUnknown;
    if (bound != nullptr) {
      *bound = MakespanLowerBound(transfers, cluster_.broker_ids.size(), options_.transfer);
    }
    return EstimateMakespan(transfers, Room(), options_.transfer);
  }

  Schedule Finish(std::vector<std::uint32_t> moves) {
    schedule_.makespan_bound_s = kUnknown;
    schedule_.makespan_s = Makespan(moves, &schedule_.makespan_bound_s);
    schedule_.moves = std::move(moves);
    return std::move(schedule_);
  }

  void CutToDuration(MoveOrder& order) {
    if (options_.max_duration_s < 0) return;
    const auto fits = [&](std::size_t count) {
      const auto end = order.moves.begin() + static_cast<std::ptrdiff_t>(count);
      return Makespan({order.moves.begin(), end}, nullptr) <= options_.max_duration_s;
    };
    // The time grows with the prefix, but for small effects of sharing: whatever the search ends
    // at has been tried, so the limit is kept.
    std::size_t kept = 0, beyond = order.moves.size() + 1;
    while (kept + 1 < beyond) {
      const std::size_t middle = kept + (beyond - kept) / 2;
      (fits(middle) ? kept : beyond) = middle;
    }
    order.left_out.insert(order.left_out.end(),
                          order.moves.begin() + static_cast<std::ptrdiff_t>(kept),
                          order.moves.end());
    order.moves.resize(kept);
  }

  void AddNotes(const MoveOrder& order, std::size_t stuck) {
    const std::size_t limited = order.left_out.size() - std::min(stuck, order.left_out.size());
    if (limited > 0) {
      schedule_.notes.push_back(
          fmt::format("the move limits left out {} partitions; plan again afterwards", limited));
    }
    const auto broken = std::ranges::count_if(order.left_out, [&](std::uint32_t p) {
      return std::ranges::binary_search(order.mends, p);
    });
    if (broken > 0) {
      schedule_.notes.push_back(fmt::format(
          "{} of the partitions left out break a hard rule until they are moved", broken));
    }
    if (stuck > 0) {
      schedule_.notes.push_back(fmt::format(
          "{} partitions are left where they are: in whatever order, their copies would fill a "
          "broker beyond its capacity on the way; free some space or add a broker",
          stuck));
    }
    if (order.forced > 0) {
      schedule_.notes.push_back(fmt::format(
          "{} moves take a broker beyond what a capacity goal allows for a while", order.forced));
    }
  }

  const PlannerOptions& options_;
  const FlatCluster& cluster_;
  const Placement& start_;
  const Placement& end_;
  const std::vector<std::int64_t> sizes_;
  Schedule schedule_;
};

}  // namespace

Schedule ScheduleWithin(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                        const Placement& start, Placement& end) {
  std::vector<std::uint32_t> left_out;
  Schedule schedule = Scheduler(snapshot, options, start, end).Within(left_out);
  if (left_out.empty()) return schedule;
  std::vector<Seats> kept = end.Save();
  for (const std::uint32_t p : left_out) {
    std::ranges::copy(start.partition(p).replicas, kept[p].begin());
  }
  end.Restore(kept);
  return schedule;
}

Schedule ScheduleAll(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                     const Placement& start, const Placement& end) {
  return Scheduler(snapshot, options, start, end).All();
}

}  // namespace levelwind::planner
