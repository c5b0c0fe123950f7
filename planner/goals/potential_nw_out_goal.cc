#include "planner/goals/potential_nw_out_goal.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "planner/goals/band_builder.h"
#include "planner/goals/lane_share.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

/// Spread evenly, everyone would be over; so the brokers that are highest now are let go, as few as
/// leave room for the rest.
void ExemptHighest(BandBuilder& bands) {
  constexpr double kFill = 0.97;  // Share of its cap up to which a broker can be packed.
  constexpr double kOver = 1.25;  // What an exempt broker takes, in caps.
  const FlatCluster& cluster = bands.cluster();
  std::vector<double> load(cluster.broker_ids.size(), 0.0);
  double whole = 0, room = 0;
  for (const PartitionRecord& p : bands.now()) {
    for (std::size_t i = 0; i < p.rf; ++i) {
      load[p.replicas[i]] += static_cast<double>(p.potential);
      whole += static_cast<double>(p.potential);
    }
  }
  const auto cap = [&](BrokerIndex b) {
    return static_cast<double>(bands.bands().high[b][kPotentialOut]);
  };
  for (const BrokerIndex b : cluster.targets) room += kFill * cap(b);
  std::vector<BrokerIndex> order = cluster.targets;
  std::ranges::stable_sort(
      order, [&](BrokerIndex a, BrokerIndex b) { return load[a] * cap(b) > load[b] * cap(a); });
  std::size_t exempt = 0;
  for (; exempt < order.size() && room < whole; ++exempt) {
    room += (kOver - kFill) * cap(order[exempt]);
  }
  if (exempt == 0) return;
  bands.SetNote(kPotentialOut,
                fmt::format("all brokers together could have to send more than their share allows: "
                            "{} of {} exempted",
                            exempt, order.size()));
  for (std::size_t i = 0; i < exempt; ++i) {
    bands.SetBand(kPotentialOut, order[i], static_cast<double>(-kNoEdge),
                  static_cast<double>(kNoEdge));
  }
}

class PotentialNwOutGoal final : public Goal {
 public:
  PotentialNwOutGoal(const GoalInfo& info, double share) : Goal(info), share_(share) {}

  void AddBands(BandBuilder& bands) const override {
    const FlatCluster& cluster = bands.cluster();
    if (!cluster.known[kPotentialOut] || !(cluster.unit[kPotentialOut] > 0)) return;
    std::size_t known = 0;
    for (const BrokerIndex b : cluster.targets) {
      const double capacity = cluster.capacity[b][kPotentialOut];
      if (!IsKnown(capacity)) continue;
      bands.SetBand(kPotentialOut, b, static_cast<double>(-kNoEdge),
                    capacity * share_ / cluster.unit[kPotentialOut]);
      ++known;
    }
    if (known > 0) bands.SetPrice(kPotentialOut, weight);
    if (known > 0 && known == cluster.targets.size()) ExemptHighest(bands);
  }

  GoalTally Judge(const Placement& placement) const override {
    return TallyLane(placement, kPotentialOut, false);
  }

  std::string NotJudged(const Placement& end) const override {
    if (end.bands().distribution[kPotentialOut]) return "";
    return end.cluster().known[kPotentialOut] ? "capacities unknown" : "loads unknown";
  }

  std::string Note(const Placement& end, const GoalTally& after) const override {
    const bool judged = end.bands().distribution[kPotentialOut];
    std::string note = judged ? end.bands().lane_note[kPotentialOut] : Goal::Note(end, after);
    if (after.violations == 0) return note;
    return (note.empty() ? "" : note + "; ") + WorstInLane(end, *this, false);
  }

 private:
  double share_;
};

}  // namespace

std::shared_ptr<Goal> MakePotentialNwOutGoal(const PlannerOptions& options) {
  return std::make_shared<PotentialNwOutGoal>(
      GoalInfo{.name = "PotentialNwOutGoal",
               .alias = "potential-network-out",
               .kind = GoalKind::kPotentialOut,
               .lane = kPotentialOut,
               .weight = kOtherPrice,
               .phrase = "could have to send {} of the bytes",
               .about = "outbound rate under its share even if the broker led all it holds"},
      options.network_capacity_threshold);
}

}  // namespace levelwind::planner
