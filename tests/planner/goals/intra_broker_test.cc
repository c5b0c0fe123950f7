// IntraBrokerDiskCapacityGoal, IntraBrokerDiskUsageDistributionGoal and emptying log dirs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "planner/intra_broker/log_dir_proposal.h"
#include "planner/intra_broker/plan_log_dirs.h"
#include "tests/planner/goals/goal_case.h"

namespace levelwind::planner::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::int64_t kGb = std::int64_t{1} << 30;

struct Placed {
  int dir = 0;
  std::int64_t gb = 0;
};

/// Broker 1 with log dirs /d0, /d1, ... of these sizes, and one replica per entry.
ClusterSnapshot OneBroker(const std::vector<std::int64_t>& sizes_gb,
                          const std::vector<Placed>& replicas) {
  ClusterSnapshot snapshot =
      Brokers(1).AddTopic("t", Repeat({1}, static_cast<int>(replicas.size()))).Build();
  snapshot.brokers[0].log_dirs.clear();
  for (std::size_t d = 0; d < sizes_gb.size(); ++d) {
    snapshot.brokers[0].log_dirs.push_back(
        {.path = fmt::format("/d{}", d), .total_bytes = sizes_gb[d] * kGb});
  }
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    snapshot.replicas[i].log_dir = static_cast<std::int16_t>(replicas[i].dir);
    snapshot.replicas[i].size_bytes = replicas[i].gb * kGb;
  }
  return snapshot;
}

LogDirPlan PlanDirs(const ClusterSnapshot& snapshot, const LogDirOptions& options = {}) {
  Result<LogDirPlan> plan = PlanLogDirs(snapshot, options);
  if (!plan.ok()) {
    ADD_FAILURE() << plan.error();
    return {};
  }
  return *std::move(plan);
}

ClusterSnapshot Carried(ClusterSnapshot snapshot, const LogDirPlan& plan) {
  for (const LogDirMove& move : plan.moves) {
    const Broker& broker = *snapshot.FindBroker(move.broker);
    const auto to = std::ranges::find(broker.log_dirs, move.to, &LogDir::path);
    const Partition& p = *snapshot.FindPartition(move.partition.topic, move.partition.partition);
    for (std::uint32_t r = p.first_replica; r < p.first_replica + p.replica_count; ++r) {
      if (snapshot.replicas[r].broker != move.broker) continue;
      snapshot.replicas[r].log_dir = static_cast<std::int16_t>(to - broker.log_dirs.begin());
    }
  }
  return snapshot;
}

TEST(IntraBrokerDiskCapacityGoal, EightTenthsAreAllowed) {
  LogDirOptions options;
  options.level = false;
  const LogDirPlan level = PlanDirs(OneBroker({100, 100}, {{0, 80}}), options);
  EXPECT_EQ(level.goals[0].violations_before, 0);
  EXPECT_TRUE(level.moves.empty());
  const LogDirPlan full = PlanDirs(OneBroker({100, 100}, {{0, 79}, {0, 2}, {0, 4}}), options);
  EXPECT_EQ(full.goals[0].goal, "IntraBrokerDiskCapacityGoal");
  EXPECT_TRUE(full.goals[0].hard);
  EXPECT_EQ(full.goals[0].violations_before, 1);
  EXPECT_EQ(full.goals[0].violations_after, 0);
  for (const LogDirMove& move : full.moves) EXPECT_LT(move.bytes, 10 * kGb) << "the big one stays";
  EXPECT_THAT(full.moves[0].reason, HasSubstr("85 % full, 80 % are allowed"));
}

TEST(IntraBrokerDiskUsageDistributionGoal, TheBandIsAroundTheShareOfTheWholeBroker) {
  const auto outside = [](std::int64_t a, std::int64_t b) {
    return PlanDirs(OneBroker({1000, 1000}, {{0, a}, {1, b}})).goals[1].violations_before;
  };
  EXPECT_EQ(outside(109, 91), 0);
  EXPECT_EQ(outside(110, 90), 2);
  // Shares count, not bytes.
  EXPECT_EQ(PlanDirs(OneBroker({1000, 100}, {{0, 500}, {1, 50}})).goals[1].violations_before, 0);
}

TEST(IntraBrokerDiskUsageDistributionGoal, LevelsWithFewBytes) {
  std::vector<Placed> replicas(20, {0, 10});
  const ClusterSnapshot snapshot = OneBroker({1000, 1000}, replicas);
  const LogDirPlan plan = PlanDirs(snapshot);
  EXPECT_EQ(plan.goals[1].violations_after, 0);
  EXPECT_EQ(plan.bytes_to_move, 100 * kGb) << "91 would do, but replicas are of 10";
  EXPECT_TRUE(PlanDirs(Carried(snapshot, plan)).moves.empty());
}

TEST(IntraBrokerDiskUsageDistributionGoal, SwapsWhereNoReplicaHasTheRightSize) {
  const ClusterSnapshot snapshot = OneBroker({100, 100}, {{0, 25}, {0, 25}, {1, 15}, {1, 15}});
  const LogDirPlan plan = PlanDirs(snapshot);
  EXPECT_EQ(plan.goals[1].violations_before, 2);
  EXPECT_EQ(plan.goals[1].violations_after, 0);
  EXPECT_EQ(plan.moves.size(), 2U);
}

