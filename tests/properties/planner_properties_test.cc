// What must hold for every plan, on a hundred thousand small clusters of the nastiest kind.
//   LEVELWIND_PROPERTY_CASES=N  how many (scripts/properties runs more)
//   LEVELWIND_TEST_SEED=S       the first one; a failure prints its seed
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "planner/rebalance/plan_rebalance.h"
#include "tests/planner/random_cluster.h"
#include "tests/properties/nasty_cluster.h"
#include "tests/properties/plan_properties.h"

namespace levelwind::planner {
namespace {

using testing::Carried;
using testing::MakeNastyCase;
using testing::NastyCase;

std::uint64_t Cases() {
  const char* text = std::getenv("LEVELWIND_PROPERTY_CASES");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 100'000;
}

TEST(PlannerProperties, HoldOnNastyClusters) {
  const std::uint64_t first = testing::FirstSeed();
  testing::PlanCounts counts;
  for (std::uint64_t seed = first; seed < first + Cases(); ++seed) {
    SCOPED_TRACE(fmt::format("LEVELWIND_TEST_SEED={} LEVELWIND_PROPERTY_CASES=1", seed));
    testing::CheckPlans(MakeNastyCase(seed), seed, counts);
    if (HasFatalFailure() || HasNonfatalFailure()) break;
  }
  fmt::print("{} clusters, {} plans with moves, {} with a budget, {} errors that were due\n",
             counts.plans, counts.with_moves, counts.budgets, counts.errors);
  if (Cases() < 1000) return;
  // The generator must make clusters that need plans, or nothing above was tested.
  EXPECT_GT(counts.with_moves, counts.plans / 3);
  EXPECT_GT(counts.errors, 0U);
}

/// A cluster that has room, but where the pull of the soft goals ended searches with brokers above
/// their disk and inbound capacity.
TEST(PlannerProperties, CapacitiesAreKeptThoughSoftGoalsPull) {
  const NastyCase c = MakeNastyCase(2'194'963);
  const Result<Proposal> proposal = PlanRebalance(c.snapshot, c.options);
  ASSERT_TRUE(proposal.ok()) << proposal.error();
  std::int32_t before = 0, after = 0;
  for (const GoalVerdict& goal : proposal->goals) {
    before += testing::IsCapacity(goal) ? goal.violations_before : 0;
    after += testing::IsCapacity(goal) ? goal.violations_after : 0;
  }
  EXPECT_EQ(before, 5);
  EXPECT_EQ(after, 0) << testing::Describe(*proposal);
}

/// Moves that no order has room for are left out; the plan used to keep others that were good only
/// together with them, and a second plan found better ones.
TEST(PlannerProperties, ThePlanGoesOnFromWhatTheOrderAllows) {
  constexpr std::uint64_t kSeed = 2'303'256;
  testing::PlanCounts counts;
  testing::CheckPlans(MakeNastyCase(kSeed), 0, counts);
  EXPECT_EQ(counts.with_moves, 1U);
}

/// A cluster where the elections of preferred leaders would cost a goal, so that the plan keeps who
/// leads: it must list them first, or the next plan finds the same elections again.
TEST(PlannerProperties, KeepingLeadersListsThemFirst) {
  const NastyCase c = MakeNastyCase(50'548);
  const Result<Proposal> proposal = PlanRebalance(c.snapshot, c.options);
  ASSERT_TRUE(proposal.ok()) << proposal.error();
  const auto goal =
      std::ranges::find(proposal->goals, "PreferredLeaderElectionGoal", &GoalVerdict::goal);
  ASSERT_NE(goal, proposal->goals.end());
  EXPECT_EQ(goal->violations_before, 2);
  EXPECT_EQ(goal->violations_after, 0) << testing::Describe(*proposal);
  const Result<Proposal> second = PlanRebalance(Carried(c.snapshot, *proposal), c.options);
  ASSERT_TRUE(second.ok()) << second.error();
  EXPECT_TRUE(second->empty()) << testing::Describe(*second);
}

}  // namespace
}  // namespace levelwind::planner
