#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace levelwind::planner::sim {

/// Record latencies: seconds one by one up to two minutes, then eight to an octave.
class LatencyCounts {
 public:
  void Add(int seconds, double records) {
    counts_[Slot(seconds)] += records;
    total_ += records;
    if (seconds > 5) late5_ += records;
    if (seconds > 60) late60_ += records;
  }
  double total() const { return total_; }
  double late5() const { return late5_; }
  double late60() const { return late60_; }
  /// Seconds below which this share of the records was; 0 without records.
  double Quantile(double share) const;

 private:
  static constexpr int kLinear = 128;
  static std::size_t Slot(int seconds);
  static double Upper(std::size_t slot);
  std::array<double, kLinear + 96> counts_{};
  double total_ = 0, late5_ = 0, late60_ = 0;
};

/// One point a minute, for plots.
struct Minute {
  float arrivals = 0;  ///< Records/s.
  float replicas = 0, members = 0;
  float time_lag = 0;  ///< Largest within the minute, seconds.
};

/// One algorithm, one workload, one seed.
struct RunResult {
  LatencyCounts latency;
  double replica_seconds = 0;
  int actions = 0;           ///< Changes of the wanted replicas.
  int rebalances = 0;        ///< Rounds of the group.
  int reversals = 0;         ///< Actions against the direction of one less than ten minutes before.
  double pause_seconds = 0;  ///< Partitions x seconds without an owner that works, while pods are.
  double peak_time_lag = 0;  ///< Seconds.
  double peak_lag = 0;       ///< Records.
  double seconds_over = 0;   ///< With a time lag over a minute.
  std::vector<Minute> minutes;

  double Late5Percent() const { return Percent(latency.late5()); }
  double Late60Percent() const { return Percent(latency.late60()); }
  /// What it cost: one an hour and member, one for each 100,000 records over a minute.
  double Cost() const { return replica_seconds / 3600 + latency.late60() / 1e5; }

 private:
  double Percent(double records) const {
    return latency.total() > 0 ? 100 * records / latency.total() : 0;
  }
};

}  // namespace levelwind::planner::sim
