// The emergency plan of a full disk: off that disk, the fewest bytes, and nothing else. Small
// clusters are compared with the best of all ways to do it; that search shares no code with the
// planner's.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "planner/requested.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RackOf;
using Specs = std::vector<SnapshotBuilder::PartitionSpec>;

constexpr std::int64_t kMiB = 1 << 20;
constexpr double kThreshold = 0.8;
constexpr double kTarget = 0.75;  // A margin of 5 % below it, by default.

Proposal Relieve(const ClusterSnapshot& snapshot, PlanRequest request) {
  const PlannerOptions options = Requested({}, request);
  auto plan = PlanRequested(snapshot, options, request);
  EXPECT_TRUE(plan.ok()) << plan.error();
  return plan.ok() ? *std::move(plan) : Proposal{};
}

Proposal Relieve(const ClusterSnapshot& snapshot, BrokerId broker) {
  PlanRequest request;
  request.relieve_brokers = {broker};
  return Relieve(snapshot, request);
}

double Held(const ClusterSnapshot& snapshot, BrokerId broker) {
  double bytes = 0;
  for (const Partition& p : snapshot.partitions) {
    for (const Replica& r : snapshot.ReplicasOf(p)) {
      if (r.broker == broker) bytes += static_cast<double>(snapshot.SizeOf(p));
    }
  }
  return bytes;
}

std::size_t Racks(const ClusterSnapshot& snapshot, const std::vector<BrokerId>& ids) {
  std::set<std::string> racks;
  for (const BrokerId id : ids) racks.insert(RackOf(snapshot, id));
  return racks.size();
}

/// How many racks the partition's replicas must be on after a move.
std::size_t RacksToKeep(const ClusterSnapshot& snapshot, const std::vector<BrokerId>& before) {
  std::set<std::string> all;
  for (const Broker& b : snapshot.brokers) all.insert(RackOf(snapshot, b.id));
  return std::min({before.size(), all.size(), Racks(snapshot, before)});
}

/// Six brokers on three racks; every partition of "mixed" has both replicas on one rack, and only
/// the disk of broker 1 is full: 90 MiB of 100.
ClusterSnapshot RacksBrokenEverywhere() {
  Specs specs;
  for (int i = 0; i < 9; ++i) specs.push_back({.replicas = {1, 2}, .size_bytes = 10 * kMiB});
  for (int i = 0; i < 20; ++i) specs.push_back({.replicas = {3, 4}, .size_bytes = 2 * kMiB});
  for (int i = 0; i < 20; ++i) specs.push_back({.replicas = {6, 5}, .size_bytes = 2 * kMiB});
  ClusterSnapshot snapshot = SnapshotBuilder()
                                 .AddBroker(1, "a")
                                 .AddBroker(2, "a")
                                 .AddBroker(3, "b")
                                 .AddBroker(4, "b")
                                 .AddBroker(5, "c")
                                 .AddBroker(6, "c")
                                 .AddTopic("mixed", specs)
                                 .Build();
  for (Broker& broker : snapshot.brokers) {
    broker.capacity.disk_bytes = static_cast<double>((broker.id == 2 ? 1000 : 100) * kMiB);
  }
  return snapshot;
}

TEST(Relief, MovesWhatTheFullDiskNeedsAndMendsNoRacks) {
  const ClusterSnapshot snapshot = RacksBrokenEverywhere();
  const Proposal plan = Relieve(snapshot, 1);
  ASSERT_EQ(plan.moves.size(), 2U) << testing::Describe(plan);
  EXPECT_THAT(plan.moves[0].Removed(), ElementsAre(1));
  EXPECT_EQ(plan.bytes_to_move, 20 * kMiB);
  EXPECT_NEAR(static_cast<double>(plan.bytes_lower_bound), 15.0 * kMiB, 64);
  EXPECT_EQ(plan.moves[0].goal, "DiskCapacityGoal");
  EXPECT_THAT(plan.moves[0].reason, HasSubstr("broker 1"));
  EXPECT_THAT(plan.moves[0].reason, HasSubstr("90 %"));
  EXPECT_THAT(plan.notes, Contains(HasSubstr("rack awareness")));
  EXPECT_THAT(plan.notes, Not(Contains(HasSubstr("cannot be met"))));
}

