#include "planner/goals/consumer_fetch_locality_goal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "planner/goals/goal_options.h"
#include "planner/goals/rule_goal.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

using RackIndex = std::uint16_t;

class NearRule final : public PartitionRule {
 public:
  NearRule(const Goal& goal, std::vector<RackIndex> racks)
      : PartitionRule(goal), racks_(std::move(racks)) {}

  int Breaks(const Placement& placement, const PartitionRecord& /*now*/,
             const PartitionRecord& then) const override {
    return static_cast<int>(std::ranges::count_if(
        racks_, [&](RackIndex rack) { return !HasReplica(placement.cluster(), then, rack); }));
  }

  /// The first rack that gets a replica.
  std::optional<RackIndex> Gained(const FlatCluster& cluster, const PartitionRecord& before,
                                  const PartitionRecord& after) const {
    for (const RackIndex rack : racks_) {
      if (!HasReplica(cluster, before, rack) && HasReplica(cluster, after, rack)) return rack;
    }
    return std::nullopt;
  }

 private:
  static bool HasReplica(const FlatCluster& cluster, const PartitionRecord& p, RackIndex rack) {
    return std::any_of(p.replicas, p.replicas + p.rf, [&](BrokerIndex b) {
      return cluster.target[b] != 0 && cluster.racks[b] == rack;
    });
  }

  std::vector<RackIndex> racks_;
};

class ConsumerFetchLocalityGoal final : public RuleGoal {
 public:
  ConsumerFetchLocalityGoal(const GoalInfo& info, std::vector<ConsumerRack> consumers)
      : RuleGoal(info), consumers_(std::move(consumers)) {}

  void AddRules(RuleBuilder& rules) const override {
    const auto readers = Readers(rules);
    std::map<std::vector<RackIndex>, std::shared_ptr<const NearRule>> rule_of;
    const FlatCluster& cluster = rules.cluster();
    for (std::uint32_t p = 0; p < cluster.partitions.size(); ++p) {
      const auto found = readers.find(cluster.source[p]);
      if (found == readers.end()) continue;
      std::vector<std::pair<int, RackIndex>> by_members;  // Most members first, then by index.
      for (const auto& [rack, members] : found->second) by_members.emplace_back(-members, rack);
      std::ranges::sort(by_members);
      by_members.resize(std::min<std::size_t>(by_members.size(), cluster.partitions[p].rf));
      std::vector<RackIndex> racks;
      for (const auto& [members, rack] : by_members) racks.push_back(rack);
      std::ranges::sort(racks);
      auto& rule = rule_of[racks];
      if (rule == nullptr) rule = std::make_shared<NearRule>(*this, racks);
      rules.Attach(p, rule);
    }
  }

 protected:
  std::string Why(const Placement& start, const PartitionRecord& before,
                  const PartitionRecord& after) const override {
    const FlatCluster& cluster = start.cluster();
    for (const auto& rule : cluster.rule_sets[before.rules].rules) {
      const auto* own = dynamic_cast<const NearRule*>(rule.get());
      const auto rack = own != nullptr ? own->Gained(cluster, before, after) : std::nullopt;
      if (rack) {
        return fmt::format("consumers on rack {} read it and have no replica there",
                           cluster.rack_names[*rack]);
      }
    }
    return "its consumers are on other racks";
  }
  std::string WhyNoRules() const override {
    return consumers_.empty() ? "no consumer's rack is known; set plan.consumer_racks"
                              : "no consumer with a known rack reads anything";
  }

 private:
  /// Members per rack of each partition of the snapshot that has any.
  std::map<std::uint32_t, std::map<RackIndex, int>> Readers(const RuleBuilder& rules) const {
    const FlatCluster& cluster = rules.cluster();
    std::map<std::string, RackIndex> serving;
    for (const BrokerIndex b : cluster.targets) {
      serving.emplace(cluster.rack_names[cluster.racks[b]], cluster.racks[b]);
    }
    std::map<std::uint32_t, std::map<RackIndex, int>> readers;
    for (const ConsumerGroup& group : rules.snapshot().groups) {
      std::vector<std::optional<RackIndex>> rack_of;
      for (const GroupOwner& owner : group.owners) {
        const std::string who = owner.Name();
        const auto match = std::ranges::find_if(consumers_, [&](const ConsumerRack& consumer) {
          return std::regex_search(who, consumer.pattern);
        });
        const auto rack = match != consumers_.end() ? serving.find(match->rack) : serving.end();
        rack_of.push_back(rack != serving.end() ? std::optional(rack->second) : std::nullopt);
      }
      for (const GroupOffset& offset : group.offsets) {
        if (offset.owner < 0 || offset.partition < 0) continue;
        const auto rack = rack_of[static_cast<std::size_t>(offset.owner)];
        if (rack) ++readers[static_cast<std::uint32_t>(offset.partition)][*rack];
      }
    }
    return readers;
  }

  std::vector<ConsumerRack> consumers_;
};

}  // namespace

std::shared_ptr<Goal> MakeConsumerFetchLocalityGoal(const PlannerOptions& options) {
  return std::make_shared<ConsumerFetchLocalityGoal>(
      GoalInfo{.name = "ConsumerFetchLocalityGoal",
               .alias = "consumer-locality",
               .kind = GoalKind::kRule,
               .about = "a replica on each rack that consumers read a partition from",
               .by_default = false,
               .per_partition = true},
      ParseConsumerRacks(options.consumer_racks).value());
}

}  // namespace levelwind::planner
