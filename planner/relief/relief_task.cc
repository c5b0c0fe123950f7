#include "planner/relief/relief_task.h"

#include <algorithm>
#include <limits>
#include <span>
#include <tuple>
#include <utility>

#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

/// What is larger is no size; other goals take it for unknown, too (search/partition_loads.cc).
constexpr std::int64_t kMostSize = 1'000'000'000'000'000'000;

/// As the executor's guard and the detector of filling disks by default: no copy goes where a log
/// dir is as full as that, whatever fills it.
constexpr double kFullShare = 0.9;

bool KnowsSize(const LogDir& dir) {
  return !dir.offline && IsKnown(dir.total_bytes) && IsKnown(dir.usable_bytes) &&
         dir.total_bytes > 0;
}

double RoomOf(const Broker& broker) {
  double room = 0;
  for (const LogDir& dir : broker.log_dirs) {
    if (dir.offline) continue;
    if (!KnowsSize(dir)) return std::numeric_limits<double>::infinity();
    const double kept_free = (1 - kFullShare) * static_cast<double>(dir.total_bytes);
    room += std::max(0.0, static_cast<double>(dir.usable_bytes) - kept_free);
  }
  return broker.log_dirs.empty() ? std::numeric_limits<double>::infinity() : room;
}

class Reader {
 public:
  Reader(const ClusterSnapshot& snapshot, const FlatCluster& cluster, const Bands& bands,
         const PlannerOptions& options)
      : snapshot_(snapshot), cluster_(cluster), bands_(bands), options_(options) {}

  ReliefTask Run() {
    task_.threshold = options_.disk_capacity_threshold;
    task_.target = std::max(0.0, task_.threshold - options_.relief_margin);
    const double unlimited = std::numeric_limits<double>::infinity();
    task_.room.assign(cluster_.broker_ids.size(), unlimited);
    for (const Broker& broker : snapshot_.brokers) task_.room[IndexOf(broker.id)] = RoomOf(broker);
    for (const BrokerId id : options_.relieved_brokers) {
      const BrokerIndex b = IndexOf(id);
      if (task_.Relieves(b)) continue;
      task_.brokers.push_back(b);
      const auto broker = std::ranges::find(snapshot_.brokers, id, &Broker::id);
      if (cluster_.target[b] != 0) AddDisks(b, *broker);
    }
    AddReplicas();
    SumForeign();
    return std::move(task_);
  }

 private:
  BrokerIndex IndexOf(BrokerId id) const {
    const auto at = std::ranges::lower_bound(cluster_.broker_ids, id);
    return static_cast<BrokerIndex>(at - cluster_.broker_ids.begin());
  }

  void AddDisks(BrokerIndex b, const Broker& broker) {
    first_dir_.emplace_back(b, task_.disks.size() + 1);
    ReliefDisk all{.broker = b, .path = {}};
    const double unit = cluster_.unit[kDisk];
    const bool judged = bands_.capacity[kDisk] && bands_.cap[b][kDisk] < kNoEdge;
    if (judged) {
      all.capacity = cluster_.capacity[b][kDisk];
      all.used = LoadOf(b) * unit;
      if (Over(all) > kJudgeRounding * unit) Ask(all);
    }
    task_.disks.push_back(std::move(all));
    for (const LogDir& dir : broker.log_dirs) {
      ReliefDisk disk{.broker = b, .path = dir.path};
      if (KnowsSize(dir)) {
        disk.capacity = static_cast<double>(dir.total_bytes);
        disk.used = disk.capacity - static_cast<double>(dir.usable_bytes);
        if (Over(disk) > 0) Ask(disk);
      }
      task_.disks.push_back(std::move(disk));
    }
  }

  double Over(const ReliefDisk& disk) const { return disk.used - task_.threshold * disk.capacity; }

  void Ask(ReliefDisk& disk) const {
    disk.spare = (task_.threshold - task_.target) * disk.capacity;
    disk.need = Over(disk) + disk.spare;
  }

  double LoadOf(BrokerIndex b) const {
    double sum = static_cast<double>(cluster_.pinned_load[b][kDisk]);
    for (const PartitionRecord& record : cluster_.partitions) {
      if (record.Holds(b)) sum += static_cast<double>(record.disk);
    }
    return sum;
  }

  void AddReplicas() {
    for (std::uint32_t p = 0; p < cluster_.partitions.size(); ++p) {
      const PartitionRecord& record = cluster_.partitions[p];
      for (std::size_t slot = 0; slot < record.rf; ++slot) {
        if (task_.Relieves(record.replicas[slot])) AddReplica(p, record.replicas[slot]);
      }
    }
    std::ranges::sort(task_.replicas, {}, [&](const ReliefReplica& r) {
      const PartitionRecord& record = cluster_.partitions[r.partition];
      return std::tuple(-r.copies, -record.in, record.replicas[0] == r.broker, r.partition,
                        r.broker);
    });
  }

  void AddReplica(std::uint32_t p, BrokerIndex b) {
    if (cluster_.target[b] == 0) return;
    const Partition& partition = snapshot_.partitions[cluster_.source[p]];
    const std::int64_t size = snapshot_.SizeOf(partition);
    if (!cluster_.known[kDisk] || !IsKnown(size) || size > kMostSize) {
      ++task_.unsized;
      return;
    }
    ReliefReplica replica{.partition = p, .broker = b};
    replica.copies = replica.frees = static_cast<double>(size);
    for (const Replica& own : snapshot_.ReplicasOf(partition)) {
      if (own.broker != cluster_.broker_ids[b]) continue;
      if (IsKnown(own.size_bytes)) replica.frees = static_cast<double>(own.size_bytes);
      if (own.log_dir >= 0) replica.dir = FirstDir(b) + static_cast<std::size_t>(own.log_dir);
    }
    task_.replicas.push_back(replica);
  }

  std::size_t FirstDir(BrokerIndex b) const {
    return std::ranges::find(first_dir_, b, &std::pair<BrokerIndex, std::size_t>::first)->second;
  }

  /// What cannot leave; a log dir that is too full of it is no task for a plan.
  void SumForeign() {
    for (std::size_t i = 0; i < task_.disks.size(); ++i) {
      ReliefDisk& disk = task_.disks[i];
      if (disk.need <= 0) continue;
      const bool whole = disk.path.empty();
      disk.foreign = disk.used;
      for (const ReliefReplica& r : task_.replicas) {
        if (whole ? r.broker == disk.broker : r.dir == i) {
          disk.foreign -= whole ? r.copies : r.frees;
        }
      }
      disk.hopeless = !whole && disk.foreign >= task_.threshold * disk.capacity;
      if (disk.hopeless) disk.need = 0;
      // Then every replica would leave for a margin that is not reached all the same.
      if (disk.foreign <= task_.target * disk.capacity) continue;
      disk.need = std::max(0.0, disk.need - disk.spare);
      disk.spare = 0;
    }
  }

  const ClusterSnapshot& snapshot_;
  const FlatCluster& cluster_;
  const Bands& bands_;
  const PlannerOptions& options_;
  std::vector<std::pair<BrokerIndex, std::size_t>> first_dir_;  ///< Of each relieved broker.
  ReliefTask task_;
};

}  // namespace

bool ReliefTask::Relieves(BrokerIndex b) const {
  return std::ranges::find(brokers, b) != brokers.end();
}

ReliefTask ReadReliefTask(const ClusterSnapshot& snapshot, const FlatCluster& cluster,
                          const Bands& bands, const PlannerOptions& options) {
  return Reader(snapshot, cluster, bands, options).Run();
}

}  // namespace levelwind::planner
