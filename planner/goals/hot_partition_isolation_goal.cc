#include "planner/goals/hot_partition_isolation_goal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "planner/goals/rule_goal.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

constexpr std::array kHotLanes = {kCpu, kNetworkIn, kNetworkOut, kLeaderIn};

std::vector<std::uint32_t> FindHot(const FlatCluster& cluster, double share) {
  std::vector<std::uint32_t> hot;
  for (std::uint32_t p = 0; p < cluster.partitions.size(); ++p) {
    const Vec8 load = cluster.LeaderLoad(cluster.partitions[p]);
    const bool is_hot = std::ranges::any_of(
        kHotLanes, [&](Lane hot_lane) { return static_cast<double>(load[hot_lane]) >= share; });
    if (is_hot) hot.push_back(p);
  }
  return hot;
}

/// Most hot leaders of a broker when they are spread evenly over those that may lead.
int MostHot(const FlatCluster& cluster, std::size_t hot) {
  const auto brokers = static_cast<std::size_t>(
      std::ranges::count_if(cluster.targets, [&](BrokerIndex b) { return cluster.leads[b] != 0; }));
  return brokers == 0 ? static_cast<int>(hot) : static_cast<int>((hot + brokers - 1) / brokers);
}

class ApartRule final : public PartitionRule {
 public:
  ApartRule(const Goal& goal, std::vector<std::uint32_t> hot, int most)
      : PartitionRule(goal), hot_(std::move(hot)), most_(most) {}

  int Breaks(const Placement& placement, const PartitionRecord& now,
             const PartitionRecord& then) const override {
    const BrokerIndex leader = then.replicas[0];
    const auto led = std::ranges::count_if(
        hot_, [&](std::uint32_t p) { return placement.partition(p).replicas[0] == leader; });
    const auto others = led - (now.replicas[0] == leader ? 1 : 0);
    return others >= most_ ? 1 : 0;
  }

 private:
  std::vector<std::uint32_t> hot_;
  int most_;
};

class HotPartitionIsolationGoal final : public RuleGoal {
 public:
  HotPartitionIsolationGoal(const GoalInfo& info, double share) : RuleGoal(info), share_(share) {}

  void AddRules(RuleBuilder& rules) const override {
    const std::vector<std::uint32_t> hot = FindHot(rules.cluster(), share_);
    const auto rule = std::make_shared<ApartRule>(*this, hot, MostHot(rules.cluster(), hot.size()));
    for (const std::uint32_t p : hot) rules.Attach(p, rule);
  }

  GoalTally Judge(const Placement& placement) const override {
    const FlatCluster& cluster = placement.cluster();
    const std::vector<std::uint32_t> hot = FindHot(cluster, share_);
    const int most = MostHot(cluster, hot.size());
    std::vector<int> led(cluster.broker_ids.size(), 0);
    for (const std::uint32_t p : hot) ++led[placement.partition(p).replicas[0]];
    GoalTally tally;
    for (const BrokerIndex b : cluster.targets) {
      if (led[b] <= most) continue;
      ++tally.violations;
      tally.cost += led[b] - most;
    }
    return tally;
  }

  std::string NotJudged(const Placement& end) const override {
    const bool known = std::ranges::any_of(
        kHotLanes, [&](Lane hot_lane) { return end.cluster().known[hot_lane]; });
    return known ? "" : "loads unknown";
  }

 protected:
  std::string Why(const Placement& start, const PartitionRecord& before,
                  const PartitionRecord& /*after*/) const override {
    const Vec8 load = start.cluster().LeaderLoad(before);
    float largest = 0;
    for (const Lane hot_lane : kHotLanes) largest = std::max(largest, load[hot_lane]);
    return fmt::format(
        "broker {} leads other hot partitions, and this one alone is {:.2f} of a "
        "broker's mean",
        start.cluster().broker_ids[before.replicas[0]], static_cast<double>(largest));
  }

 private:
  double share_;
};

}  // namespace

std::shared_ptr<Goal> MakeHotPartitionIsolationGoal(const PlannerOptions& options) {
  return std::make_shared<HotPartitionIsolationGoal>(
      GoalInfo{.name = "HotPartitionIsolationGoal",
               .alias = "hot-partitions",
               .kind = GoalKind::kRule,
               .lane = kLeaders,
               .about = "leaders of hot partitions on different brokers",
               .by_default = false},
      options.hot_partition_share);
}

}  // namespace levelwind::planner
