#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/cluster_snapshot.h"
#include "planner/goals/bands.h"
#include "planner/planner_options.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// How full a disk is: all that a broker holds, or one of its log dirs. Bytes.
struct ReliefDisk {
  BrokerIndex broker = 0;
  std::string path;  ///< Of the log dir; empty: the broker's disks together.
  double used = 0, capacity = 0;
  double need = 0;     ///< Has to leave it; 0: it is not too full.
  double spare = 0;    ///< Of `need`, what is asked for only so that it lasts for a while.
  double foreign = 0;  ///< Of `used`, what is no replica and cannot leave.
  /// Even empty of replicas it would be too full: then none of them leaves for it.
  bool hopeless = false;

  double share() const { return used / capacity; }
};

/// A replica on a broker that is to be relieved.
struct ReliefReplica {
  std::uint32_t partition = 0;  ///< Of FlatCluster::partitions.
  BrokerIndex broker = 0;
  double copies = 0;  ///< What its move copies, and takes off the broker as plans count.
  double frees = 0;   ///< What of it is in its log dir: a follower may be smaller than its leader.
  std::size_t dir = kNoDir;  ///< Its log dir, of ReliefTask::disks; kNoDir: not looked at.

  static constexpr std::size_t kNoDir = static_cast<std::size_t>(-1);
};

/// What the relief of brokers' disks has to do and may use.
struct ReliefTask {
  /// Of the brokers in the order of PlannerOptions::relieved_brokers: first all of the broker's,
  /// where its capacity is known, then its log dirs, where Kafka tells their sizes.
  std::vector<ReliefDisk> disks;
  /// Of a known size, on these brokers; the largest first, of equal ones what takes in the most,
  /// followers before leaders.
  std::vector<ReliefReplica> replicas;
  std::vector<BrokerIndex> brokers;  ///< That are to be relieved.
  /// By broker: bytes that its log dirs may take, as they are filled now, with whatever is in them;
  /// infinity where that is not known.
  std::vector<double> room;
  double threshold = 0;     ///< Share of a disk that may be used.
  double target = 0;        ///< What is above that is brought down to this, which is less.
  std::size_t unsized = 0;  ///< Replicas on these brokers whose size is not known: they stay.

  bool Relieves(BrokerIndex b) const;
};

/// Looks at what has to leave. `bands` are those of the present placement.
ReliefTask ReadReliefTask(const ClusterSnapshot& snapshot, const FlatCluster& cluster,
                          const Bands& bands, const PlannerOptions& options);

}  // namespace levelwind::planner