/// One broker of 100 MiB by its capacity, 60 of them used, on two log dirs of 50 MiB each.
ClusterSnapshot TwoDirs(std::int64_t usable_on_first) {
  Specs specs;
  for (int i = 0; i < 6; ++i) {
    specs.push_back({.replicas = {1}, .size_bytes = (i < 2 ? 3 : 14) * kMiB});
  }
  ClusterSnapshot snapshot =
      SnapshotBuilder().AddBroker(1, "a").AddBroker(2, "b").AddTopic("t", specs).Build();
  for (Broker& broker : snapshot.brokers) {
    broker.capacity.disk_bytes = static_cast<double>(100 * kMiB);
  }
  Broker& full = snapshot.brokers[0];
  full.log_dirs = {{.path = "/a"}, {.path = "/b"}};
  for (LogDir& dir : full.log_dirs) dir.total_bytes = 50 * kMiB;
  full.log_dirs[0].usable_bytes = usable_on_first;
  full.log_dirs[1].usable_bytes = 24 * kMiB;
  // 3, 14, 14 MiB on the first, 3, 14, 14 on the second.
  for (std::size_t i = 0; i < 6; ++i) snapshot.replicas[i].log_dir = i % 2 == 0 ? 0 : 1;
  return snapshot;
}

TEST(Relief, AFullLogDirIsRelievedThoughTheBrokerHasRoom) {
  // 47 MiB of 50 are used, 16 of them by others: 7 have to go, and 3 are too few.
  const Proposal plan = Relieve(TwoDirs(3 * kMiB), 1);
  ASSERT_EQ(plan.moves.size(), 1U) << testing::Describe(plan);
  EXPECT_EQ(plan.bytes_to_move, 14 * kMiB);
  EXPECT_EQ(plan.moves[0].partition.partition % 2, 0) << "of the full dir";
  EXPECT_THAT(plan.moves[0].reason, HasSubstr("log dir /a of broker 1, which is 94 % full"));
  EXPECT_THAT(plan.summary, HasSubstr("log dir /a of broker 1 94 % -> 66 % full"));
  EXPECT_TRUE(Relieve(TwoDirs(20 * kMiB), 1).empty()) << "nothing is too full";
}

TEST(Relief, WhatIsNoReplicaMovesNone) {
  // 31 MiB of the dir are replicas and 49 are used of 50; but of a disk ten times as large, with
  // 440 of 500 used, no replica's move brings it under 400.
  ClusterSnapshot snapshot = TwoDirs(60 * kMiB);
  snapshot.brokers[0].log_dirs[0].total_bytes = 500 * kMiB;
  const Proposal plan = Relieve(snapshot, 1);
  EXPECT_TRUE(plan.empty()) << testing::Describe(plan);
  EXPECT_THAT(plan.notes, Contains(HasSubstr("409 MiB of that are no replicas that can leave")));
}

TEST(Relief, NothingGoesToADiskThatIsFullOfSomethingElse) {
  ClusterSnapshot snapshot = RacksBrokenEverywhere();
  for (Broker& broker : snapshot.brokers) {
    broker.log_dirs = {{.path = "/d"}};
    broker.log_dirs[0].total_bytes = 100 * kMiB;
    broker.log_dirs[0].usable_bytes = broker.id == 6 ? 60 * kMiB : 8 * kMiB;
  }
  const Proposal plan = Relieve(snapshot, 1);
  ASSERT_EQ(plan.moves.size(), 2U) << "8 of 100 MiB are free on its disk: " << plan.summary;
  EXPECT_THAT(plan.summary, HasSubstr("log dir /d of broker 1 92 % -> 72 % full"));
  EXPECT_THAT(plan.summary, Not(HasSubstr("the disk of broker 1"))) << "said once";
  for (const Move& move : plan.moves) EXPECT_THAT(move.Added(), ElementsAre(6));
}

