// Lower bounds of bytes against the truth: on clusters so small that every placement can be tried,
// no legal one that keeps what is asked may move less than a bound says.
#include "planner/bounds/dual_bound.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "planner/bounds/bytes_bound.h"
#include "planner/bounds/lower_bound.h"
#include "planner/goals/bands.h"
#include "planner/goals/goal_set.h"
#include "planner/rebalance/plan_rebalance.h"
#include "planner/search/judge.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using levelwind::testing::SnapshotBuilder;

struct Kind {
  bool racks = false, dead = false;
  bool catching_up = false;  ///< Partition 0 has a replica that is not in sync: it must stay.
};

/// Few partitions of similar sizes on few brokers, so that some placement is inside wide bands.
ClusterSnapshot SmallCluster(std::mt19937_64& random, const Kind& kind) {
  const auto [racks, dead, catching_up] = kind;
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<>(low, high)(random);
  };
  const int brokers = between(3, 4);
  SnapshotBuilder builder;
  for (int b = 0; b < brokers; ++b) {
    const bool gone = dead && b == 0;
    builder.AddBroker(b, racks ? fmt::format("r{}", b % 3) : "",
                      gone ? levelwind::BrokerState::kDead : levelwind::BrokerState::kAlive);
  }
  std::vector<SnapshotBuilder::PartitionSpec> specs;
  for (int p = 0; p < (dead ? 5 : 6); ++p) {
    const int first = between(0, between(0, brokers - 1));
    int second = between(0, brokers - 2);
    if (second >= first) ++second;
    std::vector<BrokerId> replicas{first};
    if (p % 2 == 0) replicas.push_back(second);
    const BrokerId leader = dead && replicas[0] == 0 && replicas.size() > 1 ? replicas[1] : -1;
    specs.push_back({replicas, between(20, 60) * (std::int64_t{1} << 20), 1e4 * between(5, 15),
                     leader == -1 ? replicas[0] : leader});
  }
  ClusterSnapshot snapshot = builder.AddTopic("t", specs).Build();
  if (catching_up) snapshot.replicas[1].in_sync = false;
  return snapshot;
}

/// Tries every placement.
class BruteForce {
 public:
  BruteForce(const Placement& start, const Requirements& kept)
      : start_(start), kept_(kept), loads_(start.cluster().pinned_load) {}

  /// Least bytes of a placement that keeps all of it; infinite when there is none.
  double Run() {
    Place(0, 0);
    return least_;
  }

 private:
  void Place(std::uint32_t p, double bytes) {
    if (bytes >= least_) return;
    if (p == start_.partitions().size()) {
      if (Inside()) least_ = bytes;
      return;
    }
    Seat(p, 0, start_.partition(p), bytes);
  }

  void Seat(std::uint32_t p, std::size_t slot, const PartitionRecord& so_far, double bytes) {
    PartitionRecord record = so_far;
    const FlatCluster& cluster = start_.cluster();
    if (slot == 0 && record.frozen) {
      slot = record.rf;  // No broker of these clusters is dead where a partition is frozen.
    }
    if (slot == record.rf) {
      if (kept_.mends_racks && DistinctRacks(cluster, record) < record.required_racks) return;
      for (std::size_t i = 0; i < record.rf; ++i) {
        loads_[record.replicas[i]] += cluster.LoadOf(record, i);
      }
      Place(p + 1, bytes);
      for (std::size_t i = 0; i < record.rf; ++i) {
        loads_[record.replicas[i]] -= cluster.LoadOf(record, i);
      }
      return;
    }
    for (const BrokerIndex b : cluster.targets) {
      const auto end = record.replicas + slot;
      // Followers in one order only: who follows does not depend on it.
      if (std::find(record.replicas, end, b) != end) continue;
      if (slot > 1 && record.replicas[slot - 1] > b) continue;
      record.replicas[slot] = b;
      Seat(p, slot + 1, record,
           bytes + (record.Originally(b) ? 0.0 : static_cast<double>(record.disk)));
    }
  }

  bool Inside() const {
    for (const BrokerIndex b : start_.cluster().targets) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float load = loads_[b][lane];
        constexpr float kRounding = 2e-5F;
        if (load > kept_.high[b][lane] - kRounding || load < kept_.low[b][lane] + kRounding) {
          return false;
        }
      }
    }
    return true;
  }

  const Placement& start_;
  const Requirements& kept_;
  std::vector<Vec8> loads_;
  double least_ = std::numeric_limits<double>::infinity();
};

/// All bands and capacities, whether something keeps them or not.
Requirements Everything(const Placement& start) {
  Requirements kept;
  const Bands& bands = start.bands();
  kept.low = bands.low;
  kept.high = bands.high;
  for (const BrokerIndex b : start.cluster().targets) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      kept.low[b].Set(lane, bands.low[b][lane] - 3e-5F);
      kept.high[b].Set(lane, std::min(bands.high[b][lane], bands.cap[b][lane]) + 3e-5F);
    }
  }
  return kept;
}

