#include "planner/goals/band_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace levelwind::planner {
namespace {

// A count this near to a whole number is that number.
constexpr double kTie = 1e-6;

/// A target well inside the band around the mean leaves the band where it is.
bool IsNear(double target, double mean, double half_width) {
  constexpr double kNear = 0.7;
  return std::abs(target - mean) <= std::max(kNear * half_width, kTie) * mean;
}

bool IsCount(std::size_t lane) { return lane == kReplicas || lane == kLeaders; }

/// Lanes whose load is only the leader's: a broker that is to lead nothing has no share of it.
bool IsLeadersOnly(std::size_t lane) {
  return lane == kLeaders || lane == kLeaderIn || lane == kNetworkOut;
}

/// Lanes whose load goes with every replica, so that rack awareness fixes a rack's share.
bool FollowsReplicas(std::size_t lane) {
  return lane == kNetworkIn || lane == kDisk || lane == kReplicas;
}

/// What low use of a lane is measured by.
struct LowUse {
  double threshold = 0;          ///< 0: the lane has none.
  std::size_t capacity = kDisk;  ///< The lane whose capacity counts.
};

LowUse LowUseOf(std::size_t lane, const LowUtilizationThresholds& thresholds) {
  if (lane == kCpu) return {thresholds.cpu, kCpu};
  if (lane == kNetworkIn || lane == kLeaderIn) return {thresholds.network_in, kNetworkIn};
  if (lane == kNetworkOut) return {thresholds.network_out, kNetworkOut};
  return {lane == kDisk ? thresholds.disk : 0, kDisk};
}

}  // namespace

BandBuilder::BandBuilder(const FlatCluster& cluster, std::span<const PartitionRecord> now,
                         const GoalSet& goals, const PlannerOptions& options)
    : cluster_(cluster), now_(now), goals_(goals), options_(options) {
  const std::size_t n = cluster_.broker_ids.size();
  bands_.low.assign(n, Vec8::Fill(-kNoEdge));
  bands_.high.assign(n, Vec8::Fill(kNoEdge));
  bands_.cap.assign(n, Vec8::Fill(kNoEdge));
  bands_.weight = Vec8::Fill(0);
  bands_.lane_note.assign(kLanes, "");
}

bool BandBuilder::Judged(std::size_t lane) {
  std::string& note = bands_.lane_note[lane];
  if (!cluster_.known[lane]) {
    note = "loads unknown";
    return false;
  }
  if (IsCount(lane)) return cluster_.unit[lane] > 0;
  const bool rate = lane == kNetworkIn || lane == kNetworkOut || lane == kLeaderIn;
  const double floor = lane == kDisk ? options_.min_mean_disk_bytes
                       : rate        ? options_.min_mean_rate_bytes_per_s
                                     : 0.0;
  if (cluster_.unit[lane] > 0 && cluster_.unit[lane] >= floor) return true;
  note = "hardly any load";
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
  }
  for (const BrokerIndex b : cluster_.targets) {
    if (IsLeadersOnly(lane) && cluster_.leads[b] == 0) continue;
    weights[b] = known ? cluster_.capacity[b][lane] : 1.0;
    sum += weights[b];
  }
  const auto n = static_cast<double>(cluster_.targets.size());
  for (const BrokerIndex b : cluster_.targets) {
    if (sum > 0) weights[b] = weights[b] * n / sum;
  }
  return weights;
}