TEST(Relief, ACapacityAfterTheDisksYieldsWhereTheDiskHasNoOtherWay) {
  Specs specs(9, {.replicas = {1}, .size_bytes = 10 * kMiB, .bytes_in_per_s = 1e6});
  for (const BrokerId id : {2, 3}) specs.push_back({.replicas = {id}, .bytes_in_per_s = 1});
  ClusterSnapshot snapshot = SnapshotBuilder()
                                 .AddBroker(1, "a")
                                 .AddBroker(2, "b")
                                 .AddBroker(3, "c")
                                 .AddTopic("t", specs)
                                 .Build();
  for (Broker& broker : snapshot.brokers) {
    broker.capacity.disk_bytes = static_cast<double>(100 * kMiB);
    broker.capacity.network_in_bytes_per_s = broker.id == 2 ? 1e7 : 1e5;
  }
  Proposal plan = Relieve(snapshot, 1);
  ASSERT_EQ(plan.moves.size(), 2U) << testing::Describe(plan);
  for (const Move& move : plan.moves) {
    EXPECT_THAT(move.Added(), ElementsAre(2)) << "has the network for it";
  }
  snapshot.brokers[1].capacity.network_in_bytes_per_s = 1e5;
  EXPECT_EQ(Relieve(snapshot, 1).moves.size(), 1U)
      << "a full disk is worse than a busy network, and that is worse than a disk without a margin";
  // But no replica goes where there may be no more of them.
  PlanRequest request;
  request.relieve_brokers = {1};
  PlannerOptions options = Requested({}, request);
  options.max_replicas_per_broker = 1;
  plan = PlanRequested(snapshot, options, request).value();
  EXPECT_TRUE(plan.empty()) << testing::Describe(plan);
  EXPECT_THAT(plan.summary, HasSubstr("9 only to go against another hard goal"));
}

TEST(Relief, SaysWhyThereIsNothingToDo) {
  ClusterSnapshot snapshot = RacksBrokenEverywhere();
  EXPECT_THAT(Relieve(snapshot, 3).summary, HasSubstr("nothing to relieve (at most 80 %)"));
  for (Broker& broker : snapshot.brokers) broker.capacity.disk_bytes = kUnknown;
  EXPECT_THAT(Relieve(snapshot, 1).summary, HasSubstr("nothing is known of the size"));
  snapshot = RacksBrokenEverywhere();
  for (Broker& broker : snapshot.brokers) {
    if (broker.id != 1) broker.capacity.disk_bytes = static_cast<double>(41 * kMiB);
  }
  const Proposal plan = Relieve(snapshot, 1);
  EXPECT_TRUE(plan.empty()) << testing::Describe(plan);
  EXPECT_THAT(plan.summary, HasSubstr("of 9 replicas there 9 with no room elsewhere"));
}

TEST(Relief, NearTheLeastOnABrokerWithThousandsOfReplicas) {
  for (const double sigma : {0.0, 0.3, 2.0}) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<> skewed(0, sigma);
    SnapshotBuilder builder;
    for (int b = 0; b < 60; ++b) builder.AddBroker(b, fmt::format("r{}", b % 3));
    Specs specs;
    for (int i = 0; i < 3000; ++i) {
      specs.push_back(
          {.replicas = {0, 1 + i % 59}, .size_bytes = std::llround(1e8 * skewed(random))});
    }
    ClusterSnapshot snapshot = builder.AddTopic("t", specs).Build();
    const double held = Held(snapshot, 0);
    for (Broker& broker : snapshot.brokers) broker.capacity.disk_bytes = held / 0.87;
    const double need = held - kTarget * snapshot.brokers[0].capacity.disk_bytes;
    const Proposal plan = Relieve(snapshot, 0);
    const auto bytes = static_cast<double>(plan.bytes_to_move);
    EXPECT_GE(bytes, need * 0.99999);
    // All of one size: a whole number of them.
    EXPECT_LE(bytes, sigma > 0 ? need * 1.001 : need + 1e8) << sigma;
  }
}

