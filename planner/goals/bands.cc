#include "planner/goals/bands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace levelwind::planner {
namespace {

/// What the racks must and can hold in one lane, in units of the mean broker.
struct RackBounds {
  std::vector<double> least;
  std::vector<double> most;
};

// A count this near to a whole number is that number.
constexpr double kTie = 1e-6;

bool IsCount(std::size_t lane) { return lane == kReplicas || lane == kLeaders; }

/// Lanes whose load goes with every replica, so that rack awareness fixes a rack's share.
bool FollowsReplicas(std::size_t lane) {
  return lane == kNetworkIn || lane == kDisk || lane == kReplicas;
}

class BandBuilder {
 public:
  BandBuilder(const FlatCluster& cluster, std::span<const PartitionRecord> now,
              const GoalSet& goals, const PlannerOptions& options)
      : cluster_(cluster), now_(now), goals_(goals), options_(options) {}

  Bands Run() {
    const std::size_t n = cluster_.broker_ids.size();
    bands_.low.assign(n, Vec8::Fill(-kNoEdge));
    bands_.high.assign(n, Vec8::Fill(kNoEdge));
    bands_.cap.assign(n, Vec8::Fill(kNoEdge));
    bands_.weight = Vec8::Fill(0);
    bands_.lane_note.assign(kLanes, "");
    for (const GoalInfo* goal : goals_.ordered) {
      if (goal->kind == GoalKind::kDistribution) AddDistribution(*goal);
      if (goal->kind == GoalKind::kCapacity) AddCapacity(*goal);
      if (goal->kind == GoalKind::kPotentialOut) AddPotential(*goal);
    }
    return std::move(bands_);
  }

 private:
  void AddDistribution(const GoalInfo& goal);
  void AddCapacity(const GoalInfo& goal);
  void AddPotential(const GoalInfo& goal);
  void ExemptFromPotential();
  bool Judged(std::size_t lane);
  std::vector<double> Weights(std::size_t lane) const;
  std::vector<double> ReachableTargets(std::size_t lane, const std::vector<double>& weights) const;
  RackBounds BoundsOf(std::size_t lane) const;
  void SetEdges(std::size_t lane, BrokerIndex b, double mean, double target);

  double Threshold(std::size_t lane) const {
    if (lane == kCpu) return options_.cpu_capacity_threshold;
    if (lane == kDisk) return options_.disk_capacity_threshold;
    if (lane == kReplicas) return 1.0;
    return options_.network_capacity_threshold;
  }

