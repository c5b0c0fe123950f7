// Plans of clusters so small that every placement can be tried: how far is the search from the
// best? The judge of this file shares no code with the planner's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"

namespace levelwind::planner {
namespace {

constexpr std::size_t kMaxBrokers = 4;
enum Figure : std::uint8_t { kReplicaCount, kDiskBytes, kBytesIn, kLeaderCount, kLeaderBytesIn };
constexpr std::size_t kFigures = 5;
using BrokerFigures = std::array<double, kFigures>;
using Figures = std::array<BrokerFigures, kMaxBrokers>;

const std::vector<std::string> kGoals = {
    "RackAwareGoal",
    "ReplicaDistributionGoal",
    "DiskUsageDistributionGoal",
    "NetworkInboundUsageDistributionGoal",
    "LeaderReplicaDistributionGoal",
    "LeaderBytesInDistributionGoal",
};

struct Shape {
  int brokers, replicas, partitions;
};
// At most half a million placements each.
constexpr std::array kShapes = {Shape{2, 1, 12}, Shape{2, 2, 12}, Shape{3, 1, 11}, Shape{3, 2, 7},
                                Shape{3, 3, 11}, Shape{4, 1, 9},  Shape{4, 2, 5},  Shape{4, 3, 4}};

ClusterSnapshot SmallCluster(std::uint64_t seed, const Shape& shape) {
  std::mt19937_64 random(seed);
  ClusterSnapshot snapshot;
  snapshot.cluster_id = "small";
  for (int b = 0; b < shape.brokers; ++b) {
    Broker broker;
    broker.id = b;
    snapshot.brokers.push_back(broker);
  }
  Topic topic;
  topic.name = "t";
  topic.partition_count = static_cast<std::uint32_t>(shape.partitions);
  snapshot.topics.push_back(topic);
  std::lognormal_distribution<> skewed(0, seed % 3 == 0 ? 1.2 : 0.4);
  for (int number = 0; number < shape.partitions; ++number) {
    Partition p;
    p.number = number;
    p.first_replica = static_cast<std::uint32_t>(snapshot.replicas.size());
    p.replica_count = static_cast<std::uint16_t>(shape.replicas);
    p.load.bytes_in_per_s = std::round(1e6 * skewed(random));
    // Broker 0 gets more than its share.
    std::vector<BrokerId> ids;
    while (static_cast<int>(ids.size()) < shape.replicas) {
      const auto draw = [&] { return static_cast<int>(random() % std::size_t(shape.brokers)); };
      const BrokerId id = std::min(draw(), draw());
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    }
    const std::int64_t size = std::llround(1e9 * skewed(random));
    for (const BrokerId id : ids) {
      Replica replica;
      replica.broker = id;
      replica.in_sync = true;
      replica.size_bytes = size;
      snapshot.replicas.push_back(replica);
    }
    p.leader = ids.front();
    snapshot.partitions.push_back(p);
  }
  return snapshot;
}

/// Tries every placement of a snapshot.
class BruteForce {
 public:
  explicit BruteForce(const ClusterSnapshot& snapshot)
      : snapshot_(snapshot), brokers_(snapshot.brokers.size()) {
    std::vector<BrokerId> seats;
    AddPlacements(snapshot.partitions.front().replica_count, seats);
    const Figures start = Sum(snapshot);
    BrokerFigures whole{};
    for (std::size_t b = 0; b < brokers_; ++b) {
      for (std::size_t f = 0; f < kFigures; ++f) whole[f] += start[b][f];
    }
    for (std::size_t f = 0; f < kFigures; ++f) SetBand(f, whole[f] / double(brokers_));
  }

  /// Over all placements in which no broker has more of anything than the most loaded one of `plan`
  /// has, or the band allows: the planner does not buy a met band with a hotter broker.
  void Search(const Figures& plan) {
    for (std::size_t f = 0; f < kFigures; ++f) {
      most_[f] = high_[f];
      for (std::size_t b = 0; b < brokers_; ++b) most_[f] = std::max(most_[f], plan[b][f]);
      most_[f] += 1e-6 * mean_[f];
    }
    Place(0, Figures{}, 0);
  }
  int least_violations() const { return least_violations_; }
  double least_bytes() const { return least_bytes_; }

  /// Brokers outside a band, over all bands.
  int Violations(const Figures& figures) const {
    int count = 0;
    for (std::size_t b = 0; b < brokers_; ++b) {
      for (std::size_t f = 0; f < kFigures; ++f) {
        const double slack = 1e-6 * mean_[f];
        count += figures[b][f] > high_[f] + slack || figures[b][f] < low_[f] - slack ? 1 : 0;
      }
    }
    return count;
  }

  Figures Sum(const ClusterSnapshot& snapshot) const {
    Figures figures{};
    for (const Partition& p : snapshot.partitions) Add(figures, p, snapshot.ReplicaIds(p));
    return figures;
  }

 private:
  void AddPlacements(std::size_t replicas, std::vector<BrokerId>& seats) {
    if (seats.size() == replicas) {
      // The order of followers means nothing.
      if (std::is_sorted(seats.begin() + 1, seats.end())) placements_.push_back(seats);
      return;
    }
    for (std::size_t b = 0; b < brokers_; ++b) {
      const auto id = static_cast<BrokerId>(b);
      if (std::ranges::find(seats, id) != seats.end()) continue;
      seats.push_back(id);
      AddPlacements(replicas, seats);
      seats.pop_back();
    }
  }