TEST(Relief, CarriedOutItAsksForNothingMoreAndASeedChangesNothing) {
  std::size_t moved = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    for (const Broker& broker : snapshot.brokers) {
      PlanRequest request;
      request.relieve_brokers = {broker.id};
      const Proposal plan = Relieve(snapshot, request);
      moved += plan.moves.size();
      for (const Move& move : plan.moves) EXPECT_THAT(move.Removed(), ElementsAre(broker.id));
      for (const GoalVerdict& goal : plan.goals) {
        if (goal.goal == "DiskCapacityGoal") break;
        EXPECT_LE(goal.violations_after, goal.violations_before) << goal.goal;
      }
      EXPECT_TRUE(Relieve(testing::Carried(snapshot, plan), broker.id).empty()) << seed;
      request.seed = 77;
      const Proposal other = Relieve(testing::Shuffled(snapshot, seed), request);
      EXPECT_EQ(other.bytes_to_move, plan.bytes_to_move);
      EXPECT_EQ(other.moves.size(), plan.moves.size());
    }
  }
  EXPECT_GT(moved, 20U);
}

TEST(Relief, OtherWorkBesideItIsPlannedAsUsual) {
  PlanRequest request;
  request.relieve_brokers = {1};
  EXPECT_TRUE(Requested({}, request).relieve_disks);
  request.remove_brokers = {2};
  EXPECT_FALSE(Requested({}, request).relieve_disks);
  request.remove_brokers.clear();
  request.goals = {"DiskUsageDistributionGoal"};
  EXPECT_FALSE(Requested({}, request).relieve_disks) << "whoever names goals gets them";
}

TEST(Relief, WhatLeavesAnywayGoesToAnotherRackWhereItMay) {
  ClusterSnapshot snapshot =
      SnapshotBuilder()
          .AddBroker(1, "a")
          .AddBroker(2, "a")
          .AddBroker(3, "a")
          .AddBroker(4, "b")
          .AddTopic("t", Specs(9, {.replicas = {1, 2}, .size_bytes = 10 * kMiB}))
          .AddTopic("u", Specs(3, {.replicas = {4}, .size_bytes = 10 * kMiB}))
          .Build();
  for (Broker& broker : snapshot.brokers) {
    broker.capacity.disk_bytes = static_cast<double>((broker.id == 2 ? 1000 : 100) * kMiB);
  }
  const Proposal plan = Relieve(snapshot, 1);
  ASSERT_EQ(plan.moves.size(), 2U) << testing::Describe(plan);
  for (const Move& move : plan.moves) {
    EXPECT_THAT(move.Added(), ElementsAre(4)) << "fuller than broker 3, on another rack";
    EXPECT_THAT(move.reason, Not(HasSubstr("RackAwareGoal")));
  }
}

