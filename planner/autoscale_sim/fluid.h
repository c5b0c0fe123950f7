#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planner/autoscale_sim/run_result.h"
#include "planner/autoscale_sim/workload.h"

namespace levelwind::planner::sim {

/// The records of all partitions as a fluid: each second's arrivals wait in the order in which they
/// came, and what is taken out is counted with its age.
class Fluid {
 public:
  explicit Fluid(const Workload& workload);

  void Arrive(int t);
  /// Records that can be read now: of open transactions none.
  double Readable(std::size_t p) const { return readable_[p]; }
  void Take(std::size_t p, double records, int t, LatencyCounts& latency);

  double Backlog(std::size_t p) const { return produced_[p] - taken_[p]; }
  /// Seconds that the oldest record of the partition has waited; 0: none is left.
  int Age(std::size_t p, int t) const;
  /// Offsets as Kafka counts them, transaction markers included.
  double LogEnd(std::size_t p) const { return produced_[p] + markers_[p]; }
  double LastStable(std::size_t p) const { return stable_[p]; }
  double Position(std::size_t p) const;
  /// What is left at the end, with the age it has got to.
  void CountLeft(int t, LatencyCounts& latency) const;

 private:
  const Workload& workload_;
  std::vector<double> produced_, taken_, readable_, markers_, stable_;
  std::vector<std::int32_t> head_;  // second of the oldest record
  std::vector<float> head_left_;
};

}  // namespace levelwind::planner::sim
