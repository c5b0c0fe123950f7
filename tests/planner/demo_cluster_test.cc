// The cluster of scripts/demo and its relatives: small, uneven, counted in single partitions.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using PartitionSpec = levelwind::testing::SnapshotBuilder::PartitionSpec;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr std::int64_t kMiB = 1 << 20;

struct DemoShape {
  int busy = 40;      ///< Partitions of the busy RF-3 topic.
  int plain = 24;     ///< Partitions of an RF-2 topic.
  int quiet = 16;     ///< Partitions of an RF-2 topic without traffic.
  double hot = 0.10;  ///< Share of all produced bytes in one partition.
  bool rates = true;
};

/// Four brokers on racks r1 r2 r3 r1; every busy leader on broker 1, nothing on broker 4.
ClusterSnapshot Demo(const DemoShape& shape) {
  levelwind::testing::SnapshotBuilder builder;
  builder.AddBroker(1, "r1").AddBroker(2, "r2").AddBroker(3, "r3").AddBroker(4, "r1");
  std::vector<PartitionSpec> busy, plain, quiet;
  const double rate = 100'000;
  const double total = rate * (shape.busy - 1) + 0.5 * rate * shape.plain;
  for (int p = 0; p < shape.busy; ++p) {
    const double in = p == 7 ? shape.hot / (1 - shape.hot) * total : rate;
    busy.push_back({.replicas = {1, 2, 3},
                    .size_bytes = static_cast<std::int64_t>(in * 60),
                    .bytes_in_per_s = shape.rates ? in : kUnknown});
  }
  for (int p = 0; p < shape.plain; ++p) {
    plain.push_back({.replicas = {1, p % 2 == 0 ? 2 : 3},
                     .size_bytes = 3 * kMiB,
                     .bytes_in_per_s = shape.rates ? 0.5 * rate : kUnknown});
  }
  for (int p = 0; p < shape.quiet; ++p) {
    quiet.push_back({.replicas = {p % 2 == 0 ? 2 : 3, 1},
                     .size_bytes = kMiB,
                     .bytes_in_per_s = shape.rates ? 0 : kUnknown});
  }
  return builder.AddTopic("busy", busy).AddTopic("plain", plain).AddTopic("quiet", quiet).Build();
}

struct Shares {
  std::map<BrokerId, double> leaders;
  std::map<BrokerId, double> bytes_in;
};

/// Counted from the cluster itself, not from the proposal's own figures.
Shares CountShares(const ClusterSnapshot& snapshot) {
  Shares shares;
  double all = 0;
  for (const Broker& b : snapshot.brokers) shares.leaders[b.id] = shares.bytes_in[b.id] = 0;
  for (const Partition& p : snapshot.partitions) all += KnownOr(p.load.bytes_in_per_s, 0.0);
  for (const Partition& p : snapshot.partitions) {
    shares.leaders[p.leader] += 1.0 / static_cast<double>(snapshot.partitions.size());
    shares.bytes_in[p.leader] += KnownOr(p.load.bytes_in_per_s, 0.0) / all;
  }
  return shares;
}

void ExpectLevelLeaders(const ClusterSnapshot& snapshot, bool rates) {
  const Shares shares = CountShares(snapshot);
  for (const auto& [broker, share] : shares.leaders) {
    EXPECT_THAT(share, AllOf(Ge(0.20), Le(0.30))) << "leaders of broker " << broker;
  }
  for (const auto& [broker, share] : shares.bytes_in) {
    if (!rates) break;
    EXPECT_THAT(share, AllOf(Ge(0.20), Le(0.30))) << "bytes in of broker " << broker;
  }
}

void ExpectDistinctRacks(const ClusterSnapshot& snapshot) {
  for (const Partition& p : snapshot.partitions) {
    std::set<std::string> racks;
    for (const BrokerId id : snapshot.ReplicaIds(p)) racks.insert(snapshot.FindBroker(id)->rack);
    EXPECT_EQ(racks.size(), p.replica_count) << snapshot.NameOf(p).ToString();
  }
}