TEST(Relief, AllowedBytesAreSpentOnTheFullDiskOnly) {
  PlanRequest request;
  request.relieve_brokers = {1};
  request.max_bytes = 9 * kMiB;
  Proposal plan = Relieve(RacksBrokenEverywhere(), request);
  EXPECT_TRUE(plan.empty()) << testing::Describe(plan);
  EXPECT_THAT(plan.summary, HasSubstr("beyond the limits"));
  // The largest replica is beyond the limit; what fits and frees most goes.
  ClusterSnapshot snapshot = RacksBrokenEverywhere();
  for (std::size_t i = 0; i < 4; ++i) snapshot.replicas[2 * i].size_bytes = 4 * kMiB;
  for (std::size_t i = 0; i < 4; ++i) snapshot.replicas[2 * i + 1].size_bytes = 4 * kMiB;
  for (Broker& broker : snapshot.brokers) {
    if (broker.id == 1) broker.capacity.disk_bytes = static_cast<double>(70 * kMiB);
  }
  request.max_bytes = 9 * kMiB;
  plan = Relieve(snapshot, request);
  EXPECT_EQ(plan.bytes_to_move, 8 * kMiB) << testing::Describe(plan);
  for (const Move& move : plan.moves) EXPECT_THAT(move.Removed(), ElementsAre(1));
  request.max_replica_moves = 1;
  plan = Relieve(snapshot, request);
  EXPECT_EQ(plan.bytes_to_move, 4 * kMiB) << testing::Describe(plan);
}

/// Three brokers, each on a rack of its own.
SnapshotBuilder ThreeRacks() {
  SnapshotBuilder builder;
  builder.AddBroker(1, "a").AddBroker(2, "b").AddBroker(3, "c");
  return builder;
}

void GiveDisks(ClusterSnapshot& snapshot, std::int64_t bytes) {
  for (Broker& broker : snapshot.brokers) {
    broker.capacity.disk_bytes = static_cast<double>(bytes);
  }
}

TEST(Relief, StopsAMarginBelowTheThresholdSoThatTheNextRecordIsNoReasonForAnother) {
  ClusterSnapshot snapshot =
      ThreeRacks().AddTopic("t", Specs(90, {.replicas = {1}, .size_bytes = kMiB})).Build();
  GiveDisks(snapshot, 100 * kMiB);
  PlanRequest request;
  request.relieve_brokers = {1};
  PlannerOptions options = Requested({}, request);
  EXPECT_EQ(PlanRequested(snapshot, options, request)->bytes_to_move, 15 * kMiB);
  options.relief_margin = 0;
  EXPECT_EQ(PlanRequested(snapshot, options, request)->bytes_to_move, 10 * kMiB);
  options.relief_margin = 0.2;
  EXPECT_EQ(PlanRequested(snapshot, options, request)->bytes_to_move, 30 * kMiB);
  // What is in the margin and not above the threshold is left alone.
  GiveDisks(snapshot, 115 * kMiB);
  EXPECT_TRUE(Relieve(snapshot, 1).empty());
}

TEST(Relief, OfEqualReplicasThoseThatTakeInTheMostLeave) {
  Specs specs;
  for (int i = 0; i < 30; ++i) {
    specs.push_back(
        {.replicas = {1, 2}, .size_bytes = 3 * kMiB, .bytes_in_per_s = i % 10 == 7 ? 5e4 : 1e3});
  }
  ClusterSnapshot snapshot = ThreeRacks().AddTopic("t", specs).Build();
  GiveDisks(snapshot, 100 * kMiB);
  snapshot.brokers[1].capacity.disk_bytes = static_cast<double>(1000 * kMiB);
  const Proposal plan = Relieve(snapshot, 1);
  ASSERT_EQ(plan.moves.size(), 5U) << testing::Describe(plan);
  std::set<std::int32_t> left;
  for (const Move& move : plan.moves) left.insert(move.partition.partition);
  for (const std::int32_t growing : {7, 17, 27}) EXPECT_TRUE(left.contains(growing)) << growing;
}

