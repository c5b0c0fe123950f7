#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planner/bounds/provision.h"
#include "planner/search/judge.h"

namespace levelwind::planner {
namespace {

struct Capacity {
  Lane lane;
  std::string_view goal;
  std::string_view resource;
};
constexpr std::array kCapacities = {
    Capacity{kReplicas, "ReplicaCapacityGoal", "replicas"},
    Capacity{kDisk, "DiskCapacityGoal", "disk"},
    Capacity{kNetworkIn, "NetworkInboundCapacityGoal", "network_in"},
    Capacity{kNetworkOut, "NetworkOutboundCapacityGoal", "network_out"},
    Capacity{kCpu, "CpuCapacityGoal", "cpu"}};

class Blocking {
 public:
  Blocking(const ClusterSnapshot& snapshot, const Placement& end,
           const std::vector<ProvisionAdvice>& advice)
      : snapshot_(snapshot), end_(end), advice_(advice) {}

  std::vector<std::string> Run() {
    AddDrain();
    AddRacks();
    for (const Capacity& capacity : kCapacities) AddCapacity(capacity);
    return std::move(reasons_);
  }

 private:
  std::string NameOf(std::uint32_t p) const {
    return snapshot_.NameOf(snapshot_.partitions[end_.cluster().source[p]]).ToString();
  }

  void AddDrain() {
    const FlatCluster& cluster = end_.cluster();
    for (std::size_t i = 0; i < cluster.broker_ids.size(); ++i) {
      const auto b = static_cast<BrokerIndex>(i);
      if (cluster.target[b] || end_.held(b).empty()) continue;
      const std::uint32_t p = PartitionOf(*std::ranges::min_element(end_.held(b), {}, PartitionOf));
      const std::size_t factor = end_.partition(p).rf;
      const std::string why =
          factor > cluster.targets.size()
              ? fmt::format("has {} replicas and {} brokers serve: add {}", factor,
                            cluster.targets.size(), factor - cluster.targets.size())
              : std::string("was not moved");
      reasons_.push_back(fmt::format(
          "broker {} ({}) keeps {} replicas: {} {}", cluster.broker_ids[b],
          cluster.dead[b] ? "dead" : "to be emptied", end_.held(b).size(), NameOf(p), why));
    }
  }

  void AddRacks() {
    const FlatCluster& cluster = end_.cluster();
    std::size_t count = 0, catching_up = 0;
    std::uint32_t first = 0;
    for (std::uint32_t p = 0; p < end_.partitions().size(); ++p) {
      const PartitionRecord& record = end_.partition(p);
      if (DistinctRacks(cluster, record) >= record.required_racks) continue;
      if (count++ == 0) first = p;
      catching_up += record.frozen ? 1U : 0U;
    }
    if (count == 0) return;
    reasons_.push_back(fmt::format(
        "RackAwareGoal cannot be met now: {} of {} partitions are on fewer than {} racks, {} of "
        "them because a replica is catching up; the first is {} on {} of {} racks",
        count, end_.partitions().size(), end_.partition(first).required_racks, catching_up,
        NameOf(first), DistinctRacks(cluster, end_.partition(first)),
        end_.partition(first).required_racks));
  }

  void AddCapacity(const Capacity& capacity) {
    const FlatCluster& cluster = end_.cluster();
    const auto over = [&](BrokerIndex b) {
      return static_cast<double>(end_.load(b)[capacity.lane]) -
             static_cast<double>(end_.bands().cap[b][capacity.lane]);
    };
    std::size_t count = 0;
    BrokerIndex worst = 0;
    for (const BrokerIndex b : cluster.targets) {
      if (!OverCapacity(end_, b, capacity.lane)) continue;
      if (count++ == 0 || over(b) > over(worst)) worst = b;
    }
    if (count == 0) return;
    const auto amount = [&](double x) { return AmountOf(cluster, capacity.lane, x); };
    std::string reason = fmt::format(
        "{} cannot be met: broker {} (rack {}) bears {}, {} more than it may; {} of {} brokers are "
        "over",
        capacity.goal, cluster.broker_ids[worst], cluster.rack_names[cluster.racks[worst]],
        amount(static_cast<double>(end_.load(worst)[capacity.lane])), amount(over(worst)), count,
        cluster.targets.size());
    const auto found = std::ranges::find(advice_, capacity.resource, &ProvisionAdvice::resource);
    const bool under = found != advice_.end() && found->status == "under";
    reason += under ? "; " + found->sentence
                    : "; the cluster has room for it, but no move that keeps the other hard rules "
                      "was found";
    reasons_.push_back(std::move(reason));
  }

  const ClusterSnapshot& snapshot_;
  const Placement& end_;
  const std::vector<ProvisionAdvice>& advice_;
  std::vector<std::string> reasons_;
};

}  // namespace

std::vector<std::string> BlockingReasons(const ClusterSnapshot& snapshot, const Placement& end,
                                         const std::vector<ProvisionAdvice>& advice) {
  return Blocking(snapshot, end, advice).Run();
}

}  // namespace levelwind::planner