BandBuilder::RackBounds BandBuilder::BoundsOf(std::size_t lane) const {
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

/// Where replicas stay within sets of brokers, each has its share of what belongs to its set.
/// Elsewhere water filling: the level t at which the racks' shares, clamp(weight x t, least, most),
/// add up to the whole; each rack's share is divided among its brokers by weight.
std::vector<double> BandBuilder::ReachableTargets(std::size_t lane,
                                                  const std::vector<double>& weights) const {
  std::vector<double> targets = weights;
  if (!cluster_.domain_load.empty()) {
    std::vector<double> weight(cluster_.domain_load.size(), 0.0);
    for (const BrokerIndex b : cluster_.targets) weight[cluster_.domain_of_broker[b]] += weights[b];
    for (const BrokerIndex b : cluster_.targets) {
      const std::size_t domain = cluster_.domain_of_broker[b];
      if (weight[domain] <= 0) continue;
      targets[b] = cluster_.domain_load[domain][lane] * weights[b] / weight[domain];
    }
    return targets;
  }
  if (!FollowsReplicas(lane) || !goals_.requirements.distinct_racks) return targets;
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

void BandBuilder::SetEdges(std::size_t lane, BrokerIndex b, const Wanted& wanted) {
  const double centre =
      IsNear(wanted.target, wanted.mean, wanted.half_width) ? wanted.mean : wanted.target;
  double low = centre * (1 - wanted.half_width);
  double high = centre * (1 + wanted.half_width);
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

/// The edges of Cruise Control's GoalUtils.computeResourceUtilizationBalanceThreshold where the
/// mean use is low, and of its LeaderBytesInDistributionGoal.balanceThreshold.
void BandBuilder::WidenForLowUse(std::size_t lane) {
  constexpr double kMargin = 0.9;
  const LowUse rule = LowUseOf(lane, options_.low_utilization);
  if (rule.threshold <= 0) return;
  double capacity = 0;
  for (const BrokerIndex b : cluster_.targets) {
    const double own = cluster_.capacity[b][rule.capacity];
    if (!IsKnown(own)) {
      bands_.lane_note[lane] = "capacity not known of every broker: low use is not told from high";
      return;
    }
    capacity += own;
  }
  const double unit = cluster_.unit[lane];
  const double use = unit * static_cast<double>(cluster_.targets.size()) / capacity;
  if (use > rule.threshold) return;
  const double allowed = rule.threshold * (lane == kLeaderIn ? 1.0 : kMargin);
  for (const BrokerIndex b : cluster_.targets) {
    const auto edge = static_cast<float>(allowed * cluster_.capacity[b][rule.capacity] / unit);
    bands_.low[b].Set(lane, -kNoEdge);
    bands_.high[b].Set(lane, std::max(bands_.high[b][lane], edge));
  }
  bands_.lane_note[lane] =
      fmt::format("use is low ({:.2g} % of capacity): up to {:.2g} % is level on any broker",
                  100 * use, 100 * allowed);
}

void BandBuilder::AddDistribution(Lane lane, float weight, double half_width) {
  if (!Judged(lane)) return;
  bands_.distribution[lane] = true;
  bands_.weight.Set(lane, weight);
  const std::vector<double> weights = Weights(lane);
  const std::vector<double> targets = ReachableTargets(lane, weights);
  std::size_t shifted = 0;
  for (const BrokerIndex b : cluster_.targets) {
    if (IsLeadersOnly(lane) && cluster_.leads[b] == 0) continue;
    if (!IsNear(targets[b], weights[b], half_width)) ++shifted;
    SetEdges(lane, b, {weights[b], targets[b], half_width});
  }
  if (shifted > 0) {
    bands_.lane_note[lane] = fmt::format(
        "{} keep {} of {} brokers away from the mean: their band is around what their {} can reach",
        cluster_.domain_load.empty() ? "distinct racks" : "broker sets", shifted,
        cluster_.targets.size(), cluster_.domain_load.empty() ? "rack" : "set");
  }
  WidenForLowUse(lane);
}

void BandBuilder::AddCapacity(Lane lane, double share) {
  if (!cluster_.known[lane] || !(cluster_.unit[lane] > 0)) return;
  for (const BrokerIndex b : cluster_.targets) {
    const double capacity = cluster_.capacity[b][lane];
    if (!IsKnown(capacity)) continue;
    bands_.capacity[lane] = true;
    bands_.cap[b].Set(lane, static_cast<float>(capacity * share / cluster_.unit[lane]));
  }
}

void BandBuilder::SetBand(Lane lane, BrokerIndex b, double low, double high) {
  bands_.distribution[lane] = true;
  bands_.low[b].Set(lane, static_cast<float>(low));
  bands_.high[b].Set(lane, static_cast<float>(high));
}

void BandBuilder::SetPrice(Lane lane, float weight) { bands_.weight.Set(lane, weight); }

}  // namespace levelwind::planner