TEST(Relief, TheMarginIsGivenUpWhereItCannotBeReached) {
  // 77 of 100 MiB on the log dir are no replicas: 2 of its 5 have to go, and no margin is in reach.
  ClusterSnapshot snapshot =
      ThreeRacks().AddTopic("t", Specs(5, {.replicas = {1}, .size_bytes = kMiB})).Build();
  GiveDisks(snapshot, 100 * kMiB);
  snapshot.brokers[0].log_dirs = {{.path = "/d"}};
  snapshot.brokers[0].log_dirs[0].total_bytes = 100 * kMiB;
  snapshot.brokers[0].log_dirs[0].usable_bytes = 18 * kMiB;
  for (Replica& replica : snapshot.replicas) replica.log_dir = 0;
  EXPECT_EQ(Relieve(snapshot, 1).moves.size(), 2U);
  // With room for a part of the margin elsewhere, that part is taken and the rest is said.
  snapshot = ThreeRacks().AddTopic("t", Specs(90, {.replicas = {1}, .size_bytes = kMiB})).Build();
  GiveDisks(snapshot, 100 * kMiB);
  for (const std::size_t b : {1U, 2U}) {
    snapshot.brokers[b].capacity.disk_bytes = static_cast<double>(15 * kMiB / 2);
  }
  const Proposal plan = Relieve(snapshot, 1);
  EXPECT_EQ(plan.bytes_to_move, 12 * kMiB) << testing::Describe(plan);
  EXPECT_THAT(plan.notes, Contains(HasSubstr("plan.relief_margin")));
}

/// A cluster of 3 to 5 brokers on 2 or 3 racks, placed without a look at racks; broker 0 is 82 to
/// 99 % full and holds at most 8 replicas.
ClusterSnapshot FullDisk(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<>(low, high)(random);
  };
  const int brokers = between(3, 5);
  const int racks = between(2, 3);
  SnapshotBuilder builder;
  for (int b = 0; b < brokers; ++b) builder.AddBroker(b, fmt::format("r{}", b % racks));
  std::lognormal_distribution<> skewed(0, seed % 3 == 0 ? 1.2 : 0.5);
  const int replicas = between(1, std::min(3, brokers - 1));
  Specs specs;
  for (int i = between(4, 8); i > 0; --i) {
    std::vector<BrokerId> ids = {0};
    while (static_cast<int>(ids.size()) < replicas) {
      const BrokerId id = between(1, brokers - 1);
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    }
    std::rotate(ids.begin(), ids.begin() + between(0, replicas - 1), ids.end());
    specs.push_back({.replicas = ids, .size_bytes = std::llround(1e9 * skewed(random))});
  }
  for (int i = between(0, 6); i > 0; --i) {
    std::vector<BrokerId> ids;
    for (int b = 1; b < brokers && static_cast<int>(ids.size()) < replicas; ++b) ids.push_back(b);
    specs.push_back({.replicas = ids, .size_bytes = std::llround(1e9 * skewed(random))});
  }
  ClusterSnapshot snapshot = builder.AddTopic("t", specs).Build();
  const double full = Held(snapshot, 0) / (0.01 * between(82, 99));
  for (Broker& broker : snapshot.brokers) {
    const double held = Held(snapshot, broker.id);
    // Some have little room, some plenty.
    const double room = full * 0.01 * (between(0, 2) > 0 ? between(1, 6) : between(7, 60));
    broker.capacity.disk_bytes = broker.id == 0 ? full : (held + room) / kThreshold;
  }
  return snapshot;
}

/// The least that can be left above the threshold less its margin, and the fewest bytes which do
/// that.
class BestRelief {
 public:
  explicit BestRelief(const ClusterSnapshot& snapshot) : snapshot_(snapshot) {
    for (const Broker& broker : snapshot.brokers) {
      const double share = broker.id == 0 ? kTarget : kThreshold;
      room_.push_back(share * broker.capacity.disk_bytes - Held(snapshot, broker.id));
    }
    for (const Partition& p : snapshot.partitions) {
      const auto ids = snapshot.ReplicaIds(p);
      if (std::ranges::find(ids, 0) != ids.end()) held_.push_back(&p);
    }
    Try(0, 0);
  }
  double need() const { return -room_[0]; }
  double left = std::numeric_limits<double>::infinity();
  double bytes = 0;

