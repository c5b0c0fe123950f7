#include "planner/order/load_ledger.h"

#include <algorithm>

namespace levelwind::planner {

std::vector<BrokerDelta> DeltasOf(const FlatCluster& cluster, const PartitionRecord& before,
                                  const PartitionRecord& after) {
  std::vector<BrokerDelta> deltas;
  deltas.reserve(std::size_t{2} * before.rf);
  const auto at = [&](BrokerIndex b) -> Vec8& {
    for (BrokerDelta& delta : deltas) {
      if (delta.broker == b) return delta.load;
    }
    return deltas.emplace_back(BrokerDelta{b, Vec8::Fill(0)}).load;
  };
  for (std::size_t slot = 0; slot < before.rf; ++slot) {
    at(before.replicas[slot]) -= cluster.LoadOf(before, slot);
    at(after.replicas[slot]) += cluster.LoadOf(after, slot);
  }
  return deltas;
}

LoadLedger::LoadLedger(const Placement& start, const Placement& end, double disk_share)
    : start_(start) {
  const FlatCluster& cluster = start.cluster();
  for (std::size_t i = 0; i < cluster.broker_ids.size(); ++i) {
    const auto b = static_cast<BrokerIndex>(i);
    loads_.push_back(start.load(b));
    Vec8 limit = start.bands().cap[b];
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (std::max(start.load(b)[lane], end.load(b)[lane]) > limit[lane]) limit.Set(lane, kNoEdge);
    }
    Vec8 disks = Vec8::Fill(kNoEdge);
    const double disk = cluster.capacity[b][kDisk];
    if (IsKnown(disk) && cluster.unit[kDisk] > 0) {
      const auto share = static_cast<float>(disk * disk_share / cluster.unit[kDisk]);
      const float most = std::max(start.load(b)[kDisk], end.load(b)[kDisk]);
      if (most <= share) disks.Set(kDisk, share);
      if (limit[kDisk] >= kNoEdge) limit.Set(kDisk, disks[kDisk]);
    }
    disks_.push_back(disks);
    limits_.push_back(limit);
  }
}

// The copy on the target is there as soon as it is begun, and what leaves a broker leaves it at the
// end. For the one change that is under way, the target therefore sees no more than its final load.
double LoadLedger::Over(const std::vector<BrokerDelta>& deltas,
                        const std::vector<Vec8>& limits) const {
  constexpr float kRounding = 2e-5F;
  double most = 0;
  for (const BrokerDelta& delta : deltas) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (delta.load[lane] <= 0) continue;
      const float over = loads_[delta.broker][lane] + delta.load[lane] - limits[delta.broker][lane];
      if (over > kRounding) most = std::max(most, static_cast<double>(over));
    }
  }
  return most;
}

double LoadLedger::Outside(BrokerIndex b, const Vec8& load) const {
  const BrokerState& state = start_.broker(b);
  const Vec8 zero = Vec8::Fill(0);
  const Vec8 outside = Max(Max(load - state.high, state.low - load), zero);
  const Vec8 over = Max(load - state.cap, zero);
  return static_cast<double>(
      (outside * outside * state.weight + over * over * Vec8::Fill(BrokerState::kCapacityPrice))
          .Sum());
}

double LoadLedger::Relief(const std::vector<BrokerDelta>& deltas) const {
  double relief = 0;
  for (const BrokerDelta& delta : deltas) {
    const Vec8& now = loads_[delta.broker];
    relief += Outside(delta.broker, now) - Outside(delta.broker, now + delta.load);
  }
  return relief;
}

void LoadLedger::Apply(const std::vector<BrokerDelta>& deltas) {
  for (const BrokerDelta& delta : deltas) loads_[delta.broker] += delta.load;
}

}  // namespace levelwind::planner
