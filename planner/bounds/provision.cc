#include "planner/bounds/provision.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace levelwind::planner {
namespace {

// Loads are sums of floats: less than this share of a broker too much is rounding.
constexpr double kFloatSums = 1e-6;

// Cruise Control's overprovisioned.min.brokers and overprovisioned.max.replicas.per.broker.
constexpr double kFewestBrokers = 3;
constexpr double kMostReplicas = 1'500;
constexpr double kFillAfterwards = 0.5;  // Of what the goal allows, once brokers are spared.

struct Resource {
  Lane lane;
  std::string_view name;
};
constexpr std::array kResources = {Resource{kCpu, "cpu"}, Resource{kNetworkIn, "network_in"},
                                   Resource{kNetworkOut, "network_out"}, Resource{kDisk, "disk"},
                                   Resource{kReplicas, "replicas"}};

std::string Brokers(double count) {
  return fmt::format("{:.0f} broker{}", count, count == 1 ? "" : "s");
}

class Adviser {
 public:
  Adviser(const ClusterSnapshot& snapshot, const Placement& end, const PlannerOptions& options)
      : snapshot_(snapshot), end_(end), cluster_(end.cluster()), options_(options) {
    for (const PartitionRecord& p : end.partitions()) {
      largest_factor_ = std::max(largest_factor_, static_cast<double>(p.rf));
      replicas_ += p.rf;
    }
  }

  std::vector<ProvisionAdvice> Run() {
    std::vector<ProvisionAdvice> all;
    if (cluster_.targets.empty()) return all;
    for (const Resource& resource : kResources) all.push_back(Advise(resource));
    all.push_back(AdviseRacks());
    all.insert(all.begin(), Whole(all));
    return all;
  }

 private:
  ProvisionAdvice Advise(const Resource& resource) const {
    const std::size_t lane = resource.lane;
    ProvisionAdvice advice{std::string(resource.name), "undecided", 0, ""};
    double allowed = 0, load = 0, capacity = 0;
    bool known = end_.bands().capacity[lane] && cluster_.known[lane];
    for (const BrokerIndex b : cluster_.targets) {
      known = known && IsKnown(cluster_.capacity[b][lane]);
      allowed += static_cast<double>(end_.bands().cap[b][lane]);
      capacity += cluster_.capacity[b][lane] / cluster_.unit[lane];
    }
    if (!known) {
      advice.sentence = "no capacity goal, or loads or capacities are unknown";
      return advice;
    }
    // What is on dead brokers now has to be borne by those that serve.
    for (std::size_t b = 0; b < cluster_.broker_ids.size(); ++b) {
      load += static_cast<double>(end_.load(static_cast<BrokerIndex>(b))[lane]);
    }
    const auto n = static_cast<double>(cluster_.targets.size());
    const double each = allowed / n;
    if (load > allowed) {
      advice.status = "under";
      advice.brokers = static_cast<std::int32_t>(std::ceil((load - allowed) / each - kFloatSums));
      advice.sentence =
          fmt::format("{} of {} allowed: add at least {} of {}", Amount(lane, load),
                      Amount(lane, allowed), Brokers(advice.brokers), Amount(lane, capacity / n));
      return advice;
    }
    if (TooLarge(lane, advice) || RackTooSmall(lane, advice)) return advice;
    Spare(lane, load, each, load / capacity, advice);
    if (advice.status != "over") {
      advice.status = "right";
      advice.sentence = fmt::format("{} of {} allowed", Amount(lane, load), Amount(lane, allowed));
    }
    return advice;
  }

  /// One replica that no broker may hold.
  bool TooLarge(std::size_t lane, ProvisionAdvice& advice) const {
    double most = 0;
    for (const BrokerIndex b : cluster_.targets) {
      most = std::max(most, static_cast<double>(end_.bands().cap[b][lane]));
    }
    for (std::uint32_t p = 0; p < end_.partitions().size(); ++p) {
      const auto load = static_cast<double>(cluster_.LeaderLoad(end_.partition(p))[lane]);
      if (load <= most) continue;
      advice.status = "under";
      advice.sentence = fmt::format(
          "{} alone has {}, no broker may bear more than {}: larger brokers or more partitions are "
          "needed, more brokers do not help",
          snapshot_.NameOf(snapshot_.partitions[cluster_.source[p]]).ToString(), Amount(lane, load),
          Amount(lane, most));
      return true;
    }
    return false;
  }

