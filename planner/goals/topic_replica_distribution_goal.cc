#include "planner/goals/topic_replica_distribution_goal.h"

#include <fmt/format.h>

#include "planner/goals/requirements.h"
#include "planner/goals/topic_count.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

class TopicReplicaDistributionGoal final : public Goal {
 public:
  TopicReplicaDistributionGoal(const GoalInfo& info, const TopicBand& band)
      : Goal(info), band_(band) {}

  void Require(GoalRequirements& requirements) const override {
    requirements.topic_replicas = band_;
  }

  GoalTally Judge(const Placement& placement) const override {
    return TallyTopics(placement, TopicCount::kReplicas);
  }

  std::optional<std::string> WhyMove(const Placement& start, const PartitionRecord& before,
                                     const PartitionRecord& after) const override {
    if (before.topic_row == kNoRow) return std::nullopt;
    const TopicCell most = start.cluster().topic_rows[before.topic_row].most;
    for (std::size_t i = 0; i < before.rf; ++i) {
      const BrokerIndex b = before.replicas[i];
      const TopicCell cell = start.cell(before.topic_row, b);
      if (cell.replicas <= most.replicas || after.Holds(b)) continue;
      return fmt::format("broker {} holds {} replicas of this topic (at most {})",
                         start.cluster().broker_ids[b], cell.replicas, most.replicas);
    }
    return std::nullopt;
  }

 private:
  TopicBand band_;
};

}  // namespace

std::shared_ptr<Goal> MakeTopicReplicaDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<TopicReplicaDistributionGoal>(
      GoalInfo{.name = "TopicReplicaDistributionGoal",
               .alias = "topic-replicas",
               .kind = GoalKind::kTopicReplicas,
               .phrase = "holds {} of the topic's replicas",
               .about = "replicas of a topic spread over the brokers"},
      TopicBand{options.topic_replica_balance_threshold, options.topic_replica_min_gap,
                options.topic_replica_max_gap});
}

}  // namespace levelwind::planner