struct Tally {
  int feasible = 0, above_knapsack = 0, tight = 0;
};

void CompareWithTruth(std::uint64_t seed, const Kind& kind, Tally& tally) {
  SCOPED_TRACE(fmt::format("seed {} racks {} dead {} catching up {}", seed, kind.racks, kind.dead,
                           kind.catching_up));
  std::mt19937_64 random(seed);
  const ClusterSnapshot snapshot = SmallCluster(random, kind);
  PlannerOptions options;
  options.band_margin = 0.45;
  const GoalSet goals = MakeGoals(options).value();
  const FlatCluster cluster = Flatten(snapshot, goals, options).value();
  const Placement start(cluster, ComputeBands(cluster, cluster.partitions, goals, options));
  const Requirements kept = Everything(start);
  const double least = BruteForce(start, kept).Run();
  if (least == std::numeric_limits<double>::infinity()) return;
  const double knapsack = KnapsackBytesBound(start, kept);
  const double dual = DualBytesBound(start, kept, {1'000, 100'000'000});
  EXPECT_LE(knapsack, least + 1e-6);
  EXPECT_LE(dual, least + 1e-6);
  ++tally.feasible;
  tally.above_knapsack += dual > knapsack + 1e-3 ? 1 : 0;
  tally.tight += std::max(dual, knapsack) > 0.95 * least ? 1 : 0;
}

TEST(DualBound, IsNeverAboveTheBestOfAllPlacements) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CompareWithTruth(seed, {}, tally);
    CompareWithTruth(seed, {.racks = true}, tally);
    CompareWithTruth(seed, {.dead = true}, tally);
  }
  // Or nothing above was tested: bounds that say something, and placements to compare with.
  EXPECT_GT(tally.feasible, 60);
  EXPECT_GT(tally.above_knapsack, 5);
  EXPECT_GT(tally.tight, 10);
}

TEST(DualBound, IsNeverAboveTheBestOfPlacementsWithAPartitionThatMustStay) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CompareWithTruth(seed, {.catching_up = true}, tally);
  }
  EXPECT_GT(tally.feasible, 15);
  EXPECT_GT(tally.above_knapsack, 1);
  EXPECT_GT(tally.tight, 2);
}

/// Two brokers hold everything and two hold nothing, sizes all the same.
ClusterSnapshot HalfEmpty() {
  const std::vector<std::vector<BrokerId>> replicas(24, {1, 2});
  return SnapshotBuilder()
      .AddBroker(1, "a")
      .AddBroker(2, "b")
      .AddBroker(3, "a")
      .AddBroker(4, "b")
      .AddTopic("t", replicas)
      .Build();
}

TEST(DualBound, ThePlanCarriesItWithMethodAndGap) {
  PlannerOptions options;
  const Proposal plain = PlanRebalance(HalfEmpty(), options).value();
  EXPECT_EQ(plain.bound_method, "knapsack");
  options.dual_bound = true;
  const Proposal proven = PlanRebalance(HalfEmpty(), options).value();
  EXPECT_EQ(proven.moves.size(), plain.moves.size()) << "a bound is no part of the search";
  EXPECT_GE(proven.bytes_lower_bound, plain.bytes_lower_bound);
  ASSERT_GT(proven.bytes_lower_bound, 0);
  EXPECT_NEAR(
      proven.bound_gap,
      static_cast<double>(proven.bytes_to_move) / static_cast<double>(proven.bytes_lower_bound) - 1,
      1e-9);
  EXPECT_GE(proven.bound_gap, -1e-6);
  EXPECT_EQ(proven.bound_open_bands, 0);
}

TEST(DualBound, DoesNotAskForWhatThePlanLeavesOpen) {
  // Nothing may move, so nothing is kept that is open now: no plan that does as little has to copy.
  PlannerOptions options;
  options.dual_bound = true;
  options.max_replica_moves = 0;
  const Proposal proposal = PlanRebalance(HalfEmpty(), options).value();
  EXPECT_EQ(proposal.bytes_to_move, 0);
  EXPECT_EQ(proposal.bytes_lower_bound, 0);
  EXPECT_GT(proposal.bound_open_bands, 0);
  EXPECT_FALSE(IsKnown(proposal.bound_gap)) << "nothing to compare with";
}

TEST(DualBound, HasNothingToSayWithMoreReplicasThanBrokers) {
  const auto snapshot = SnapshotBuilder()
                            .AddBroker(1, "a")
                            .AddBroker(2, "b")
                            .AddBroker(3, "c", levelwind::BrokerState::kDead)
                            .AddTopic("t", std::vector<std::vector<BrokerId>>{{1, 2, 3}})
                            .Build();
  PlannerOptions options;
  options.dual_bound = true;
  const Proposal proposal = PlanRebalance(snapshot, options).value();
  EXPECT_EQ(proposal.bound_method, "knapsack");
}

}  // namespace
}  // namespace levelwind::planner