TEST(DemoCluster, EndsWithEveryBrokerLeadingAQuarter) {
  for (const DemoShape& shape :
       {DemoShape{}, DemoShape{.busy = 30, .plain = 20, .quiet = 10, .hot = 0.2},
        DemoShape{.busy = 60, .plain = 40, .quiet = 0, .hot = 0.05},
        DemoShape{.busy = 12, .plain = 36, .quiet = 12, .hot = 0.15},
        DemoShape{.busy = 50, .plain = 12, .quiet = 6, .hot = 0.22}}) {
    SCOPED_TRACE(fmt::format("busy {} plain {} quiet {} hot {}", shape.busy, shape.plain,
                             shape.quiet, shape.hot));
    const ClusterSnapshot before = Demo(shape);
    const Result<Proposal> proposal = PlanRebalance(before, PlannerOptions());
    ASSERT_TRUE(proposal.ok()) << proposal.error();
    const ClusterSnapshot after = testing::Carried(before, *proposal);
    ExpectLevelLeaders(after, true);
    ExpectDistinctRacks(after);
    EXPECT_GT(proposal->score_after, proposal->score_before);
    const Result<Proposal> second = PlanRebalance(after, PlannerOptions());
    EXPECT_TRUE(second->empty()) << testing::Describe(*second);
  }
}

TEST(DemoCluster, WithoutRatesLevelsCountsAndSaysSo) {
  const ClusterSnapshot before = Demo({.rates = false});
  const Result<Proposal> proposal = PlanRebalance(before, PlannerOptions());
  ASSERT_TRUE(proposal.ok()) << proposal.error();
  ExpectLevelLeaders(testing::Carried(before, *proposal), false);
  EXPECT_THAT(proposal->notes,
              ::testing::Contains(HasSubstr("rates unknown: the plan uses sizes and counts")));
  for (const GoalVerdict& goal : proposal->goals) {
    if (goal.goal != "LeaderBytesInDistributionGoal") continue;
    EXPECT_EQ(goal.violations_before, 0) << "unknown rates were judged";
    EXPECT_THAT(goal.note, HasSubstr("not judged"));
  }
  for (const BrokerBalance& broker : proposal->brokers) {
    EXPECT_FALSE(IsKnown(broker.leader_bytes_in_before));
  }
}

TEST(DemoCluster, ReasonsNameBrokersSharesAndBands) {
  const Result<Proposal> proposal = PlanRebalance(Demo({}), PlannerOptions());
  ASSERT_TRUE(proposal.ok());
  ASSERT_FALSE(proposal->empty());
  bool names_empty_broker = false, names_leader_share = false;
  for (const Move& move : proposal->moves) {
    EXPECT_THAT(move.reason, HasSubstr("broker ")) << move.partition.ToString();
    names_empty_broker |= move.reason.find("broker 4 holds none of the data") != std::string::npos;
    names_leader_share |= move.reason.find("broker 1 leads ") != std::string::npos;
  }
  EXPECT_TRUE(names_empty_broker && names_leader_share) << testing::Describe(*proposal);
  EXPECT_THAT(proposal->summary, HasSubstr("leader move"));
  EXPECT_GE(proposal->bytes_to_move, proposal->bytes_lower_bound);
}

TEST(DemoCluster, AHotPartitionThatFillsABrokerGetsOneForItself) {
  const ClusterSnapshot before = Demo({.hot = 0.45});
  const Result<Proposal> proposal = PlanRebalance(before, PlannerOptions());
  ASSERT_TRUE(proposal.ok());
  const ClusterSnapshot after = testing::Carried(before, *proposal);
  const Shares shares = CountShares(after);
  double most = 0;
  for (const auto& [broker, share] : shares.bytes_in) most = std::max(most, share);
  // 45 % cannot be split; the broker still leads its share of the partitions, the quiet ones.
  EXPECT_LE(most, 0.485);
  const auto verdict =
      std::ranges::find(proposal->goals, "LeaderBytesInDistributionGoal", &GoalVerdict::goal);
  ASSERT_NE(verdict, proposal->goals.end());
  EXPECT_THAT(verdict->note, HasSubstr("by one partition"));
  EXPECT_TRUE(PlanRebalance(after, PlannerOptions())->empty());
}

}  // namespace
}  // namespace levelwind::planner
