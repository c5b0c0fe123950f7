#include "planner/goals/min_topic_leaders_goal.h"

#include <fmt/format.h>

#include <string>

#include "planner/goals/requirements.h"
#include "planner/goals/rule_goal.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

/// A partition breaks it while its lead is not needed where it is: then it may help elsewhere. The
/// search moves leads away from brokers that need them only to others that do.
class NeededLeadRule final : public PartitionRule {
 public:
  using PartitionRule::PartitionRule;

  int Breaks(const Placement& placement, const PartitionRecord& now,
             const PartitionRecord& then) const override {
    const FlatCluster& cluster = placement.cluster();
    const BrokerIndex leader = then.replicas[0];
    if (!cluster.leads[leader]) return 1;
    const int without =
        placement.cell(now.topic_row, leader).leaders - (now.replicas[0] == leader ? 1 : 0);
    return without < cluster.topic_rows[now.topic_row].least_leaders ? 0 : 1;
  }
};

class MinTopicLeadersGoal final : public RuleGoal {
 public:
  MinTopicLeadersGoal(const GoalInfo& info, MinLeaders least)
      : RuleGoal(info), least_(std::move(least)) {}

  void Require(GoalRequirements& requirements) const override { requirements.min_leaders = least_; }

  void AddRules(RuleBuilder& rules) const override {
    const FlatCluster& cluster = rules.cluster();
    const auto rule = std::make_shared<NeededLeadRule>(*this);
    for (std::uint32_t p = 0; p < cluster.partitions.size(); ++p) {
      const std::uint32_t row = cluster.partitions[p].topic_row;
      if (row != kNoRow && cluster.topic_rows[row].least_leaders > 0) rules.Attach(p, rule);
    }
  }

  GoalTally Judge(const Placement& placement) const override {
    const FlatCluster& cluster = placement.cluster();
    GoalTally tally;
    for (std::uint32_t row = 0; row < cluster.topic_rows.size(); ++row) {
      const int least = cluster.topic_rows[row].least_leaders;
      if (least == 0) continue;
      for (const BrokerIndex b : cluster.targets) {
        const int leaders = placement.cell(row, b).leaders;
        if (!cluster.leads[b] || leaders >= least) continue;
        ++tally.violations;
        tally.cost += least - leaders;
      }
    }
    return tally;
  }

  std::string Note(const Placement& end, const GoalTally& after) const override {
    if (after.violations == 0) return RuleGoal::Note(end, after);
    std::size_t scarce = 0;
    for (const TopicRow& row : end.cluster().topic_rows) scarce += row.least_out_of_reach ? 1U : 0U;
    return scarce == 0 ? ""
                       : fmt::format(
                             "{} topics have too few partitions to give each broker its "
                             "leaders; add partitions or lower plan.min_topic_leaders",
                             scarce);
  }

 protected:
  std::string Why(const Placement& start, const PartitionRecord& before,
                  const PartitionRecord& after) const override {
    const BrokerIndex to = after.replicas[0];
    return fmt::format("broker {} leads {} partitions of this topic (at least {})",
                       start.cluster().broker_ids[to], start.cell(before.topic_row, to).leaders,
                       start.cluster().topic_rows[before.topic_row].least_leaders);
  }
  std::string WhyNoRules() const override { return "no topic matches plan.min_leader_topics"; }

 private:
  MinLeaders least_;
};

}  // namespace

std::shared_ptr<Goal> MakeMinTopicLeadersGoal(const PlannerOptions& options) {
  return std::make_shared<MinTopicLeadersGoal>(
      GoalInfo{.name = "MinTopicLeadersPerBrokerGoal",
               .alias = "min-topic-leaders",
               .kind = GoalKind::kRule,
               .hard = true,
               .lane = kLeaders,
               .about = "each broker leads some partitions of the topics that are named",
               .by_default = false},
      MinLeaders{options.min_leader_topics, options.min_topic_leaders});
}

}  // namespace levelwind::planner
