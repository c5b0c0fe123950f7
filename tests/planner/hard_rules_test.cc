// The last check before a plan leaves the search: what no plan may do is found, record by record.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "planner/goals/goal_set.h"
#include "planner/goals/rack_spread.h"
#include "planner/goals/rule_goal.h"
#include "planner/rebalance/plan_rebalance.h"
#include "planner/rebalance/plan_seeds.h"
#include "planner/search/flat_cluster.h"
#include "planner/search/solve.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;
using ::testing::HasSubstr;

/// Brokers 1 to 4 (indexes 0 to 3) on racks a, b, a, c; 4 is dead. Partitions 0 and 1 on 1 and 2.
ClusterSnapshot Four() {
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "a")
      .AddBroker(4, "c", levelwind::BrokerState::kDead)
      .AddTopic("t", Specs(2, {.replicas = {1, 2}}))
      .Build();
}

FlatCluster Flat(const ClusterSnapshot& snapshot, const PlannerOptions& options = {}) {
  return Flatten(snapshot, MakeGoals(options).value(), options).value();
}

/// The check's words when partition 1 gets these seats and partition 0 stays.
std::string Checked(const ClusterSnapshot& snapshot, const Seats& seats) {
  const FlatCluster cluster = Flat(snapshot);
  Seats stays{};
  std::copy_n(cluster.partitions[0].replicas, kMaxReplicas, stays.begin());
  const Status status = CheckHardRules(cluster, {stays, seats});
  if (status.ok()) return "";
  EXPECT_EQ(status.error().code(), ErrorCode::kInternal);
  EXPECT_THAT(status.error().message(), HasSubstr("planned partition number 1"));
  return status.error().message();
}

TEST(HardRules, WhatNoPlanMayDoIsFound) {
  EXPECT_EQ(Checked(Four(), {0, 1}), "");
  EXPECT_EQ(Checked(Four(), {2, 1}), "") << "from a to a";
  EXPECT_THAT(Checked(Four(), {1, 1}), HasSubstr("has two replicas on one broker"));
  EXPECT_THAT(Checked(Four(), {0, 3}), HasSubstr("has a new replica on a dead or leaving broker"));
  EXPECT_THAT(Checked(Four(), {0, 2}), HasSubstr("is on fewer racks than before"));
}

TEST(HardRules, AFrozenPartitionKeepsItsLeader) {
  ClusterSnapshot snapshot = Four();
  EXPECT_EQ(Checked(snapshot, {1, 0}), "") << "in sync, any replica may lead";
  snapshot.replicas[3].in_sync = false;
  EXPECT_EQ(Checked(snapshot, {0, 1}), "");
  EXPECT_THAT(Checked(snapshot, {1, 0}), HasSubstr("has another leader although"));
}

TEST(RackSpread, AReplacedReplicaOnAThirdRackHasAReason) {
  // Rack c is gone with its broker: the two that are left share no rack.
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "c", levelwind::BrokerState::kDead)
                            .AddBroker(3, "b")
                            .AddBroker(4, "a")
                            .AddTopic("t", Specs{{.replicas = {1, 2}}, {.replicas = {1, 4}}})
                            .Build();
  const FlatCluster cluster = Flat(snapshot);
  const auto why = [&](std::size_t p, const Seats& seats) {
    const PartitionRecord& before = cluster.partitions[p];
    return WhyOtherRacks(cluster, before, before.With(seats)).value_or("no reason");
  };
  EXPECT_EQ(why(0, {0, 2}), "its replicas can be on more racks");
  EXPECT_EQ(why(1, {0, 2}), "broker 1 and broker 4 are both on rack a");
  EXPECT_EQ(why(0, {0, 3}), "no reason");
}