 private:
  void Try(std::size_t i, double moved) {
    if (i == held_.size()) {
      const double rest = std::max(0.0, need() - moved);
      if (rest > left || (rest == left && moved >= bytes)) return;
      left = rest;
      bytes = moved;
      return;
    }
    Try(i + 1, moved);
    const std::vector<BrokerId> before = snapshot_.ReplicaIds(*held_[i]);
    const auto size = static_cast<double>(snapshot_.SizeOf(*held_[i]));
    for (BrokerId to = 1; to < static_cast<BrokerId>(room_.size()); ++to) {
      double& room = room_[static_cast<std::size_t>(to)];
      if (room < size || std::ranges::find(before, to) != before.end()) continue;
      std::vector<BrokerId> after = before;
      std::ranges::replace(after, 0, to);
      if (Racks(snapshot_, after) < RacksToKeep(snapshot_, before)) continue;
      room -= size;
      Try(i + 1, moved + size);
      room += size;
    }
  }

  const ClusterSnapshot& snapshot_;
  std::vector<double> room_;
  std::vector<const Partition*> held_;
};

void CheckMoves(const ClusterSnapshot& snapshot, const Proposal& plan) {
  for (const Move& move : plan.moves) {
    EXPECT_THAT(move.Removed(), ElementsAre(0)) << move.partition.ToString();
    EXPECT_GE(Racks(snapshot, move.after), RacksToKeep(snapshot, move.before));
    EXPECT_EQ(move.after.size(), move.before.size());
  }
  const ClusterSnapshot after = testing::Carried(snapshot, plan);
  for (const Broker& broker : snapshot.brokers) {
    if (broker.id == 0) continue;
    const double before = Held(snapshot, broker.id);
    const double allowed = kThreshold * broker.capacity.disk_bytes;
    EXPECT_LE(Held(after, broker.id), std::max(before, allowed) * 1.00001) << broker.id;
  }
}

TEST(Relief, CopiesTheFewestBytesOfAllWaysOnSmallClusters) {
  constexpr std::uint64_t kClusters = 400;
  constexpr double kNear = 1.001;  // What the planner promises.
  std::size_t reached = 0, least = 0, beyond = 0, moved = 0;
  double planned = 0, best_of_all = 0, worst = 1;
  for (std::uint64_t i = 0; i < kClusters; ++i) {
    const std::uint64_t seed = testing::FirstSeed() + i;
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = FullDisk(seed);
    const BestRelief best(snapshot);
    const Proposal plan = Relieve(snapshot, 0);
    CheckMoves(snapshot, plan);
    const auto bytes = static_cast<double>(plan.bytes_to_move);
    const double left = std::max(0.0, best.need() - bytes);
    EXPECT_LE(left, best.left + 1e-4 * best.need()) << testing::Describe(plan);
    moved += bytes > 0 ? 1 : 0;
    if (best.left > 0) {
      ++beyond;
      continue;
    }
    ++reached;
    EXPECT_LE(bytes, kNear * best.bytes) << testing::Describe(plan);
    EXPECT_LE(static_cast<double>(plan.bytes_lower_bound), best.bytes * 1.00001);
    planned += bytes;
    best_of_all += best.bytes;
    worst = std::max(worst, bytes / best.bytes);
    least += bytes <= best.bytes + 0.5 ? 1 : 0;
  }
  fmt::print(
      "relief: {} full disks, {} that can be relieved, {} of them with the fewest bytes; bytes of "
      "the best {:.5f}, worst {:.5f}; {} that cannot, relieved as far as can be\n",
      kClusters, reached, least, planned / best_of_all, worst, beyond);
  EXPECT_GT(reached, kClusters / 2);
  EXPECT_GT(beyond, kClusters / 40);
  EXPECT_GT(moved, kClusters / 2);
}

}  // namespace
}  // namespace levelwind::planner