TEST(LogDirs, AreEmptiedOntoTheOthers) {
  LogDirOptions options;
  options.empty = {{1, "/d0"}};
  const ClusterSnapshot snapshot =
      OneBroker({100, 100, 100}, {{0, 20}, {0, 20}, {0, 10}, {1, 10}, {2, 10}});
  const LogDirPlan plan = PlanDirs(snapshot, options);
  std::int64_t moved = 0;
  for (const LogDirMove& move : plan.moves) {
    EXPECT_NE(move.to, "/d0");
    if (move.from != "/d0") continue;
    EXPECT_EQ(move.goal, kEmptyLogDirGoal);
    moved += move.bytes;
  }
  EXPECT_EQ(moved, 50 * kGb);
  EXPECT_EQ(plan.dirs[0].bytes_after, 0);
  EXPECT_TRUE(PlanDirs(Carried(snapshot, plan), options).moves.empty());
}

TEST(LogDirs, WhatFindsNoRoomStaysAndIsSaid) {
  LogDirOptions options;
  options.empty = {{1, "/d0"}};
  const LogDirPlan plan = PlanDirs(OneBroker({100, 100}, {{0, 20}, {1, 70}}), options);
  EXPECT_TRUE(plan.moves.empty());
  EXPECT_THAT(plan.notes, Contains(HasSubstr("1 replicas find no room")));
}

TEST(LogDirs, FailedOnesGiveAndGetNothing) {
  ClusterSnapshot snapshot = OneBroker({100, 100, 100}, {{0, 60}, {1, 10}, {2, 10}, {0, 10}});
  snapshot.brokers[0].log_dirs[2].offline = true;
  for (const LogDirMove& move : PlanDirs(snapshot).moves) {
    EXPECT_NE(move.from, "/d2");
    EXPECT_NE(move.to, "/d2");
  }
}

TEST(LogDirs, UnknownIsNotJudged) {
  ClusterSnapshot snapshot = OneBroker({100, 100}, {{0, 60}});
  snapshot.brokers[0].log_dirs[1].total_bytes = kUnknownCount;
  const LogDirPlan plan = PlanDirs(snapshot);
  EXPECT_TRUE(plan.moves.empty());
  EXPECT_FALSE(plan.goals[0].judged);
  EXPECT_THAT(plan.notes, Contains(HasSubstr("capacity of its log dir /d1 is unknown")));
}

TEST(LogDirs, OfTheBrokersThatAreNamedOnly) {
  // Brokers 1 and 2 are uneven in the same way.
  ClusterSnapshot snapshot =
      Brokers(2).AddTopic("t", {{1}, {1}, {1}, {1}, {2}, {2}, {2}, {2}}).Build();
  for (Broker& broker : snapshot.brokers) {
    broker.log_dirs = {{.path = "/d0", .total_bytes = 100 * kGb},
                       {.path = "/d1", .total_bytes = 100 * kGb}};
  }
  for (Replica& replica : snapshot.replicas) {
    replica.log_dir = 0;
    replica.size_bytes = 10 * kGb;
  }
  EXPECT_EQ(PlanDirs(snapshot).moves.size(), 4U);
  LogDirOptions options;
  options.brokers = {2};
  const LogDirPlan plan = PlanDirs(snapshot, options);
  ASSERT_EQ(plan.moves.size(), 2U);
  for (const LogDirMove& move : plan.moves) EXPECT_EQ(move.broker, 2);
  options.brokers = {2, 9};
  EXPECT_EQ(PlanLogDirs(snapshot, options).error().message(), "broker 9 is not in the cluster");
}

TEST(LogDirs, BadOptionsAreRefused) {
  const ClusterSnapshot snapshot = OneBroker({100, 100}, {{0, 60}});
  LogDirOptions options;
  options.empty = {{1, "/d7"}};
  EXPECT_THAT(PlanLogDirs(snapshot, options).error().message(), HasSubstr("no log dir /d7"));
  options.empty = {{2, "/d0"}};
  EXPECT_THAT(PlanLogDirs(snapshot, options).error().message(), HasSubstr("broker 2"));
  options = {};
  options.capacity_threshold = 0;
  EXPECT_FALSE(PlanLogDirs(snapshot, options).ok());
  options = {};
  options.balance_threshold = 1;
  EXPECT_FALSE(PlanLogDirs(snapshot, options).ok());
}