  const FlatCluster& cluster_;
  const std::span<const PartitionRecord> now_;
  const GoalSet& goals_;
  const PlannerOptions& options_;
  Bands bands_;
};

bool BandBuilder::Judged(std::size_t lane) {
  std::string& note = bands_.lane_note[lane];
  if (!cluster_.known[lane]) {
    note = "not judged: loads unknown";
    return false;
  }
  if (IsCount(lane)) return cluster_.unit[lane] > 0;
  const bool rate = lane == kNetworkIn || lane == kNetworkOut || lane == kLeaderIn;
  const double floor = lane == kDisk ? options_.min_mean_disk_bytes
                       : rate        ? options_.min_mean_rate_bytes_per_s
                                     : 0.0;
  if (cluster_.unit[lane] > 0 && cluster_.unit[lane] >= floor) return true;
  note = "not judged: hardly any load";
  return false;
}

/// Each target broker's fair share relative to the mean broker. Unequal only for resources whose
/// capacity is known on every target: half-known capacities cannot be compared.
std::vector<double> BandBuilder::Weights(std::size_t lane) const {
  std::vector<double> weights(cluster_.broker_ids.size(), 0.0);
  double sum = 0;
  bool known = !IsCount(lane) && lane != kLeaderIn;
  for (const BrokerIndex b : cluster_.targets) {
    known = known && IsKnown(cluster_.capacity[b][lane]);
    sum += cluster_.capacity[b][lane];
  }
  const auto n = static_cast<double>(cluster_.targets.size());
  for (const BrokerIndex b : cluster_.targets) {
    weights[b] = known ? cluster_.capacity[b][lane] * n / sum : 1.0;
  }
  return weights;
}

RackBounds BandBuilder::BoundsOf(std::size_t lane) const {
  RackBounds bounds;
  const std::size_t racks = cluster_.rack_names.size();
  double forced = 0, optional = 0;
  for (const PartitionRecord& p : cluster_.partitions) {
    const double load = static_cast<double>(cluster_.FollowerLoad(p)[lane]);
    if (p.rf >= cluster_.serving_racks) forced += load;
    // More replicas than racks: a rack may hold several of them, all but one per other rack.
    const std::size_t extra = p.rf > cluster_.serving_racks ? p.rf - cluster_.serving_racks : 0;
    optional += load * static_cast<double>(1 + extra);
  }
  bounds.least.assign(racks, 0.0);
  bounds.most.assign(racks, 0.0);
  for (const BrokerIndex b : cluster_.targets) {
    bounds.least[cluster_.racks[b]] = forced;
    bounds.most[cluster_.racks[b]] = optional;
  }
  for (const BrokerIndex b : cluster_.targets) {
    const double pinned = static_cast<double>(cluster_.pinned_load[b][lane]);
    bounds.least[cluster_.racks[b]] += pinned;
    bounds.most[cluster_.racks[b]] += pinned;
  }
  return bounds;
}

/// Water filling: the level t at which the racks' shares, clamp(weight x t, least, most), add up to
/// the whole; each rack's share is divided among its brokers by weight.
std::vector<double> BandBuilder::ReachableTargets(std::size_t lane,
                                                  const std::vector<double>& weights) const {
  std::vector<double> targets = weights;
  if (!FollowsReplicas(lane) || !goals_.Has(GoalKind::kRack)) return targets;
  const RackBounds bounds = BoundsOf(lane);
  std::vector<double> rack_weight(bounds.least.size(), 0.0);
  double whole = 0;
  for (const BrokerIndex b : cluster_.targets) {
    rack_weight[cluster_.racks[b]] += weights[b];
    whole += weights[b];
  }
  const auto share = [&](std::size_t rack, double level) {
    return std::min(std::max(rack_weight[rack] * level, bounds.least[rack]), bounds.most[rack]);
  };
  double low = 0, high = 1;
  const auto total = [&](double level) {
    double sum = 0;
    for (std::size_t rack = 0; rack < rack_weight.size(); ++rack) {
      if (rack_weight[rack] > 0) sum += share(rack, level);
    }
    return sum;
  };
  while (total(high) < whole * (1 - 1e-9) && high < 1e6) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (total(middle) < whole ? low : high) = middle;
  }
  // Only a share that hits a bound, or the rest that gives way to it, differs from the mean.
  for (const BrokerIndex b : cluster_.targets) {
    const std::size_t rack = cluster_.racks[b];
    targets[b] = share(rack, high) * weights[b] / rack_weight[rack];
  }
  return targets;
}

void BandBuilder::SetEdges(std::size_t lane, BrokerIndex b, double mean, double target) {
  const double margin = options_.band_margin;
  // The band around the mean stays while the target is well inside it.
  const double centre = std::abs(target - mean) <= 0.7 * margin * mean ? mean : target;
  double low = centre * (1 - margin);
  double high = centre * (1 + margin);
  if (IsCount(lane)) {
    const double unit = cluster_.unit[lane];
    if (lane == kLeaders) {
      low = std::min(std::floor(centre * unit + kTie), std::round(low * unit)) / unit;
      high = std::max(std::ceil(centre * unit - kTie), std::round(high * unit)) / unit;
    } else {
      low = std::floor(low * unit + kTie) / unit;
      high = std::ceil(high * unit - kTie) / unit;
    }
  }
  bands_.low[b].Set(lane, static_cast<float>(low));
  bands_.high[b].Set(lane, static_cast<float>(high));
}

