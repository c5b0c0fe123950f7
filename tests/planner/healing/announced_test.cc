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

HealingOptions ThatStops() {
  HealingOptions options = MaintenanceOn();
  options.modes.emplace_back("hot_broker=on");
  options.grace = 1min;
  options.maintenance_stops = true;
  return options;
}

TEST(Announced, HasOurOwnOperationStoppedWhereThatIsAllowed) {
  HealingWorld world(ThatStops());
  world.Add(HealingWorld::HotBroker(4));
  world.Run(3min);
  ASSERT_EQ(world.Case().state, HealState::kActing);
  const Anomaly demotion = Announced("demote_broker 2", AnomalyFix::kDemoteBrokers, 1000);
  world.Add(demotion);
  world.Run(1min);
  EXPECT_EQ(world.stops, 1) << "asked once";
  EXPECT_EQ(world.Code(), "stopping");
  EXPECT_EQ(world.applies, 1) << "what is copied is let end first";
  world.End(OperationState::kCancelled);
  world.Run(10s);
  const HealingView view = world.policy->View(world.now, world.wall);
  EXPECT_EQ(view.decisions.at({"hot_broker", "gave_way"}), 1U);
  EXPECT_EQ(world.Case().state, HealState::kHeld) << world.Case().reason;
  EXPECT_EQ(world.applies, 2) << "at once: " << world.Case("a2").reason;
  EXPECT_EQ(world.Case("a2").state, HealState::kActing);
  EXPECT_EQ(world.overlaps, 0);
  world.End(OperationState::kCompleted);
  world.Run(12min);
  EXPECT_EQ(world.applies, 3) << "planned anew: " << world.Case().reason;
  EXPECT_EQ(world.Case().attempts, 1) << "to give way is no failed try";
}

TEST(Announced, ThatItGaveWayIsKnownAfterARestart) {
  HealingWorld world(ThatStops());
  world.Add(HealingWorld::HotBroker(4));
  world.Run(3min);
  world.Add(Announced("demote_broker 2", AnomalyFix::kDemoteBrokers, 1000));
  world.Run(1min);
  ASSERT_EQ(world.Code(), "stopping");
  world.Boot();
  world.Run(10s);
  EXPECT_EQ(world.stops, 1);
  world.End(OperationState::kCancelled);
  world.Run(30min);
  EXPECT_EQ(world.applies, 2) << world.Case("a2").reason;
  EXPECT_NE(world.Case().state, HealState::kStuck) << "nobody but us stopped it";
}

TEST(Announced, StopsNothingWithoutLeaveOrOfSomebodyElse) {
  const Anomaly demotion = Announced("demote_broker 2", AnomalyFix::kDemoteBrokers, 1000);
  HealingOptions patient = ThatStops();
  patient.maintenance_stops = false;
  HealingOptions asks = ThatStops();
  asks.approval = {"maintenance_event"};
  HealingOptions quiet = ThatStops();
  quiet.quiet_hours = {"00:05-02:00"};  // The world begins at midnight.
  for (const HealingOptions& options : {patient, asks, quiet}) {
    HealingWorld world(options);
    world.Add(HealingWorld::HotBroker(4));
    world.Run(4min);
    ASSERT_EQ(world.applies, 1);
    world.Run(2min);
    world.Add(demotion);
    world.Run(5min);
    EXPECT_EQ(world.stops, 0);
    EXPECT_EQ(world.Case().state, HealState::kActing);
  }
  HealingWorld world(ThatStops());
  OperationView theirs;
  theirs.id = "op9";
  theirs.author = "cli:ann";
  theirs.state = OperationState::kRunning;
  world.executor.operations.push_back(theirs);
  world.Add(demotion);
  world.Run(5min);
  EXPECT_EQ(world.stops, 0);
  EXPECT_EQ(world.Code(), "busy");
}

TEST(Announced, WaitsWhereTheOperationCannotBeStopped) {
  HealingWorld world(ThatStops());
  world.Add(HealingWorld::HotBroker(4));
  world.Run(3min);
  world.stop_refusal = FailedPrecondition("it is finishing");
  world.Add(Announced("demote_broker 2", AnomalyFix::kDemoteBrokers, 1000));
  world.Run(50s);
  EXPECT_EQ(world.Case().state, HealState::kActing);
  EXPECT_EQ(world.Code("a2"), "busy");
  EXPECT_EQ(world.stops, 1) << "a minute apart";
  world.End(OperationState::kCompleted);
  world.Run(12min);
  EXPECT_EQ(world.applies, 2);
}

}  // namespace
}  // namespace levelwind::planner
