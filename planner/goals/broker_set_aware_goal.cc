#include "planner/goals/broker_set_aware_goal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "planner/goals/goal_options.h"
#include "planner/goals/rule_goal.h"
#include "planner/search/placement.h"

namespace levelwind::planner {
namespace {

constexpr std::uint32_t kNoSet = 0xffffffff;

/// FNV-1a, the same on every machine (std::hash need not be).
std::uint32_t HashOf(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

/// Which broker is in which set, by index.
struct Sets {
  std::vector<std::string> names;
  std::vector<std::uint32_t> of_broker;
};

class BrokerSetRule final : public PartitionRule {
 public:
  BrokerSetRule(const Goal& goal, std::shared_ptr<const Sets> sets, std::uint32_t set)
      : PartitionRule(goal), sets_(std::move(sets)), set_(set) {}

  int Breaks(const Placement& /*placement*/, const PartitionRecord& /*now*/,
             const PartitionRecord& then) const override {
    return static_cast<int>(
        std::count_if(then.replicas, then.replicas + then.rf,
                      [&](BrokerIndex b) { return sets_->of_broker[b] != set_; }));
  }
  const std::string& set_name() const { return sets_->names[set_]; }

 private:
  std::shared_ptr<const Sets> sets_;
  std::uint32_t set_;
};

class BrokerSetAwareGoal final : public RuleGoal {
 public:
  BrokerSetAwareGoal(const GoalInfo& info, std::map<BrokerId, std::string> sets)
      : RuleGoal(info), set_of_(std::move(sets)) {}

  void AddRules(RuleBuilder& rules) const override {
    const std::shared_ptr<const Sets> sets = SetsOf(rules.cluster());
    if (sets->names.empty()) return;
    std::vector<std::shared_ptr<const BrokerSetRule>> rule_of;
    for (std::uint32_t set = 0; set < sets->names.size(); ++set) {
      rule_of.push_back(std::make_shared<BrokerSetRule>(*this, sets, set));
    }
    // Partitions are in the order of topics.
    const FlatCluster& cluster = rules.cluster();
    const auto& partitions = cluster.partitions;
    std::vector<LaneArray> load = PinnedLoad(cluster, *sets);
    for (std::uint32_t first = 0; first < partitions.size();) {
      std::uint32_t end = first;
      std::vector<std::size_t> held(sets->names.size(), 0);
      for (; end < partitions.size() && rules.TopicOf(end) == rules.TopicOf(first); ++end) {
        for (std::size_t i = 0; i < partitions[end].rf; ++i) {
          const std::uint32_t set = sets->of_broker[partitions[end].replicas[i]];
          if (set != kNoSet) ++held[set];
        }
      }
      const auto most = std::ranges::max_element(held);
      const std::size_t set = *most > 0 ? static_cast<std::size_t>(most - held.begin())
                                        : HashOf(rules.TopicOf(first)) % held.size();
      for (; first < end; ++first) {
        rules.Attach(first, rule_of[set]);
        for (std::size_t slot = 0; slot < partitions[first].rf; ++slot) {
          Add(cluster.LoadOf(partitions[first], slot), load[set]);
        }
      }
    }
    std::vector<std::uint32_t> of_broker = sets->of_broker;
    const auto none = static_cast<std::uint32_t>(sets->names.size());
    std::ranges::replace(of_broker, kNoSet, none);
    rules.SetDomains(std::move(of_broker), std::move(load));
  }

 protected:
  std::string Why(const Placement& start, const PartitionRecord& before,
                  const PartitionRecord& after) const override {
    for (const auto& rule : start.cluster().rule_sets[before.rules].rules) {
      const auto* own = dynamic_cast<const BrokerSetRule*>(rule.get());
      if (own == nullptr) continue;
      for (std::size_t i = 0; i < before.rf; ++i) {
        PartitionRecord one = before;
        one.rf = 1;
        one.replicas[0] = before.replicas[i];
        if (own->Breaks(start, one, one) == 0 || after.Holds(before.replicas[i])) continue;
        return fmt::format("the topic belongs on broker set {}, of which broker {} is not a member",
                           own->set_name(), start.cluster().broker_ids[before.replicas[i]]);
      }
    }
    return "the topic belongs on one broker set";
  }
  std::string WhyNoRules() const override { return "no broker sets are given"; }

 private:
  static void Add(const Vec8& part, LaneArray& sum) {
    for (std::size_t i = 0; i < kLanes; ++i) sum[i] += static_cast<double>(part[i]);
  }
  /// Of what does not move, per set and at the end for brokers in none.
  static std::vector<LaneArray> PinnedLoad(const FlatCluster& cluster, const Sets& sets) {
    std::vector<LaneArray> load(sets.names.size() + 1, LaneArray{});
    for (const BrokerIndex b : cluster.targets) {
      const std::uint32_t set = sets.of_broker[b];
      Add(cluster.pinned_load[b], load[set == kNoSet ? sets.names.size() : set]);
    }
    return load;
  }
  std::shared_ptr<const Sets> SetsOf(const FlatCluster& cluster) const {
    auto sets = std::make_shared<Sets>();
    std::map<std::string, std::uint32_t> index;
    for (const BrokerIndex b : cluster.targets) {
      const auto found = set_of_.find(cluster.broker_ids[b]);
      if (found != set_of_.end()) index.emplace(found->second, 0);
    }
    for (auto& [set_name, number] : index) {
      number = static_cast<std::uint32_t>(sets->names.size());
      sets->names.push_back(set_name);
    }
    for (const BrokerId id : cluster.broker_ids) {
      const auto found = set_of_.find(id);
      const auto set = found != set_of_.end() ? index.find(found->second) : index.end();
      sets->of_broker.push_back(set != index.end() ? set->second : kNoSet);
    }
    return sets;
  }

  std::map<BrokerId, std::string> set_of_;
};

}  // namespace

std::shared_ptr<Goal> MakeBrokerSetAwareGoal(const PlannerOptions& options) {
  return std::make_shared<BrokerSetAwareGoal>(
      GoalInfo{.name = "BrokerSetAwareGoal",
               .alias = "broker-set-aware",
               .kind = GoalKind::kRule,
               .hard = true,
               .about = "replicas of a topic on one set of brokers",
               .by_default = false,
               .per_partition = true},
      ParseBrokerSets(options.broker_sets).value());
}

}  // namespace levelwind::planner
