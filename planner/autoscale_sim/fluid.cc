#include "planner/autoscale_sim/fluid.h"

#include <algorithm>

namespace levelwind::planner::sim {
namespace {
constexpr int kTransaction = 5;  // seconds
constexpr double kNothing = 1e-6;
}  // namespace

Fluid::Fluid(const Workload& workload) : workload_(workload) {
  const auto count = static_cast<std::size_t>(workload.partitions);
  produced_.assign(count, 0);
  taken_.assign(count, 0);
  readable_.assign(count, 0);
  markers_.assign(count, 0);
  stable_.assign(count, 0);
  head_.assign(count, 0);
  head_left_.assign(count, 0);
  if (workload.seconds == 0) return;
  for (std::size_t p = 0; p < count; ++p) head_left_[p] = workload.At(0, static_cast<int>(p));
}

void Fluid::Arrive(int t) {
  for (std::size_t p = 0; p < produced_.size(); ++p) {
    produced_[p] += workload_.At(t, static_cast<int>(p));
    if (!workload_.transactional) {
      readable_[p] = produced_[p] - taken_[p];
    } else if ((t + static_cast<int>(p)) % kTransaction == 0) {
      const double left = produced_[p] - taken_[p];
      if (left > readable_[p] + kNothing) markers_[p] += 1;
      readable_[p] = left;
      stable_[p] = produced_[p] + markers_[p];
    }
  }
}

void Fluid::Take(std::size_t p, double records, int t, LatencyCounts& latency) {
  const double wanted = std::min(records, readable_[p]);
  double left = wanted;
  while (left > kNothing) {
    if (head_left_[p] <= left) {
      left -= head_left_[p];
      if (head_left_[p] > 0) latency.Add(t - head_[p], head_left_[p]);
      head_left_[p] = 0;
      if (head_[p] >= t) break;
      head_left_[p] = workload_.At(++head_[p], static_cast<int>(p));
    } else {
      head_left_[p] -= static_cast<float>(left);
      latency.Add(t - head_[p], left);
      left = 0;
    }
  }
  taken_[p] += wanted;
  readable_[p] = std::max(0.0, readable_[p] - wanted);
}

int Fluid::Age(std::size_t p, int t) const {
  return Backlog(p) > 0.5 ? std::max(0, t - head_[p]) : 0;
}

double Fluid::Position(std::size_t p) const {
  // The marker behind the last record is not stepped over before a record follows it.
  return LogEnd(p) - Backlog(p) - (markers_[p] > 0 ? 1 : 0);
}

void Fluid::CountLeft(int t, LatencyCounts& latency) const {
  for (std::size_t p = 0; p < produced_.size(); ++p) {
    for (int second = head_[p]; second < t; ++second) {
      const float records =
          second == head_[p] ? head_left_[p] : workload_.At(second, static_cast<int>(p));
      if (records > 0) latency.Add(t - second, records);
    }
  }
}

}  // namespace levelwind::planner::sim
