// A day's bytes limit the relief of a full disk and do not forbid it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(ReliefBudget, WhatIsLeftOfTheDayGoesIntoThePlan) {
  HealingOptions options;
  options.modes = {"disk_filling=on", "hot_broker=on"};
  options.grace = 1min;
  options.max_bytes_per_day = 1500;
  HealingWorld world(options);
  world.Add(HealingWorld::HotBroker(4));
  world.Run(2min);
  ASSERT_EQ(world.applies, 1);
  EXPECT_FALSE(world.asked.max_bytes.has_value()) << "half of such a plan is not worth its bytes";
  world.End(OperationState::kCompleted);
  world.Remove(HealingWorld::HotBroker(4));
  world.Run(11min);
  world.plan = HealingWorld::Proposal(500);
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

}  // namespace
}  // namespace levelwind::planner
