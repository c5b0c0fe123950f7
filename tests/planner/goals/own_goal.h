#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "planner/goals/rule_goal.h"
#include "planner/search/placement.h"

namespace levelwind::planner::testing {

// What follows is the example of docs/planner.md, word for word; own_goal_test.cc compares them.

/// Topics named "batch..." live on rack "batch" and nowhere else; nothing else lives there.
class BatchRackGoal final : public RuleGoal {
 public:
  using RuleGoal::RuleGoal;

  void AddRules(RuleBuilder& rules) const override {
    const auto inside = std::make_shared<Rule>(*this, true);
    const auto outside = std::make_shared<Rule>(*this, false);
    for (std::uint32_t p = 0; p < rules.cluster().partitions.size(); ++p) {
      rules.Attach(p, rules.TopicOf(p).starts_with("batch") ? inside : outside);
    }
  }

 protected:
  std::string Why(const Placement& start, const PartitionRecord& before,
                  const PartitionRecord& after) const override {
    for (std::size_t i = 0; i < before.rf; ++i) {
      const BrokerIndex b = before.replicas[i];
      if (after.Holds(b)) continue;
      return fmt::format("broker {} is on the wrong side of rack batch",
                         start.cluster().broker_ids[b]);
    }
    return "rack batch is for batch topics";
  }

 private:
  class Rule final : public PartitionRule {
   public:
    Rule(const Goal& goal, bool inside) : PartitionRule(goal), inside_(inside) {}

    /// Replicas on the wrong side.
    int Breaks(const Placement& placement, const PartitionRecord& /*now*/,
               const PartitionRecord& then) const override {
      const FlatCluster& cluster = placement.cluster();
      int wrong = 0;
      for (std::size_t i = 0; i < then.rf; ++i) {
        const std::string& rack = cluster.rack_names[cluster.racks[then.replicas[i]]];
        wrong += (rack == "batch") == inside_ ? 0 : 1;
      }
      return wrong;
    }

   private:
    bool inside_;
  };
};

inline std::shared_ptr<Goal> MakeBatchRackGoal(const PlannerOptions& /*options*/) {
  return std::make_shared<BatchRackGoal>(GoalInfo{.name = "BatchRackGoal",
                                                  .alias = "batch-rack",
                                                  .hard = true,
                                                  .about = "batch topics on rack batch",
                                                  .per_partition = true});
}

}  // namespace levelwind::planner::testing