TEST(Flatten, ABrokerThatIsListedTwiceIsAnError) {
  ClusterSnapshot snapshot = Four();
  snapshot.replicas[3].broker = 1;
  const Result<Proposal> proposal = PlanRebalance(snapshot, {});
  ASSERT_FALSE(proposal.ok());
  EXPECT_EQ(proposal.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(proposal.error().message(), HasSubstr("partition t-1 lists the same broker twice"));
}

TEST(Flatten, MoreReplicasThanARecordHoldsStayAndAreCounted) {
  SnapshotBuilder builder;
  for (BrokerId b = 1; b <= 9; ++b) builder.AddBroker(b, "");
  const auto snapshot = builder.AddTopic("big", Specs{{.replicas = {1, 2, 3, 4, 5, 6, 7, 8}}})
                            .AddTopic("t", Specs(9, {.replicas = {1}}))
                            .Build();
  const Proposal proposal = PlanRebalance(snapshot, {}).value();
  ASSERT_FALSE(proposal.empty());
  for (const Move& move : proposal.moves) EXPECT_EQ(move.partition.topic, "t");
  EXPECT_THAT(proposal.notes, ::testing::Contains(HasSubstr("more than 7 replicas")));
  EXPECT_EQ(proposal.brokers[1].replicas_before, 1) << "counted where they are";
}

TEST(Flatten, MoreBrokersThanAnIndexHoldsAreRefused) {
  ClusterSnapshot snapshot;
  for (BrokerId b = 0; b <= 65'000; ++b) {
    snapshot.brokers.emplace_back();
    snapshot.brokers.back().id = b;
  }
  const Result<Proposal> proposal = PlanRebalance(snapshot, {});
  ASSERT_FALSE(proposal.ok());
  EXPECT_THAT(proposal.error().message(), HasSubstr("65001 brokers; the planner takes 65000"));
  snapshot.brokers.pop_back();
  EXPECT_TRUE(PlanRebalance(snapshot, {}).ok());
}

/// Each partition has a rule that no other has.
class LonelyGoal final : public RuleGoal {
 public:
  using RuleGoal::RuleGoal;
  void AddRules(RuleBuilder& rules) const override {
    for (std::uint32_t p = 0; p < rules.cluster().partitions.size(); ++p) {
      rules.Attach(p, std::make_shared<Rule>(*this));
    }
  }

 protected:
  std::string Why(const Placement&, const PartitionRecord&, const PartitionRecord&) const override {
    return "";
  }

 private:
  class Rule final : public PartitionRule {
   public:
    using PartitionRule::PartitionRule;
    int Breaks(const Placement&, const PartitionRecord&, const PartitionRecord&) const override {
      return 0;
    }
  };
};

std::shared_ptr<Goal> MakeLonelyGoal(const PlannerOptions& /*options*/) {
  return std::make_shared<LonelyGoal>(GoalInfo{.name = "LonelyGoal",
                                               .alias = "lonely",
                                               .hard = false,
                                               .about = "a rule for every partition",
                                               .per_partition = true});
}

TEST(Rules, MoreSetsOfThemThanARecordCanNameAreRefused) {
  PlannerOptions options;
  options.goals = {"LonelyGoal"};
  options.extra_goals = {&MakeLonelyGoal};
  const auto with = [&](std::size_t partitions) {
    const auto snapshot = SnapshotBuilder()
                              .AddBroker(1, "a")
                              .AddTopic("t", Specs(partitions, {.replicas = {1}}))
                              .Build();
    return Flatten(snapshot, MakeGoals(options).value(), options);
  };
  // One of the 65,000 sets is the empty one.
  EXPECT_TRUE(with(64'999).ok());
  const Result<FlatCluster> over = with(65'000);
  ASSERT_FALSE(over.ok());
  EXPECT_THAT(over.error().message(), HasSubstr("more than 65000 different sets of rules"));
}

TEST(PlanLimits, AreCheckedWithTheirRange) {
  for (const std::size_t seeds : {std::size_t{0}, std::size_t{1'001}}) {
    const Result<Proposal> proposal = PlanWithSeeds(Four(), {}, seeds, RunInTurn);
    ASSERT_FALSE(proposal.ok());
    EXPECT_EQ(proposal.error().message(),
              fmt::format("planning from {} seeds: it must be 1 to 1000", seeds));
  }
  PlannerOptions options;
  options.transfer.rate_bytes_per_s = -1;
  EXPECT_THAT(PlanRebalance(Four(), options).error().message(),
              HasSubstr("transfer.rate_bytes_per_s is -1; it must be 0 to"));
}

/// More brokers than the emptying of one looks at (it draws some), and more replicas than small
/// clusters have (which search in another way).
TEST(LargeClusters, ADeadBrokerIsEmptiedAndTheNextPlanIsEmpty) {
  SnapshotBuilder builder;
  constexpr int kCount = 120;
  for (int b = 0; b < kCount; ++b) {
    builder.AddBroker(b, fmt::format("r{}", b % 4),
                      b == 5 ? levelwind::BrokerState::kDead : levelwind::BrokerState::kAlive);
  }
  Specs specs;
  for (int p = 0; p < 1'800; ++p) {
    const BrokerId first = p % kCount, second = (p * 7 + 1 + p % 2) % kCount;
    SnapshotBuilder::PartitionSpec spec{.replicas = {first}};
    if (second != first) spec.replicas.push_back(second);
    if (first == 5 && spec.replicas.size() > 1) spec.leader = second;
    specs.push_back(spec);
  }
  const ClusterSnapshot snapshot = builder.AddTopic("t", specs).Build();
  PlannerOptions options;
  options.effort = Effort::kFast;
  const Proposal proposal = PlanRebalance(snapshot, options).value();
  const ClusterSnapshot after = testing::Carried(snapshot, proposal);
  std::size_t before_on = 0, after_on = 0;
  for (const Replica& replica : snapshot.replicas) before_on += replica.broker == 5 ? 1U : 0U;
  for (const Replica& replica : after.replicas) after_on += replica.broker == 5 ? 1U : 0U;
  EXPECT_GT(before_on, 10U);
  // Those that have no other replica to copy from stay, and the plan says so.
  for (const Partition& p : after.partitions) {
    const std::vector<BrokerId> ids = after.ReplicaIds(p);
    EXPECT_TRUE(ids.size() == 1 || std::ranges::count(ids, 5) == 0) << after.NameOf(p).ToString();
  }
  EXPECT_LT(after_on, before_on);
  for (const GoalVerdict& goal : proposal.goals) {
    const bool judged = goal.hard && goal.goal != kDrainGoal;
    EXPECT_EQ(judged ? goal.violations_after : 0, 0) << goal.goal;
  }
  EXPECT_TRUE(PlanRebalance(after, options).value().empty());
}

}  // namespace
}  // namespace levelwind::planner
