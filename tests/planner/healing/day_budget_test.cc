// A day's bytes cut the plans that are worth having in parts, and hold the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tests/planner/healing/healing_world.h"

namespace levelwind::planner {
namespace {

using ::testing::HasSubstr;

Anomaly Filling() {
  Anomaly anomaly = HealingWorld::HotBroker(3);
  anomaly.type = "disk_filling";
  anomaly.severity = Severity::kCritical;
  anomaly.fix = AnomalyFix::kRelieveBrokers;
  anomaly.request->relieve_brokers = {3};
  return anomaly;
}

HealingOptions Within(std::int64_t bytes) {
  HealingOptions options;
  options.modes = {"disk_filling=on", "hot_broker=on", "dead_broker=on", "maintenance_event=on"};
  options.grace = 1min;
  options.max_bytes_per_day = bytes;
  return options;
}

/// A planner that keeps its limits: of `whole` bytes, in moves of `move` bytes each.
void PlansOf(HealingWorld& world, std::int64_t whole, std::int64_t move) {
  world.plan_for = [=](const PlanRequest& request) -> Result<ProposalPtr> {
    const std::int64_t most = std::min(whole, request.max_bytes.value_or(whole));
    auto made = std::make_shared<Proposal>(*HealingWorld::Proposal(most / move * move));
    made->moves.resize(static_cast<std::size_t>(most / move));
    return ProposalPtr(std::move(made));
  };
}

TEST(ReliefBudget, WhatIsLeftOfTheDayGoesIntoThePlan) {
  HealingWorld world(Within(1500));
  PlansOf(world, 1000, 100);
  world.Add(HealingWorld::HotBroker(4));
  world.Run(2min);
  ASSERT_EQ(world.applies, 1);
  EXPECT_FALSE(world.asked.max_bytes.has_value()) << "all of it fits";
  world.End(OperationState::kCompleted);
  world.Remove(HealingWorld::HotBroker(4));
  world.Run(11min);
  PlansOf(world, 2000, 100);
  world.Add(Filling());
  world.Run(10min);
  ASSERT_EQ(world.applies, 2) << world.Case("a2").reason;
  EXPECT_EQ(world.asked.max_bytes, 500) << "1000 of 1500 are spent";
  EXPECT_EQ(world.asked.relieve_brokers, std::vector<BrokerId>{3});
  world.End(OperationState::kCompleted);
  world.Run(3h);
  EXPECT_EQ(world.applies, 2);
  EXPECT_EQ(world.Code("a2"), "budget");
  EXPECT_THAT(world.Case("a2").reason, HasSubstr("heal.max_bytes_per_day"));
}

TEST(ReliefBudget, ADiskThatGoesOnFillingIsRelievedAgainAndIsNotStuck) {
  HealingOptions options = Within(0);
  options.max_acts_per_day = 0;
  HealingWorld world(options);
  world.Add(Filling());
  for (int time = 1; time <= 5; ++time) {
    world.Run(15min);
    EXPECT_EQ(world.applies, time) << world.Case().reason;
    world.End(OperationState::kCompleted);
  }
  // An operation that fails is a try all the same.
  for (int time = 0; time < 3; ++time) {
    world.Run(5h);
    world.End(OperationState::kPartial);
  }
  world.Run(5h);
  EXPECT_EQ(world.Case().state, HealState::kStuck) << world.Case().reason;
}

TEST(DayBudget, APlanThatIsTooLargeIsCutAndTheRestFollowsTheNextDay) {
  HealingWorld world(Within(1000));
  PlansOf(world, 2500, 300);
  world.Add(HealingWorld::HotBroker(4));
  world.Run(2min);
  ASSERT_EQ(world.applies, 1) << world.Case().reason;
  EXPECT_EQ(world.asked.max_bytes, 1000);
  EXPECT_EQ(world.Case().plan_bytes, 900);
  EXPECT_EQ(world.plans, 2) << "whole, and then cut";
  world.End(OperationState::kCompleted);
  world.Run(1min);
  EXPECT_EQ(world.Code(), "progress");
  world.Run(12h);
  EXPECT_EQ(world.applies, 1) << "a tenth is left, and no move fits in it";
  EXPECT_EQ(world.Code(), "budget");
  EXPECT_LT(world.plans, 40) << "each hour, and not with each look";
  // Four days later it is still no failed try.
  for (int day = 0; day < 4; ++day) {
    world.Run(24h);
    world.End(OperationState::kCompleted);
  }
  EXPECT_GE(world.applies, 4);
  EXPECT_NE(world.Case().state, HealState::kStuck);
}

TEST(DayBudget, WhatIsUrgentIsLeftTheLastTenth) {
  HealingWorld world(Within(1000));
  PlansOf(world, 950, 50);
  world.Add(HealingWorld::HotBroker(4));
  world.Run(2min);
  ASSERT_EQ(world.applies, 1);
  world.End(OperationState::kCompleted);
  world.Run(3h);
  EXPECT_EQ(world.applies, 1) << "50 are left, and one move would fit";
  EXPECT_EQ(world.Code(), "budget");
  world.Add(Filling());
  world.Run(10min);
  EXPECT_EQ(world.applies, 2);
  EXPECT_EQ(world.asked.max_bytes, 50);
}

TEST(DayBudget, NothingThatHelpsFits) {
  HealingWorld world(Within(1000));
  PlansOf(world, 3000, 1500);
  world.Add(HealingWorld::HotBroker(4));
  world.Run(10min);
  EXPECT_EQ(world.applies, 0);
  EXPECT_EQ(world.Code(), "budget");
  EXPECT_THAT(world.Case().reason, HasSubstr("no move that helps fits"));
  EXPECT_EQ(world.plans, 2);
}

TEST(DayBudget, HalfOfWhatSomebodyAnnouncedIsNotBegun) {
  HealingWorld world(Within(1000));
  PlansOf(world, 3000, 100);
  Anomaly announced = HealingWorld::HotBroker(4);
  announced.type = "maintenance_event";
  announced.fix = AnomalyFix::kRemoveBrokers;
  world.Add(announced);
  world.Run(10min);
  EXPECT_EQ(world.applies, 0);
  EXPECT_EQ(world.Code(), "budget");
  EXPECT_THAT(world.Case().reason, HasSubstr("1000"));
  // What is on a dead broker comes back replica by replica.
  HealingWorld other(Within(1000));
  PlansOf(other, 3000, 100);
  other.Add(HealingWorld::DeadBroker(2));
  other.Run(10min);
  EXPECT_EQ(other.applies, 1) << other.Case().reason;
  EXPECT_EQ(other.asked.max_bytes, 1000);
}

}  // namespace
}  // namespace levelwind::planner
