// Properties that every plan must have, on clusters drawn from a seed. A failure prints the seed;
// LEVELWIND_TEST_SEED=<seed> makes it the first one of the run.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"

namespace levelwind::planner {
namespace {

using testing::RackOf;
using testing::Serving;

constexpr std::uint64_t kClusters = 200;

/// An own view of the hard rules, that shares no code with the planner.
struct HardCount {
  std::size_t stranded = 0;  ///< Replicas on brokers that cannot keep them.
  std::size_t missing_racks = 0;
};

std::size_t MissingRacks(const ClusterSnapshot& snapshot, const std::vector<BrokerId>& ids) {
  std::set<std::string> all, used;
  for (const Broker& b : snapshot.brokers) {
    if (b.serving()) all.insert(RackOf(snapshot, b.id));
  }
  for (const BrokerId id : ids) {
    if (Serving(snapshot, id)) used.insert(RackOf(snapshot, id));
  }
  const std::size_t wanted = std::min(ids.size(), all.size());
  return wanted > used.size() ? wanted - used.size() : 0;
}

HardCount CountHard(const ClusterSnapshot& snapshot) {
  HardCount count;
  for (const Partition& p : snapshot.partitions) {
    const std::vector<BrokerId> ids = snapshot.ReplicaIds(p);
    for (const BrokerId id : ids) count.stranded += Serving(snapshot, id) ? 0U : 1U;
    count.missing_racks += MissingRacks(snapshot, ids);
  }
  return count;
}

bool Pinned(const Partition& p) { return p.reassigning || p.leader == kNoBroker; }

void CheckMove(const ClusterSnapshot& snapshot, const Move& move) {
  SCOPED_TRACE(move.partition.ToString());
  const Partition* p = snapshot.FindPartition(move.partition.topic, move.partition.partition);
  ASSERT_NE(p, nullptr);
  EXPECT_FALSE(Pinned(*p));
  EXPECT_EQ(move.before, snapshot.ReplicaIds(*p));
  EXPECT_EQ(move.leader_before, p->leader);
  EXPECT_EQ(move.before.size(), move.after.size());
  const std::set<BrokerId> distinct(move.after.begin(), move.after.end());
  EXPECT_EQ(distinct.size(), move.after.size());
  for (const BrokerId id : move.Added()) EXPECT_TRUE(Serving(snapshot, id)) << id;
  EXPECT_LE(MissingRacks(snapshot, move.after), MissingRacks(snapshot, move.before));
  EXPECT_EQ(move.kind == MoveKind::kReplica, !move.Added().empty());
  if (move.kind == MoveKind::kLeader) {
    EXPECT_EQ(move.bytes, 0);
    // Another leader, or the one that leads already made the preferred one.
    EXPECT_TRUE(move.leader_before != move.after.front() || move.before != move.after);
  }
  EXPECT_FALSE(move.goal.empty());
  EXPECT_FALSE(move.reason.empty());
}

void CheckTotals(const Proposal& proposal) {
  std::int64_t bytes = 0;
  std::int32_t added = 0;
  for (const Move& move : proposal.moves) {
    bytes += std::max<std::int64_t>(0, move.bytes);
    added += static_cast<std::int32_t>(move.Added().size());
  }
  EXPECT_EQ(bytes, proposal.bytes_to_move);
  EXPECT_EQ(added, proposal.replica_moves);
  std::int32_t violations = 0, hard_before = 0, hard_after = 0;
  for (const GoalVerdict& goal : proposal.goals) {
    violations += goal.violations_after;
    const bool rule = goal.hard && !testing::IsCapacity(goal);
    hard_before += rule ? goal.violations_before : 0;
    hard_after += rule ? goal.violations_after : 0;
  }
  // Not goal by goal: emptying a dead broker may have to overfill the others.
  EXPECT_LE(hard_after, hard_before);
  // A plan that meets every goal has paid at least the bound, up to rounding.
  if (violations == 0 && proposal.bytes_lower_bound >= 0) {
    EXPECT_GE(static_cast<double>(bytes) * 1.0001 + 1e6,
              static_cast<double>(proposal.bytes_lower_bound));
  }
}

/// The first goal to which the plan makes a difference must not get worse: what must
/// leave its broker first, then hard goals, then soft ones, as the user orders them.
void CheckPriorities(const Proposal& proposal) {
  for (const bool hard : {true, false}) {
    for (const GoalVerdict& goal : proposal.goals) {
      if (goal.hard != hard) continue;
      const std::int32_t was = testing::SeverityOf(goal, false);
      const std::int32_t is = testing::SeverityOf(goal, true);
      EXPECT_LE(is, was) << goal.goal;
      if (is != was) return;
    }
  }
}

TEST(PlanProperties, HoldOnRandomClusters) {
  std::size_t with_moves = 0;
  for (std::uint64_t seed = testing::FirstSeed(); seed < testing::FirstSeed() + kClusters; ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    PlannerOptions options;
    options.effort = Effort::kFast;
    const Result<Proposal> proposal = PlanRebalance(snapshot, options);
    ASSERT_TRUE(proposal.ok()) << proposal.error();
    for (const Move& move : proposal->moves) CheckMove(snapshot, move);
    CheckTotals(*proposal);
    CheckPriorities(*proposal);
    with_moves += proposal->empty() ? 0U : 1U;

    const ClusterSnapshot after = testing::Carried(snapshot, *proposal);
    EXPECT_LE(CountHard(after).stranded, CountHard(snapshot).stranded);
    EXPECT_LE(CountHard(after).missing_racks, CountHard(snapshot).missing_racks);

    const Result<Proposal> again = PlanRebalance(snapshot, options);
    EXPECT_EQ(testing::Describe(*again), testing::Describe(*proposal)) << "not deterministic";
    const Result<Proposal> second = PlanRebalance(after, options);
    ASSERT_TRUE(second.ok()) << second.error();
    EXPECT_TRUE(second->empty()) << "no fixed point:\n" << testing::Describe(*second);
    if (::testing::Test::HasFailure()) break;
  }
  // The generator must make clusters that need plans, or nothing above was tested.
  EXPECT_GT(with_moves, kClusters / 2);
}

TEST(PlanProperties, InputOrderDoesNotMatter) {
  for (std::uint64_t seed = testing::FirstSeed(); seed < testing::FirstSeed() + 40; ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={}", seed));
    const ClusterSnapshot snapshot = testing::RandomCluster(seed);
    PlannerOptions options;
    options.effort = Effort::kFast;
    const Result<Proposal> plain = PlanRebalance(snapshot, options);
    const Result<Proposal> shuffled = PlanRebalance(testing::Shuffled(snapshot, seed), options);
    ASSERT_TRUE(plain.ok() && shuffled.ok());
    ASSERT_EQ(plain->moves.size(), shuffled->moves.size());
    for (std::size_t i = 0; i < plain->moves.size(); ++i) {
      EXPECT_EQ(plain->moves[i].partition, shuffled->moves[i].partition);
      EXPECT_EQ(plain->moves[i].after.front(), shuffled->moves[i].after.front());
      EXPECT_THAT(shuffled->moves[i].after,
                  ::testing::UnorderedElementsAreArray(plain->moves[i].after));
      EXPECT_EQ(plain->moves[i].reason, shuffled->moves[i].reason);
    }
  }
}

TEST(PlanProperties, SeedsGiveDifferentLegalPlans) {
  const ClusterSnapshot snapshot = testing::RandomCluster(1003);
  std::set<std::string> plans;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    PlannerOptions options;
    options.effort = Effort::kFast;
    options.seed = seed;
    const Result<Proposal> proposal = PlanRebalance(snapshot, options);
    ASSERT_TRUE(proposal.ok());
    EXPECT_EQ(proposal->seed, seed);
    for (const Move& move : proposal->moves) CheckMove(snapshot, move);
    plans.insert(ToReassignmentJson(*proposal));
  }
  EXPECT_GT(plans.size(), 1U);
}

}  // namespace
}  // namespace levelwind::planner