  // Cruise Control's bands: 9 % around the mean; for counts out to whole numbers.
  void SetBand(std::size_t f, double mean) {
    mean_[f] = mean;
    low_[f] = mean * 0.91;
    high_[f] = mean * 1.09;
    if (f == kReplicaCount) {
      low_[f] = std::floor(low_[f] + 1e-6);
      high_[f] = std::ceil(high_[f] - 1e-6);
    } else if (f == kLeaderCount) {
      low_[f] = std::min(std::floor(mean + 1e-6), std::round(low_[f]));
      high_[f] = std::max(std::ceil(mean - 1e-6), std::round(high_[f]));
    }
  }

  void Add(Figures& figures, const Partition& p, const std::vector<BrokerId>& ids) const {
    const double rate = p.load.bytes_in_per_s;
    const auto size = static_cast<double>(snapshot_.SizeOf(p));
    for (const BrokerId id : ids) {
      BrokerFigures& broker = figures[static_cast<std::size_t>(id)];
      broker[kReplicaCount] += 1;
      broker[kDiskBytes] += size;
      broker[kBytesIn] += rate;
    }
    BrokerFigures& leader = figures[static_cast<std::size_t>(ids.front())];
    leader[kLeaderCount] += 1;
    leader[kLeaderBytesIn] += rate;
  }

  void Place(std::size_t p, const Figures& figures, double bytes) {
    for (std::size_t b = 0; b < brokers_; ++b) {
      for (std::size_t f = 0; f < kFigures; ++f) {
        if (figures[b][f] > most_[f]) return;
      }
    }
    if (p == snapshot_.partitions.size()) {
      const int violations = Violations(figures);
      if (violations > least_violations_) return;
      if (violations == least_violations_ && bytes >= least_bytes_) return;
      least_violations_ = violations;
      least_bytes_ = bytes;
      return;
    }
    const Partition& partition = snapshot_.partitions[p];
    const std::vector<BrokerId> before = snapshot_.ReplicaIds(partition);
    for (const std::vector<BrokerId>& ids : placements_) {
      Figures next = figures;
      Add(next, partition, ids);
      double more = bytes;
      for (const BrokerId id : ids) {
        if (std::ranges::find(before, id) != before.end()) continue;
        more += static_cast<double>(snapshot_.SizeOf(partition));
      }
      Place(p + 1, next, more);
    }
  }

  const ClusterSnapshot& snapshot_;
  const std::size_t brokers_;
  std::vector<std::vector<BrokerId>> placements_;
  BrokerFigures mean_{}, low_{}, high_{}, most_{};
  int least_violations_ = std::numeric_limits<int>::max();
  double least_bytes_ = 0;
};

struct Comparison {
  int clusters = 0, as_few_violations = 0, level = 0, as_few_bytes = 0, needed_moves = 0;
  double bytes_over = 0, worst_over = 1;
};

void Compare(std::uint64_t seed, const Shape& shape, Comparison& sum) {
  SCOPED_TRACE(fmt::format("seed {}: {} brokers, {} x {} replicas", seed, shape.brokers,
                           shape.partitions, shape.replicas));
  const ClusterSnapshot snapshot = SmallCluster(seed, shape);
  PlannerOptions options;
  options.goals = kGoals;
  const Result<Proposal> proposal = PlanRebalance(snapshot, options);
  ASSERT_TRUE(proposal.ok()) << proposal.error();
  BruteForce best(snapshot);
  const Figures plan = best.Sum(testing::Carried(snapshot, *proposal));
  best.Search(plan);
  const int reached = best.Violations(plan);
  int claimed = 0;
  for (const GoalVerdict& goal : proposal->goals) claimed += goal.violations_after;
  EXPECT_EQ(claimed, reached) << "the planner judges its plan otherwise than this test";
  EXPECT_GE(reached, best.least_violations());
  ++sum.clusters;
  if (best.Violations(best.Sum(snapshot)) > 0) ++sum.needed_moves;
  if (reached == best.least_violations()) ++sum.as_few_violations;
  if (reached > 0 || best.least_violations() > 0) return;
  // The planner's bound must be one, and the plan cannot beat the best.
  const auto bytes = static_cast<double>(proposal->bytes_to_move);
  EXPECT_GE(bytes, best.least_bytes() - 0.5);
  EXPECT_LE(static_cast<double>(proposal->bytes_lower_bound), best.least_bytes() * 1.00001 + 16);
  ++sum.level;
  if (bytes <= best.least_bytes() + 0.5) ++sum.as_few_bytes;
  if (best.least_bytes() > 0) {
    sum.bytes_over += bytes / best.least_bytes() - 1;
    sum.worst_over = std::max(sum.worst_over, bytes / best.least_bytes());
  }
}

TEST(BruteForce, SearchFindsTheBestPlacementOfSmallClusters) {
  constexpr std::uint64_t kSeeds = 8;
  Comparison sum;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const Shape& shape : kShapes) Compare(seed, shape, sum);
  }
  fmt::print(
      "{} clusters: {} with as few violations as can be; {} level, {} of them with as few "
      "bytes as can be, mean {:.4f} over, worst {:.3f}\n",
      sum.clusters, sum.as_few_violations, sum.level, sum.as_few_bytes,
      sum.bytes_over / std::max(1, sum.level), sum.worst_over);
  // The clusters must need plans, or nothing above was tested.
  EXPECT_GT(sum.needed_moves, sum.clusters * 9 / 10);
  // A search, not a proof: what it reaches today (92 of 96, 37 of 45 and 1 % over with 12 seeds)
  // less a little.
  EXPECT_GE(sum.as_few_violations, sum.clusters * 19 / 20);
  EXPECT_GE(sum.as_few_bytes, sum.level * 3 / 4);
  EXPECT_LE(sum.bytes_over / std::max(1, sum.level), 0.03);
}

}  // namespace
}  // namespace levelwind::planner
