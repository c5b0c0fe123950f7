#include "planner/bounds/lower_bound.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

/// Least disk that carries `amount` of inbound rate: items come by falling rate per byte.
class Knapsack {
 public:
  void Take(const PartitionRecord& p) {
    if (amount_ <= 0) return;
    const auto in = static_cast<double>(p.in);
    const double share = in > amount_ ? amount_ / in : 1.0;
    disk_ += static_cast<double>(p.disk) * share;
    amount_ -= in * share;
  }
  bool wants_more() const { return amount_ > 0; }
  void Want(double amount) { amount_ = std::max(0.0, amount); }
  double disk() const { return disk_; }

 private:
  double amount_ = 0;
  double disk_ = 0;
};

/// Negative where nothing is asked of the broker.
double Excess(const Placement& start, const Requirements& kept, BrokerIndex b, std::size_t lane) {
  return static_cast<double>(start.load(b)[lane]) - static_cast<double>(kept.high[b][lane]);
}

double Lack(const Placement& start, const Requirements& kept, BrokerIndex b, std::size_t lane) {
  return static_cast<double>(kept.low[b][lane]) - static_cast<double>(start.load(b)[lane]);
}

std::vector<std::uint32_t> ByRatePerByte(const Placement& start) {
  std::vector<std::uint32_t> order(start.partitions().size());
  std::iota(order.begin(), order.end(), 0U);
  std::vector<float> rate_per_byte;
  rate_per_byte.reserve(order.size());
  for (const PartitionRecord& p : start.partitions()) {
    constexpr float kTiny = 1e-12F;  // An empty replica with a rate is the cheapest of all.
    rate_per_byte.push_back(p.in / (p.disk + kTiny));
  }
  std::ranges::sort(order, [&](std::uint32_t x, std::uint32_t y) {
    return rate_per_byte[x] != rate_per_byte[y] ? rate_per_byte[x] > rate_per_byte[y] : x < y;
  });
  return order;
}

/// Disk that must go to fix racks: one replica of each clashing partition per missing rack.
double RackDisk(const Placement& start) {
  double disk = 0;
  for (const PartitionRecord& p : start.partitions()) {
    const std::size_t distinct = DistinctRacks(start.cluster(), p);
    // Replicas on dead brokers are counted as drained.
    std::size_t drained = 0;
    for (std::size_t i = 0; i < p.rf; ++i) drained += !start.cluster().target[p.replicas[i]];
    if (distinct + drained >= p.required_racks) continue;
    disk +=
        static_cast<double>(p.required_racks - distinct - drained) * static_cast<double>(p.disk);
  }
  return disk;
}

}  // namespace

double KnapsackBytesBound(const Placement& start, const Requirements& kept) {
  const FlatCluster& cluster = start.cluster();
  const std::size_t n = cluster.broker_ids.size();
  std::vector<Knapsack> shed(n), fill(n);
  for (const BrokerIndex b : cluster.targets) {
    shed[b].Want(Excess(start, kept, b, kNetworkIn));
    fill[b].Want(Lack(start, kept, b, kNetworkIn));
  }
  std::vector<BrokerIndex> hungry = cluster.targets;
  for (const std::uint32_t p : ByRatePerByte(start)) {
    const PartitionRecord& record = start.partition(p);
    for (std::size_t i = 0; i < record.rf; ++i) shed[record.replicas[i]].Take(record);
    std::erase_if(hungry, [&](BrokerIndex b) { return !fill[b].wants_more(); });
    // A broker gets at most one replica of a partition.
    for (const BrokerIndex b : hungry) {
      if (!record.Holds(b)) fill[b].Take(record);
    }
  }
  double out = 0, in = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto b = static_cast<BrokerIndex>(i);
    if (!cluster.target[b]) {
      if (!kept.drains) continue;
      for (const Seat seat : start.held(b)) {
        out += static_cast<double>(start.partition(PartitionOf(seat)).disk);
      }
      continue;
    }
    out += std::max({0.0, Excess(start, kept, b, kDisk), shed[b].disk()});
    in += std::max({0.0, Lack(start, kept, b, kDisk), fill[b].disk()});
  }
  return std::max({out, in, kept.mends_racks ? RackDisk(start) : 0.0});
}

}  // namespace levelwind::planner