  /// Racks that must hold a replica of each partition with as many replicas as there are racks.
  bool RackTooSmall(std::size_t lane, ProvisionAdvice& advice) const {
    if (cluster_.serving_racks == cluster_.targets.size()) return false;
    double forced = 0;
    for (const PartitionRecord& p : end_.partitions()) {
      if (p.required_racks == 0 || p.required_racks < cluster_.serving_racks) continue;
      forced += static_cast<double>(cluster_.FollowerLoad(p)[lane]);
    }
    std::vector<double> allowed(cluster_.rack_names.size(), 0.0), brokers(allowed);
    for (const BrokerIndex b : cluster_.targets) {
      allowed[cluster_.racks[b]] += static_cast<double>(end_.bands().cap[b][lane]);
      ++brokers[cluster_.racks[b]];
    }
    for (std::size_t rack = 0; rack < allowed.size(); ++rack) {
      if (brokers[rack] == 0 || forced <= allowed[rack]) continue;
      const double each = allowed[rack] / brokers[rack];
      advice.status = "under";
      advice.brokers =
          static_cast<std::int32_t>(std::ceil((forced - allowed[rack]) / each - kFloatSums));
      advice.sentence = fmt::format(
          "rack {} must hold {} (one replica of each partition) of {} allowed: add at least {} "
          "there",
          cluster_.rack_names[rack], Amount(lane, forced), Amount(lane, allowed[rack]),
          Brokers(advice.brokers));
      return true;
    }
    return false;
  }

  void Spare(std::size_t lane, double load, double each, double use,
             ProvisionAdvice& advice) const {
    if (lane == kReplicas || use > options_.low_use_threshold) return;
    const auto n = static_cast<double>(cluster_.targets.size());
    const double needed = std::max(replicas_ / kMostReplicas, load / (kFillAfterwards * each));
    const double stay = std::max({kFewestBrokers, largest_factor_, std::ceil(needed)});
    if (options_.low_use_threshold <= 0 || stay >= n) return;
    advice.status = "over";
    advice.brokers = static_cast<std::int32_t>(n - stay);
    advice.sentence =
        fmt::format("{} on {}: {} would be enough", Amount(lane, load), Brokers(n), Brokers(stay));
  }

  ProvisionAdvice AdviseRacks() const {
    const auto racks = static_cast<double>(cluster_.serving_racks);
    ProvisionAdvice advice{"racks", "right", 0, ""};
    const bool wanted = std::ranges::any_of(
        end_.partitions(), [](const PartitionRecord& p) { return p.required_racks > 0; });
    if (!wanted) return {"racks", "undecided", 0, "no rack goal, or nothing that could move"};
    advice.sentence = fmt::format("{:.0f} racks for {:.0f} replicas", racks, largest_factor_);
    if (largest_factor_ <= racks) return advice;
    advice.status = "under";
    advice.brokers = static_cast<std::int32_t>(largest_factor_ - racks);
    advice.sentence += fmt::format(": add at least {} racks", advice.brokers);
    return advice;
  }

  static ProvisionAdvice Whole(const std::vector<ProvisionAdvice>& all) {
    ProvisionAdvice whole{"cluster", "undecided", 0, "nothing is known of any capacity"};
    bool any = false, all_over = true;
    std::int32_t spared = 0;
    for (const ProvisionAdvice& advice : all) {
      if (advice.status == "under") {
        const bool first = whole.status != "under";
        if (first || advice.brokers > whole.brokers) {
          whole = {"cluster", "under", advice.brokers, advice.resource + ": " + advice.sentence};
        }
        continue;
      }
      // Replica counts and racks say nothing of what the brokers bear.
      const bool counts = advice.resource == "replicas" || advice.resource == "racks";
      if (counts || advice.status == "undecided") continue;
      any = true;
      if (advice.status == "over") {
        spared = spared == 0 ? advice.brokers : std::min(spared, advice.brokers);
      } else {
        all_over = false;
      }
    }
    if (whole.status == "under" || !any) return whole;
    if (all_over && spared > 0) {
      return {"cluster", "over", spared, fmt::format("{} can be spared", Brokers(spared))};
    }
    return {"cluster", "right", 0, "every resource is within what its goal allows"};
  }

  std::string Amount(std::size_t lane, double mean_brokers) const {
    return AmountOf(cluster_, lane, mean_brokers);
  }

  const ClusterSnapshot& snapshot_;
  const Placement& end_;
  const FlatCluster& cluster_;
  const PlannerOptions& options_;
  double largest_factor_ = 1;
  double replicas_ = 0;
};

}  // namespace

std::string AmountOf(const FlatCluster& cluster, std::size_t lane, double mean_brokers) {
  const double raw = mean_brokers * cluster.unit[lane];
  switch (lane) {
    case kCpu:
      return fmt::format("{:.3g} % cpu", raw);
    case kDisk:
      return HumanBytes(raw);
    case kReplicas:
      return fmt::format("{:.0f} replicas", raw);
    case kLeaders:
      return fmt::format("{:.0f} leaders", raw);
    default:
      return HumanRate(raw);
  }
}

std::vector<ProvisionAdvice> AdviseProvision(const ClusterSnapshot& snapshot, const Placement& end,
                                             const PlannerOptions& options) {
  return Adviser(snapshot, end, options).Run();
}

}  // namespace levelwind::planner
