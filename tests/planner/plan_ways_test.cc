// Other ways to plan than one search: several seeds, a front of budgets, somebody else's plan,
// capacities from a file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "planner/capacity_file.h"
#include "planner/rebalance/judge_plan.h"
#include "planner/rebalance/plan_front.h"
#include "planner/rebalance/plan_rebalance.h"
#include "planner/rebalance/plan_seeds.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using testing::Describe;
using ::testing::HasSubstr;

using Tasks = std::vector<std::function<void()>>;

PlannerOptions Fast() {
  PlannerOptions options;
  options.effort = Effort::kFast;
  return options;
}

void OnThreads(const Tasks& tasks) {
  std::vector<std::jthread> threads;
  for (const auto& task : tasks) threads.emplace_back(task);
}

void Backwards(const Tasks& tasks) {
  for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) (*task)();
}

TEST(PlanSeeds, GiveTheSameBestPlanHoweverTheyAreRun) {
  int other_than_first = 0;
  for (std::uint64_t seed = testing::FirstSeed(); seed < testing::FirstSeed() + 12; ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    const Proposal in_turn = PlanWithSeeds(snapshot, Fast(), 5, RunInTurn).value();
    EXPECT_EQ(Describe(PlanWithSeeds(snapshot, Fast(), 5, OnThreads).value()), Describe(in_turn));
    EXPECT_EQ(Describe(PlanWithSeeds(snapshot, Fast(), 5, Backwards).value()), Describe(in_turn));
    // The winner's seed alone gives the same plan.
    PlannerOptions alone = Fast();
    alone.seed = in_turn.seed;
    EXPECT_EQ(Describe(PlanRebalance(snapshot, alone).value()), Describe(in_turn));
    other_than_first += in_turn.seed != Fast().seed ? 1 : 0;
  }
  EXPECT_GT(other_than_first, 2) << "or several seeds were for nothing";
}

TEST(PlanSeeds, ReportProgressAndStopBetweenSeedsOnly) {
  const ClusterSnapshot snapshot = testing::RandomCluster(7);
  std::vector<std::size_t> seen;
  SeedWatch watch;
  watch.progress = [&](std::size_t done) { seen.push_back(done); };
  ASSERT_TRUE(PlanWithSeeds(snapshot, Fast(), 3, RunInTurn, watch).ok());
  EXPECT_EQ(seen, (std::vector<std::size_t>{1, 2, 3}));
  seen.clear();
  watch.out_of_time = [] { return true; };
  const Proposal first = PlanWithSeeds(snapshot, Fast(), 3, RunInTurn, watch).value();
  EXPECT_EQ(seen.size(), 1U) << "the first always runs";
  EXPECT_EQ(Describe(first), Describe(PlanRebalance(snapshot, Fast()).value()));
}

TEST(PlanSeeds, RefuseSenselessNumbersAndRunnersThatDoNothing) {
  const ClusterSnapshot snapshot = testing::RandomCluster(7);
  EXPECT_FALSE(PlanWithSeeds(snapshot, Fast(), 0, RunInTurn).ok());
  EXPECT_FALSE(PlanWithSeeds(snapshot, Fast(), 1'001, RunInTurn).ok());
  EXPECT_EQ(PlanWithSeeds(snapshot, Fast(), 2, [](const Tasks&) {}).error().code(),
            ErrorCode::kInternal);
}

TEST(PlanFront, MoreBytesNeverLeaveMoreOutside) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "a")
                            .AddBroker(4, "b")
                            .AddTopic("t", std::vector<std::vector<BrokerId>>(60, {1, 2}))
                            .Build();
  const std::vector<Proposal> front = PlanFront(snapshot, {}).value();
  ASSERT_EQ(front.size(), std::size(kFrontShares));
  EXPECT_EQ(front.front().bytes_to_move, 0);
  EXPECT_EQ(Describe(front.back()), Describe(PlanRebalance(snapshot, {}).value()));
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_GE(front[i].bytes_to_move, front[i - 1].bytes_to_move);
    EXPECT_GE(front[i].score_after, front[i - 1].score_after);
    EXPECT_LE(static_cast<double>(front[i].bytes_to_move),
              kFrontShares[i] * static_cast<double>(front.back().bytes_to_move));
  }
}

/// What a judge says, without the words.
std::string Verdicts(const Proposal& proposal) {
  std::string text;
  for (const GoalVerdict& goal : proposal.goals) {
    text += fmt::format("{} {}->{} {:.4g}\n", goal.goal, goal.violations_before,
                        goal.violations_after, goal.cost_after);
  }
  return text + fmt::format("{} bytes, {} replicas, score {:.3f}", proposal.bytes_to_move,
                            proposal.replica_moves, proposal.score_after);
}

TEST(JudgePlan, SaysOfOurOwnPlanWhatWeSaid) {
  std::size_t with_moves = 0;
  for (std::uint64_t seed = testing::FirstSeed(); seed < testing::FirstSeed() + 40; ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    const Proposal ours = PlanRebalance(snapshot, Fast()).value();
    const auto plan = ParseReassignmentJson(ToReassignmentJson(ours));
    ASSERT_TRUE(plan.ok()) << plan.error();
    const Result<Proposal> judged = JudgePlan(snapshot, Fast(), *plan);
    ASSERT_TRUE(judged.ok()) << judged.error();
    EXPECT_EQ(Verdicts(*judged), Verdicts(ours));
    EXPECT_EQ(judged->moves.size(), ours.moves.size());
    with_moves += ours.empty() ? 0U : 1U;
  }
  EXPECT_GT(with_moves, 20U);
}

