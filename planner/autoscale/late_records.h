#pragma once

#include <cstdint>
#include <map>

#include "model/cluster_snapshot.h"

namespace levelwind::planner {

/// Counts the records that a group processed later than its objective allows: at each look, what
/// was committed since the last one in partitions whose time lag is past the objective. Exact to a
/// look. One thread at a time.
class LateRecords {
 public:
  explicit LateRecords(double objective_s) : objective_s_(objective_s) {}

  void Look(const ClusterSnapshot& snapshot, const ConsumerGroup& group);
  double total() const { return total_; }

 private:
  double objective_s_;
  double total_ = 0;
  std::map<TopicPartition, std::int64_t> committed_;  // indices change when topics come and go
};

}  // namespace levelwind::planner
