#pragma once

// Internal to rebalance/: from a snapshot's partitions to the search's records.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/cluster_snapshot.h"
#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// Which record is which partition's. The snapshot must outlive it.
class RecordIndex {
 public:
  RecordIndex(const ClusterSnapshot& snapshot, const FlatCluster& cluster)
      : snapshot_(snapshot), record_of_(snapshot.partitions.size(), kNoRow) {
    for (std::uint32_t p = 0; p < cluster.source.size(); ++p) record_of_[cluster.source[p]] = p;
  }

  /// `partition` is one of the snapshot's own. kNoRow: it cannot be moved.
  std::uint32_t Of(const Partition& partition) const {
    return record_of_[static_cast<std::size_t>(&partition - snapshot_.partitions.data())];
  }

 private:
  const ClusterSnapshot& snapshot_;
  std::vector<std::uint32_t> record_of_;
};

/// Who holds each record now.
inline std::vector<Seats> PresentSeats(const FlatCluster& cluster) {
  std::vector<Seats> seats(cluster.partitions.size());
  for (std::size_t p = 0; p < seats.size(); ++p) {
    std::ranges::copy(cluster.partitions[p].replicas, seats[p].begin());
  }
  return seats;
}

}  // namespace levelwind::planner
