#include "planner/goals/topic_leader_distribution_goal.h"

#include <fmt/format.h>

#include "planner/goals/requirements.h"
#include "planner/goals/topic_count.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

class TopicLeaderDistributionGoal final : public Goal {
 public:
  TopicLeaderDistributionGoal(const GoalInfo& info, const TopicBand& band)
      : Goal(info), band_(band) {}

  void Require(GoalRequirements& requirements) const override {
    requirements.topic_leaders = band_;
  }

  GoalTally Judge(const Placement& placement) const override {
    return TallyTopics(placement, TopicCount::kLeaders);
  }

  std::optional<std::string> WhyMove(const Placement& start, const PartitionRecord& before,
                                     const PartitionRecord& after) const override {
    if (before.topic_row == kNoRow) return std::nullopt;
    const TopicCell most = start.cluster().topic_rows[before.topic_row].most;
    const BrokerIndex b = before.replicas[0];
    const TopicCell cell = start.cell(before.topic_row, b);
    if (cell.leaders <= most.leaders || after.replicas[0] == b) return std::nullopt;
    return fmt::format("broker {} leads {} partitions of this topic (at most {})",
                       start.cluster().broker_ids[b], cell.leaders, most.leaders);
  }

 private:
  TopicBand band_;
};

}  // namespace

std::shared_ptr<Goal> MakeTopicLeaderDistributionGoal(const PlannerOptions& options) {
  return std::make_shared<TopicLeaderDistributionGoal>(
      GoalInfo{.name = "TopicLeaderReplicaDistributionGoal",
               .alias = "topic-leaders",
               .kind = GoalKind::kTopicLeaders,
               .lane = kLeaders,
               .phrase = "leads {} of the topic's partitions",
               .about = "leaders of a topic spread over the brokers"},
      TopicBand{options.topic_leader_balance_threshold, options.topic_leader_min_gap,
                options.topic_leader_max_gap});
}

}  // namespace levelwind::planner
