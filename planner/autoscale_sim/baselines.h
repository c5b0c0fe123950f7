#pragma once

// The algorithms that ours is compared with, as exactly as they are written down in
// docs/autoscaling.md. Parts that several share are here.

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "planner/autoscale_sim/scaler.h"

namespace levelwind::planner::sim {

/// Increase of all log ends per second over the last `window` seconds of looks.
class SeenRates {
 public:
  explicit SeenRates(int window) : window_(window) {}
  void Add(const Look& look);
  bool ready() const { return points_.size() >= 2; }
  double Total() const;
  double Of(std::size_t partition) const;
  double Consumed() const;  ///< Commits, all partitions.

 private:
  struct Point {
    int t;
    std::vector<std::int64_t> end, committed;
  };
  int window_;
  std::deque<Point> points_;
};

/// KEDA's lag metric with its defaults, all in integers: the end of the log less the commit,
/// capped at threshold x partitions.
std::int64_t KedaLag(const Look& look, std::int64_t threshold);

/// Rolling maximum over `span` seconds.
class RollingMax {
 public:
  explicit RollingMax(int span) : span_(span) {}
  int Add(int t, int value);

 private:
  int span_;
  std::deque<std::pair<int, int>> values_;
};

// Makers; MakeScaler in scaler.cc knows the names.
std::unique_ptr<Scaler> MakeStaticPeak(const Workload& workload);               // B0
std::unique_ptr<Scaler> MakeClairvoyant(const Workload& workload);              // B1
std::unique_ptr<Scaler> MakeKeda(const Workload& workload, double threshold);   // B2, B3
std::unique_ptr<Scaler> MakeKedaBehavior(const Workload& workload);             // B2b
std::unique_ptr<Scaler> MakeHpaOnRate(const Workload& workload);                // B4
std::unique_ptr<Scaler> MakeDs2(const Workload& workload);                      // B5
std::unique_ptr<Scaler> MakeFlink(const Workload& workload, int down_delay_s);  // B6, B6h
std::unique_ptr<Scaler> MakeLandau(const Workload& workload);                   // B7
std::unique_ptr<Scaler> MakeTwoDimensions(const Workload& workload);            // B8
std::unique_ptr<Scaler> MakeNumaflow(const Workload& workload);                 // B9
std::unique_ptr<Scaler> MakeOurs(const Workload& workload, Protocol protocol);  // B10

/// Kafka users set no more replicas than partitions: maxReplicaCount of every baseline.
inline int MostReplicas(const Workload& workload) { return workload.partitions; }

}  // namespace levelwind::planner::sim
