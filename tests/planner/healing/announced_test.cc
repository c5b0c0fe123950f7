// What people announce is no finding: it is carried out once, and as it was said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/planner/healing/healing_world.h"

namespace levelwind::planner {
namespace {

using ::testing::HasSubstr;

Anomaly Announced(const std::string& subject, AnomalyFix fix, std::int64_t at_ms) {
  Anomaly anomaly;
  anomaly.type = "maintenance_event";
  anomaly.subject = subject;
  anomaly.severity = Severity::kInfo;
  anomaly.message = subject + " was announced";
  anomaly.fix = fix;
  anomaly.request.emplace();
  anomaly.began_at = {at_ms};
  return anomaly;
}

HealingOptions MaintenanceOn() {
  HealingOptions options;
  options.modes = {"maintenance_event=on"};
  return options;
}

TEST(Announced, IsCarriedOutOnceThoughTheAnnouncementIsStillThere) {
  HealingWorld world(MaintenanceOn());
  Anomaly demotion = Announced("demote_broker 2", AnomalyFix::kDemoteBrokers, 1000);
  world.Add(demotion);
  world.Run(1min);
  ASSERT_EQ(world.applies, 1) << world.Case().reason;
  world.End(OperationState::kCompleted);
  world.Run(14min);
  EXPECT_EQ(world.Code(), "done");
  EXPECT_EQ(world.Case().state, HealState::kWatched);
  EXPECT_EQ(world.plans, 1);
  // Neither a restart nor the end of a mute begins it again.
  world.Boot();
  world.Run(1min);
  ASSERT_TRUE(world.policy->Mute("a1", 1min, "me", "", world.now, world.wall).ok());
  world.Run(5min);
  EXPECT_EQ(world.Code(), "done");
  EXPECT_EQ(world.plans, 1);
  // To be announced again does.
  demotion.began_at = {300'000};
  world.Add(demotion);
  world.Run(11min);
  EXPECT_EQ(world.applies, 2);
  world.End(OperationState::kCompleted);
  world.Run(1min);
  world.Remove(demotion);
  world.Run(6min);
  EXPECT_EQ(world.Case().state, HealState::kHealed);
}

TEST(Announced, WhatWaitsForItsTurnDoesNotLapse) {
  HealingOptions options = MaintenanceOn();
  options.quiet_hours = {"00:00-02:00"};  // The world begins at midnight.
  HealingWorld world(options);
  const Anomaly removal = Announced("remove_broker 2", AnomalyFix::kRemoveBrokers, 1000);
  world.Add(removal);
  world.Run(15min);
  world.Remove(removal);  // It expires.
  world.Run(100min);
  EXPECT_EQ(world.Code(), "quiet_hours");
  world.Run(10min);
  EXPECT_EQ(world.applies, 1) << world.Case().reason;
  world.End(OperationState::kCompleted);
  world.Run(10min);
  EXPECT_EQ(world.Case().state, HealState::kHealed);
  EXPECT_EQ(world.applies, 1);
}

TEST(Announced, APersonMayTakeTheTimeThatApprovalsHave) {
  HealingOptions options = MaintenanceOn();
  options.approval = {"maintenance_event"};
  options.approval_expiry = 2h;
  HealingWorld world(options);
  const Anomaly removal = Announced("remove_broker 2", AnomalyFix::kRemoveBrokers, 1000);
  world.Add(removal);
  world.Run(15min);
  world.Remove(removal);
  world.Run(1h);
  ASSERT_EQ(world.Code(), "approval");
  ASSERT_TRUE(world.policy->Approve("a1", "me", "", world.wall).ok());
  world.Run(1min);
  EXPECT_EQ(world.applies, 1) << world.Case().reason;

  HealingWorld alone(options);
  alone.Add(removal);
  alone.Run(15min);
  alone.Remove(removal);
  alone.Run(130min);
  EXPECT_EQ(alone.Case().state, HealState::kGone) << "nobody came";
  EXPECT_EQ(alone.applies, 0);
}

TEST(Announced, WhatEndsHalfWayIsTriedAgain) {
  HealingOptions options = MaintenanceOn();
  options.retry_after = 1min;
  options.cool_down = 1min;
  HealingWorld world(options);
  world.Add(Announced("rebalance", AnomalyFix::kRebalance, 1000));
  world.Run(1min);
  world.End(OperationState::kPartial);
  world.Run(5min);
  EXPECT_EQ(world.applies, 2) << world.Case().reason;
}

TEST(Announced, WhereNothingHasToMoveItIsDone) {
  HealingWorld world(MaintenanceOn());
  auto empty = std::make_shared<Proposal>();
  empty->summary = "already level";
  world.plan = ProposalPtr(empty);
  world.Add(Announced("remove_broker 2", AnomalyFix::kRemoveBrokers, 1000));
  world.Run(1min);
  EXPECT_EQ(world.Code(), "done");
  EXPECT_THAT(world.Case().reason, HasSubstr("nothing has to move: already level"));
  // Not so where the plan is empty because nobody can take what is there.
  HealingWorld full(MaintenanceOn());
  auto stuck = std::make_shared<Proposal>(*empty);
  GoalVerdict& drain = stuck->goals.emplace_back();
  drain.hard = true;
  drain.violations_after = 3;
  full.plan = ProposalPtr(stuck);
  full.Add(Announced("remove_broker 2", AnomalyFix::kRemoveBrokers, 1000));
  full.Run(1min);
  EXPECT_EQ(full.Code(), "no_move");
}

TEST(Announced, AFixOfWhatIsOfflineIsNotHeldForTheBrokersItIsAbout) {
  // Nobody heals dead brokers by itself here.
  HealingWorld world(MaintenanceOn());
  world.Add(HealingWorld::DeadBroker(3));
  world.Add(Announced("fix_offline_replicas", AnomalyFix::kFixOffline, 1000));
  world.Run(1min);
  EXPECT_EQ(world.applies, 1) << world.Case("a2").reason;

  HealingWorld removal(MaintenanceOn());
  removal.Add(HealingWorld::DeadBroker(3));
  Anomaly third = Announced("remove_broker 3", AnomalyFix::kRemoveBrokers, 1000);
  third.brokers = {3};
  removal.Add(third);
  removal.Run(1min);
  EXPECT_EQ(removal.applies, 1) << removal.Case("a2").reason;

  HealingWorld other(MaintenanceOn());
  other.Add(HealingWorld::DeadBroker(3));
  Anomaly fourth = Announced("remove_broker 4", AnomalyFix::kRemoveBrokers, 1000);
  fourth.brokers = {4};
  other.Add(fourth);
  other.Add(Announced("rebalance", AnomalyFix::kRebalance, 1000));
  other.Run(1min);
  EXPECT_EQ(other.applies, 0);
  EXPECT_EQ(other.Code("a2"), "others") << "they would move what is on broker 3 as well";
  EXPECT_EQ(other.Code("a3"), "others");

  HealingWorld many(MaintenanceOn());
  for (BrokerId id = 1; id <= 4; ++id) many.Add(HealingWorld::DeadBroker(id));
  many.Add(Announced("fix_offline_replicas", AnomalyFix::kFixOffline, 1000));
  many.Run(1min);
  EXPECT_EQ(many.applies, 0);
  EXPECT_EQ(many.Code("a5"), "mass");
}

}  // namespace
}  // namespace levelwind::planner