void BandBuilder::AddDistribution(const GoalInfo& goal) {
  const std::size_t lane = goal.lane;
  if (!Judged(lane)) return;
  bands_.distribution[lane] = true;
  bands_.weight.Set(lane, goal.weight);
  const std::vector<double> weights = Weights(lane);
  const std::vector<double> targets = ReachableTargets(lane, weights);
  std::size_t shifted = 0;
  for (const BrokerIndex b : cluster_.targets) {
    if (std::abs(targets[b] - weights[b]) > 0.7 * options_.band_margin * weights[b]) ++shifted;
    SetEdges(lane, b, weights[b], targets[b]);
  }
  if (shifted > 0) {
    bands_.lane_note[lane] = fmt::format(
        "distinct racks keep {} of {} brokers away from the mean: their band is around what their "
        "rack can reach",
        shifted, cluster_.targets.size());
  }
}

void BandBuilder::AddCapacity(const GoalInfo& goal) {
  const std::size_t lane = goal.lane;
  if (!cluster_.known[lane] || !(cluster_.unit[lane] > 0)) return;
  for (const BrokerIndex b : cluster_.targets) {
    const double capacity = cluster_.capacity[b][lane];
    if (!IsKnown(capacity)) continue;
    bands_.capacity[lane] = true;
    bands_.cap[b].Set(lane, static_cast<float>(capacity * Threshold(lane) / cluster_.unit[lane]));
  }
}

/// Where all brokers together could have to send more than they can, the goal cannot be met on
/// each. Spread evenly, everyone would be over; so the brokers that are highest now are let go, as
/// few as leave room for the rest.
void BandBuilder::ExemptFromPotential() {
  constexpr double kFill = 0.97;  // Share of its cap up to which a broker can be packed.
  constexpr double kOver = 1.25;  // What an exempt broker takes, in caps.
  std::vector<double> load(cluster_.broker_ids.size(), 0.0);
  double whole = 0, room = 0;
  for (const PartitionRecord& p : now_) {
    for (std::size_t i = 0; i < p.rf; ++i) {
      load[p.replicas[i]] += static_cast<double>(p.potential);
      whole += static_cast<double>(p.potential);
    }
  }
  const auto cap = [&](BrokerIndex b) {
    return static_cast<double>(bands_.high[b][kPotentialOut]);
  };
  for (const BrokerIndex b : cluster_.targets) room += kFill * cap(b);
  std::vector<BrokerIndex> order = cluster_.targets;
  std::ranges::stable_sort(
      order, [&](BrokerIndex a, BrokerIndex b) { return load[a] * cap(b) > load[b] * cap(a); });
  std::size_t exempt = 0;
  for (; exempt < order.size() && room < whole; ++exempt) {
    room += (kOver - kFill) * cap(order[exempt]);
  }
  if (exempt == 0) return;
  bands_.lane_note[kPotentialOut] = fmt::format(
      "all brokers together could have to send more than their share allows: {} of {} exempted",
      exempt, order.size());
  for (std::size_t i = 0; i < exempt; ++i) bands_.high[order[i]].Set(kPotentialOut, kNoEdge);
}

void BandBuilder::AddPotential(const GoalInfo& goal) {
  if (!cluster_.known[kPotentialOut] || !(cluster_.unit[kPotentialOut] > 0)) return;
  std::size_t known = 0;
  for (const BrokerIndex b : cluster_.targets) {
    const double capacity = cluster_.capacity[b][kPotentialOut];
    if (!IsKnown(capacity)) continue;
    bands_.distribution[kPotentialOut] = true;
    bands_.weight.Set(kPotentialOut, goal.weight);
    bands_.high[b].Set(kPotentialOut, static_cast<float>(capacity * Threshold(kPotentialOut) /
                                                         cluster_.unit[kPotentialOut]));
    ++known;
  }
  if (known > 0 && known == cluster_.targets.size()) ExemptFromPotential();
}

}  // namespace

Bands ComputeBands(const FlatCluster& cluster, std::span<const PartitionRecord> now,
                   const GoalSet& goals, const PlannerOptions& options) {
  return BandBuilder(cluster, now, goals, options).Run();
}

}  // namespace levelwind::planner
