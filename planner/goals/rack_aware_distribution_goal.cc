#include "planner/goals/rack_aware_distribution_goal.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "planner/goals/rack_spread.h"
#include "planner/goals/requirements.h"
#include "planner/goals/rule_goal.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

/// For partitions with more replicas than there are racks; for the others distinct racks are all.
class EvenRacksRule final : public PartitionRule {
 public:
  EvenRacksRule(const Goal& goal, const FlatCluster& cluster)
      : PartitionRule(goal), room_(cluster.rack_names.size(), 0) {
    for (const BrokerIndex b : cluster.targets) ++room_[cluster.racks[b]];
  }

  /// Replicas that have to change racks.
  int Breaks(const Placement& placement, const PartitionRecord& /*now*/,
             const PartitionRecord& then) const override {
    const FlatCluster& cluster = placement.cluster();
    std::vector<int> counts(room_.size(), 0);
    for (std::size_t i = 0; i < then.rf; ++i) {
      if (cluster.target[then.replicas[i]]) ++counts[cluster.racks[then.replicas[i]]];
    }
    for (int moved = 0;; ++moved) {
      const auto most = std::ranges::max_element(counts);
      auto least = counts.end();
      for (std::size_t rack = 0; rack < counts.size(); ++rack) {
        if (counts[rack] >= room_[rack]) continue;  // Also racks where nobody serves.
        const auto at = counts.begin() + static_cast<std::ptrdiff_t>(rack);
        if (least == counts.end() || *at < *least) least = at;
      }
      if (least == counts.end() || *most - *least < 2) return moved;
      --*most;
      ++*least;
    }
  }

 private:
  std::vector<int> room_;  ///< Brokers per rack that may hold replicas.
};

class RackAwareDistributionGoal final : public RuleGoal {
 public:
  using RuleGoal::RuleGoal;

  void Require(GoalRequirements& requirements) const override {
    requirements.distinct_racks = true;
  }

  void AddRules(RuleBuilder& rules) const override {
    const FlatCluster& cluster = rules.cluster();
    const auto rule = std::make_shared<EvenRacksRule>(*this, cluster);
    for (std::uint32_t p = 0; p < cluster.partitions.size(); ++p) {
      if (cluster.partitions[p].rf > cluster.serving_racks) rules.Attach(p, rule);
    }
  }

  GoalTally Judge(const Placement& placement) const override {
    GoalTally tally = RuleGoal::Judge(placement);
    for (const PartitionRecord& p : placement.partitions()) {
      const std::size_t distinct = DistinctRacks(placement.cluster(), p);
      if (p.rf > placement.cluster().serving_racks || distinct >= p.required_racks) continue;
      ++tally.violations;
      tally.cost += static_cast<double>(p.required_racks - distinct);
    }
    return tally;
  }

  std::optional<std::string> WhyMove(const Placement& start, const PartitionRecord& before,
                                     const PartitionRecord& after) const override {
    if (before.rf > start.cluster().serving_racks) return RuleGoal::WhyMove(start, before, after);
    return WhyOtherRacks(start.cluster(), before, after);
  }

 protected:
  std::string Why(const Placement& start, const PartitionRecord& before,
                  const PartitionRecord& /*after*/) const override {
    return fmt::format("its {} replicas can be more even over the {} racks", before.rf,
                       start.cluster().serving_racks);
  }
};

}  // namespace

std::shared_ptr<Goal> MakeRackAwareDistributionGoal(const PlannerOptions& /*options*/) {
  return std::make_shared<RackAwareDistributionGoal>(
      GoalInfo{.name = "RackAwareDistributionGoal",
               .alias = "rack-aware-distribution",
               .kind = GoalKind::kRule,
               .hard = true,
               .about = "replicas of a partition as even over the racks as they can be",
               .by_default = false,
               .per_partition = true});
}

}  // namespace levelwind::planner
