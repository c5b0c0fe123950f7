// What is only watched must not keep out what is healed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/planner/healing/healing_world.h"

namespace levelwind::planner {
namespace {

Anomaly Lagging(int group) {
  Anomaly anomaly;
  anomaly.type = "lagging_group";
  anomaly.subject = fmt::format("group {}", group);
  anomaly.message = anomaly.subject + " falls behind";
  anomaly.next_step = "more consumers";
  return anomaly;
}

TEST(ManyCases, ThousandsOfLaggingGroupsDoNotHideADeadBroker) {
  HealingWorld world(DeadBrokersOn());
  for (int group = 0; group < 1500; ++group) world.Add(Lagging(group));
  world.Run(1min);
  const std::size_t watched = world.policy->View(world.now, world.wall).cases.size();
  EXPECT_LT(watched, 1500U) << "bounded";
  world.Add(HealingWorld::DeadBroker(3));
  world.Run(40min);
  EXPECT_EQ(world.applies, 1);
  const auto cases = world.policy->View(world.now, world.wall).cases;
  EXPECT_EQ(cases.size(), watched + 1);
  EXPECT_EQ(cases.front().anomaly.type, "dead_broker") << "the most severe first";
}

TEST(ManyCases, TheyDoNotHideThatManyBrokersAreDeadEither) {
  HealingOptions options;  // Dead brokers are not healed, but they are what others are judged by.
  options.modes = {"hot_broker=on"};
  HealingWorld world(options);
  for (int group = 0; group < 1500; ++group) world.Add(Lagging(group));
  world.Run(1min);
  for (BrokerId id = 1; id <= 4; ++id) world.Add(HealingWorld::DeadBroker(id));
  world.Add(HealingWorld::HotBroker(7));
  world.Run(40min);
  EXPECT_EQ(world.applies, 0);
  std::string code;
  for (const HealingCase& one : world.policy->View(world.now, world.wall).cases) {
    if (one.anomaly.type == "hot_broker") code = one.code;
  }
  EXPECT_EQ(code, "mass");
}

}  // namespace
}  // namespace levelwind::planner