TEST(LogDirs, RandomOnesGetBetterAndStayPlanned) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
    std::vector<std::int64_t> sizes;
    const std::int64_t dirs = 2 + below(6);
    for (std::int64_t d = 0; d < dirs; ++d) sizes.push_back(500 + below(500));
    std::vector<Placed> replicas;
    for (std::int64_t i = below(60); i > 0; --i) {
      replicas.push_back({static_cast<int>(std::min(below(dirs), below(dirs))), below(60)});
    }
    const ClusterSnapshot snapshot = OneBroker(sizes, replicas);
    const LogDirPlan plan = PlanDirs(snapshot);
    const GoalVerdict& capacity = plan.goals[0];
    EXPECT_LE(capacity.cost_after, capacity.cost_before + 1e-9);
    // A full log dir may have to be relieved by what makes the shares less even.
    if (capacity.cost_before == 0) {
      EXPECT_LE(plan.goals[1].cost_after, plan.goals[1].cost_before + 1e-9);
    }
    double before = 0, after = 0;
    std::set<TopicPartition> moved;
    for (const LogDirUse& use : plan.dirs) {
      before += use.bytes_before;
      after += use.bytes_after;
    }
    for (const LogDirMove& move : plan.moves) EXPECT_TRUE(moved.insert(move.partition).second);
    EXPECT_NEAR(before, after, 1);
    EXPECT_TRUE(PlanDirs(Carried(snapshot, plan)).moves.empty()) << "no fixed point";
  }
}

TEST(LogDirs, ExcludedTopicsStay) {
  const ClusterSnapshot snapshot = OneBroker({100, 100}, {{0, 20}, {0, 20}});
  LogDirOptions options;
  options.exclude_topics = "t";
  EXPECT_TRUE(PlanDirs(snapshot, options).moves.empty());
  options.exclude_topics = "u";
  EXPECT_EQ(PlanDirs(snapshot, options).moves.size(), 1u);
  options.include_topics = "(";
  EXPECT_THAT(PlanLogDirs(snapshot, options).error().message(),
              HasSubstr("include_topics \"(\" is no regular expression"));
}

TEST(LogDirs, AProposalSaysWhatThePlanSays) {
  ClusterSnapshot snapshot = OneBroker({100, 100, 100}, {{0, 30}, {0, 10}, {1, 20}});
  snapshot.partitions[0].load.bytes_in_per_s = 77;
  LogDirOptions options;
  options.level = false;
  options.empty = {{1, "/d0"}};
  const auto proposal = ProposeLogDirs(snapshot, options, double(kGb));
  ASSERT_TRUE(proposal.ok()) << proposal.error();
  ASSERT_EQ(proposal->moves.size(), 2u);
  const Move& small = proposal->moves[0];
  EXPECT_EQ(small.partition.ToString(), "t-1") << "small before large";
  const Move& large = proposal->moves[1];
  EXPECT_EQ(large.kind, MoveKind::kLogDir);
  EXPECT_EQ(large.partition.ToString(), "t-0");
  EXPECT_EQ(large.broker, 1);
  EXPECT_EQ(large.from_dir, "/d0");
  EXPECT_EQ(large.before, large.after);
  EXPECT_EQ(large.bytes, 30 * kGb);
  EXPECT_EQ(large.bytes_in_per_s, 77);
  EXPECT_EQ(proposal->asked_for, "empty log dirs 1:/d0");
  EXPECT_EQ(proposal->log_dir_moves, 2);
  EXPECT_EQ(proposal->replica_moves, 0);
  EXPECT_EQ(proposal->bytes_to_move, 40 * kGb);
  EXPECT_DOUBLE_EQ(proposal->makespan_s, 40);
  const GoalVerdict& emptied = VerdictOf(*proposal, kEmptyLogDirGoal);
  EXPECT_EQ(emptied.violations_before, 1);
  EXPECT_EQ(emptied.violations_after, 0);
  EXPECT_EQ(emptied.cost_before, 2) << "replicas in it";
  ASSERT_EQ(proposal->log_dirs.size(), 3u);
  EXPECT_EQ(proposal->log_dirs[0].bytes_before, 40.0 * double(kGb));
  EXPECT_EQ(proposal->log_dirs[0].bytes_after, 0);
  EXPECT_GT(proposal->score_after, proposal->score_before);
  EXPECT_THAT(proposal->summary, HasSubstr("2 moves between log dirs (40"));
}

TEST(LogDirs, BrokersTakeTurns) {
  ClusterSnapshot snapshot = Brokers(2).AddTopic("t", Repeat({1, 2}, 4)).Build();
  for (Broker& broker : snapshot.brokers) {
    broker.log_dirs = {{.path = "/a", .total_bytes = 100 * kGb},
                       {.path = "/b", .total_bytes = 100 * kGb}};
  }
  for (Replica& replica : snapshot.replicas) {
    replica.log_dir = 0;
    replica.size_bytes = kGb;
  }
  const auto proposal = ProposeLogDirs(snapshot, {}, 0);
  ASSERT_TRUE(proposal.ok()) << proposal.error();
  ASSERT_EQ(proposal->moves.size(), 4u);
  std::vector<BrokerId> order;
  for (const Move& move : proposal->moves) order.push_back(move.broker);
  EXPECT_THAT(order, ::testing::ElementsAre(1, 2, 1, 2));
  EXPECT_FALSE(IsKnown(proposal->makespan_s)) << "no rate, no time";
  EXPECT_EQ(proposal->moves[0].before, (std::vector<BrokerId>{1, 2}));
}

}  // namespace
}  // namespace levelwind::planner::testing