ClusterSnapshot Three() {
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "a")
      .AddTopic("t", std::vector<std::vector<BrokerId>>(6, {1, 2}))
      .Build();
}

TEST(JudgePlan, ABrokenHardRuleIsAVerdictAndNotAnError) {
  const Proposal judged = JudgePlan(Three(), {}, {{{"t", 0}, {1, 3}}}).value();
  ASSERT_EQ(judged.moves.size(), 1U);
  const auto rack = std::ranges::find(judged.goals, "RackAwareGoal", &GoalVerdict::goal);
  ASSERT_NE(rack, judged.goals.end());
  EXPECT_EQ(rack->violations_after, 1);
}

TEST(JudgePlan, WhatIsNoPlanForTheClusterIsNamed) {
  const auto message = [](const std::vector<Assignment>& plan) {
    const auto judged = JudgePlan(Three(), {}, plan);
    return judged.ok() ? std::string("accepted") : judged.error().message();
  };
  EXPECT_THAT(message({{{"t", 9}, {1, 2}}}), HasSubstr("t-9: the snapshot has no such partition"));
  EXPECT_THAT(message({{{"t", 0}, {1, 9}}}), HasSubstr("t-0: there is no broker 9"));
  EXPECT_THAT(message({{{"t", 0}, {1, 1}}}), HasSubstr("listed twice"));
  EXPECT_THAT(message({{{"t", 0}, {1}}}), HasSubstr("has 2 replicas, the plan 1"));
  EXPECT_THAT(message({{{"t", 0}, {1, 2}}, {{"t", 0}, {2, 1}}}), HasSubstr("twice"));
  ClusterSnapshot snapshot = Three();
  snapshot.partitions[0].leader = kNoBroker;
  EXPECT_FALSE(JudgePlan(snapshot, {}, {{{"t", 0}, {1, 3}}}).ok());
  EXPECT_TRUE(JudgePlan(snapshot, {}, {{{"t", 0}, {1, 2}}}).ok()) << "it stays";
}

TEST(JudgePlan, BrokenFilesAreRefusedWithThePlace) {
  EXPECT_THAT(
      ParseReassignmentJson(R"({"partitions":[{"topic":"t","partition":0}]})").error().message(),
      HasSubstr("partitions[0]"));
  EXPECT_THAT(ParseReassignmentJson(R"({"version":1})").error().message(), HasSubstr("partitions"));
  EXPECT_FALSE(ParseReassignmentJson(R"({"partitions":[]} x)").ok());
  EXPECT_EQ(ParseReassignmentJson(
                R"({"version":1,"partitions":[{"topic":"t","partition":1,"replicas":[3,2],)"
                R"("log_dirs":["any","any"]}]})")
                .value()[0]
                .replicas,
            (std::vector<BrokerId>{3, 2}));
}

TEST(CapacityFile, AllFormsOfCruiseControlAreRead) {
  ClusterSnapshot snapshot = Three();
  const Status read = ApplyCapacityJson(R"({"brokerCapacities":[
    {"brokerId":"-1","capacity":{"DISK":"100000","CPU":"100","NW_IN":"10","NW_OUT":"20"},
     "doc":"default"},
    {"brokerId":"2","capacity":{"DISK":{"/a":"250000","/b":"250000"},"CPU":{"num.cores":"16"},
     "NW_IN":"30"}},
    {"brokerId":"77","capacity":{"DISK":"1","CPU":"1","NW_IN":"1","NW_OUT":"1"}}]})",
                                        snapshot);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(snapshot.brokers[0].capacity.disk_bytes, 100000.0 * (1 << 20));
  EXPECT_EQ(snapshot.brokers[0].capacity.network_in_bytes_per_s, 10 * 1024);
  EXPECT_EQ(snapshot.brokers[0].capacity.network_out_bytes_per_s, 20 * 1024);
  EXPECT_EQ(snapshot.brokers[1].capacity.disk_bytes, 500000.0 * (1 << 20));
  EXPECT_EQ(snapshot.brokers[1].capacity.cpu_percent, 100);
  EXPECT_FALSE(IsKnown(snapshot.brokers[1].capacity.network_out_bytes_per_s)) << "not given";
}

TEST(CapacityFile, SenselessFiguresAreRefusedWithThePlace) {
  ClusterSnapshot snapshot = Three();
  for (const std::string_view bad :
       {R"({"brokerCapacities":[{"brokerId":"x","capacity":{}}]})",
        R"({"brokerCapacities":[{"capacity":{}}]})",
        R"({"brokerCapacities":[{"brokerId":"1","capacity":{"DISK":"lots"}}]})",
        R"({"brokerCapacities":[{"brokerId":"1","capacity":{"DISK":"0"}}]})",
        R"({"brokerCapacities":[{"brokerId":"1","capacity":{"CPU":-3}}]})",
        R"({"brokerCapacities":[{"brokerId":"1","capacity":{"NW_IN":"inf"}}]})", R"({})", "["}) {
    EXPECT_FALSE(ApplyCapacityJson(bad, snapshot).ok()) << bad;
  }
  for (const Broker& broker : snapshot.brokers) EXPECT_FALSE(IsKnown(broker.capacity.disk_bytes));
}

}  // namespace
}  // namespace levelwind::planner
