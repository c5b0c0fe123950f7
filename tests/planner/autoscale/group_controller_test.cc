#include "planner/autoscale/group_controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/planner/autoscale/group_world.h"

namespace levelwind::planner {
namespace {

using testing::HasSubstr;

TEST(GroupController, HoldsWithinTheDeadBand) {
  GroupWorld world(12, 6, Told());
  world.ArriveEach(350);  // 4200/s for six members of 1000/s: 70 %
  const ScalingDecision decision = world.Run(1800, true);
  EXPECT_EQ(decision.desired, 6);
  EXPECT_EQ(world.actions, 0);
  EXPECT_EQ(decision.reason, ScalingReason::kSteady);
  EXPECT_NEAR(decision.arrival_per_s, 4200, 50);
  EXPECT_FALSE(decision.stale);
  EXPECT_THAT(decision.why, HasSubstr("6 members of 1000/s"));
}

TEST(GroupController, GoesStraightToWhatTheRateNeeds) {
  GroupWorld world(24, 4, Told());
  world.ArriveEach(100);
  world.Run(900, true);
  world.ArriveEach(500);  // 12,000/s
  world.Run(60, true);
  EXPECT_EQ(world.actions, 1) << "one rebalance, not many";
  EXPECT_GE(world.input.replicas, 16);
  EXPECT_LE(world.input.replicas, 24);
}

// "Three would do" held a group of four for hours whose second member had more than it could do.
TEST(GroupController, GoesUpWhenThoseThereDoNotFitThoughFewerWould) {
  GroupWorld world(8, 4, Told());
  world.arrivals = {150, 150, 600, 600, 150, 150, 400, 400};
  world.Run(1200, true);
  EXPECT_EQ(world.input.replicas, 7);
  EXPECT_LT(world.end[2] - world.position[2], 600 * 60) << "and what was late is done";
}

// Its neighbour may not have what the objective would let wait elsewhere: that is used up here.
TEST(GroupController, LeavesAPartitionThatIsLateForLongAllItCanTake) {
  GroupWorld world(4, 2, Told());
  world.partition_rate = 800;
  world.arrivals = {900, 100, 300, 300};
  world.Run(1200, true);
  EXPECT_EQ(world.input.replicas, 2) << "members cannot help it";
  world.arrivals = {900, 300, 300, 300};  // 800 and 300 for a member of 1000
  world.Run(1200, true);
  EXPECT_EQ(world.input.replicas, 4) << "alone it does 800/s and not 700/s";
}

// A member that has the hot partition to itself would do little more of it: ten were asked for.
TEST(GroupController, APartitionThatIsTooMuchForAMemberGetsNoMemberToItself) {
  GroupWorld world(20, 4, Told());
  world.ArriveEach(100);
  world.arrivals[0] = 1400;
  world.Run(1200, true);
  EXPECT_LE(world.input.replicas, 5) << "3300/s, of which 1000 can be done at 1400";
  EXPECT_TRUE(IsKnown(world.last.skew_ceiling));
  ASSERT_FALSE(world.last.advice.empty());
  EXPECT_THAT(world.last.advice[0].text, HasSubstr("partition 0 of orders needs 1.4x"));
}

// 49 instead of 17 members were asked for, so that one partition of a hundred drained alone.
TEST(GroupController, TheBacklogOfOnePartitionOfAHundredIsNotWorthManyMembers) {
  GroupWorld world(100, 17, Told(450));
  world.member_rate = 450;
  world.ArriveEach(40);
  world.Run(300, true);
  EXPECT_EQ(world.input.replicas, 17);
  world.arrivals[7] = 500;
  world.Run(250, true);
  world.arrivals[7] = 90;
  std::int64_t most = 0;
  bool said = false;
  for (int i = 0; i < 80; ++i) {
    const ScalingDecision decision = world.Run(5, true);
    said = said || decision.why.find("17 members will have worked") != std::string::npos;
    most = std::max(most, world.input.replicas);
  }
  EXPECT_LE(most, 23);
  EXPECT_TRUE(said);
}

TEST(GroupController, APartitionThatAMemberCanDoGetsOneToItself) {
  GroupWorld world(2, 1, Told());
  world.arrivals = {930, 200};
  world.Run(1200, true);
  EXPECT_EQ(world.input.replicas, 2);
}

// A share group's partition was taken for no more than one member's work: two were asked for.
TEST(GroupController, APartitionOfAShareGroupIsReadByMany) {
  GroupWorld world(2, 3, Told());
  world.input.protocol = GroupProtocol::kShare;
  world.ArriveEach(3000);
  const ScalingDecision decision = world.Run(120);
  EXPECT_GE(decision.desired, 8) << "6000/s at 75 %";
  EXPECT_FALSE(IsKnown(decision.skew_ceiling));
  EXPECT_TRUE(decision.advice.empty()) << decision.advice[0].text;
}

// What may queue was counted as if nothing had queued yet: more members came when half of the
// objective and more had been used up, and the records of their start were late.
TEST(GroupController, WhatHasQueuedIsNoReserveAnyMore) {
  GroupWorld world(8, 4, Told());
  world.arrivals = {540, 540, 200, 200, 200, 200, 200, 200};  // 1080 for one member, 570 for each
  double most = 0;
  for (int i = 0; i < 240; ++i) most = std::max(most, world.Run(5, true).time_lag_s);
  EXPECT_GT(world.input.replicas, 4);
  EXPECT_LT(most, 30) << "half of the objective";
  EXPECT_GT(most, 10) << "and a queue is allowed";
}

TEST(GroupController, ShrinksOnlyAfterTheWholeWindow) {
  GroupWorld world(24, 18, Told());
  world.ArriveEach(500);
  world.Run(900, true);
  EXPECT_EQ(world.input.replicas, 18);
  world.ArriveEach(100);
  world.Run(540, true);
  EXPECT_EQ(world.input.replicas, 18);
  EXPECT_EQ(world.last.reason, ScalingReason::kDownWaiting);
  world.Run(300, true);
  EXPECT_EQ(world.input.replicas, 4) << "2400/s at 75 %";
}

// What leaves the window within 90 s was waited for, though the window of KIP-848 may be 60 s: then
// no need was left in it, "soon fewer" was said for ever, and nobody was taken away.
TEST(GroupController, ShrinksWithAShortWindow) {
  AutoscaleOptions options = Told();
  options.down_window_s = 120;
  GroupWorld world(24, 15, options);
  world.input.protocol = GroupProtocol::kConsumer;
  world.ArriveEach(400);
  world.Run(600, true);
  EXPECT_GE(world.input.replicas, 11);
  world.ArriveEach(60);
  world.Run(300, true);
  EXPECT_EQ(world.input.replicas, 2);
}

TEST(GroupController, ReportsTheSumThatLedThere) {
  GroupWorld world(12, 6, Told());
  world.ArriveEach(350);
  const ScalingDecision decision = world.Run(900);
  EXPECT_EQ(decision.needed.up, 5) << "4200 at 90 %";
  EXPECT_EQ(decision.needed.target, 6);
  EXPECT_EQ(decision.partition_ceiling, 12);
  EXPECT_FALSE(IsKnown(decision.skew_ceiling));
  EXPECT_TRUE(IsKnown(decision.cost_fewer));
  EXPECT_LT(decision.cost_same, decision.cost_more);
}

TEST(GroupController, MissingDataHoldsAndIsNeverADecrease) {
  GroupWorld world(12, 6, Told());
  world.ArriveEach(350);
  world.Run(900);
  world.blind = true;
  const ScalingDecision decision = world.Run(3600, true);
  EXPECT_EQ(decision.desired, 6);
  EXPECT_TRUE(decision.stale);
  EXPECT_EQ(decision.reason, ScalingReason::kUnknownHeld);
  EXPECT_EQ(world.actions, 0);
}

TEST(GroupController, AfterLongTheFallbackIsTheLeast) {
  AutoscaleOptions options = Told();
  options.fallback_members = 9;
  GroupWorld world(12, 6, options);
  world.ArriveEach(350);
  world.Run(900);
  world.blind = true;
  EXPECT_EQ(world.Run(280).desired, 6);
  const ScalingDecision decision = world.Run(120);
  EXPECT_EQ(decision.desired, 9);
  EXPECT_EQ(decision.reason, ScalingReason::kUnknownFallback);
  world.SetMembers(11);
  EXPECT_EQ(world.Run(60).desired, 11) << "never fewer than there are";
}

TEST(GroupController, APartitionThatIsNotKnownIsNotZero) {
  AutoscaleOptions options = Told();
  options.min_members = 0;
  GroupWorld world(12, 6, options);
  world.ArriveEach(350);
  world.Run(900);
  world.ArriveEach(0);
  for (int i = 0; i < 300; ++i) {
    world.Advance();
    world.input.partitions[5].log_end = kUnknownCount;
    world.last =
        world.controller.Decide(world.input, SteadyTime(std::chrono::seconds(world.second)));
    ASSERT_EQ(world.last.desired, 6);
    ASSERT_TRUE(world.last.stale);
    ASSERT_TRUE(world.last.active);
  }
}

TEST(GroupController, ACoordinatorThatDoesNotAnswerHolds) {
  GroupWorld world(12, 6, Told());
  world.ArriveEach(350);
  world.Run(900);
  world.input.complete = false;
  world.input.members.clear();
  for (PartitionInput& one : world.input.partitions) one.owner = -1;
  EXPECT_EQ(world.Run(600).desired, 6);
  EXPECT_TRUE(world.last.stale);
}

TEST(GroupController, ToZeroWhenIdleAndBackStraightToWhatIsNeeded) {
  AutoscaleOptions options = Told();
  options.min_members = 0;
  GroupWorld world(12, 6, options);
  world.ArriveEach(350);
  world.Run(900, true);
  world.ArriveEach(0);
  world.Run(280, true);
  EXPECT_GT(world.input.replicas, 0);
  world.Run(120, true);
  EXPECT_EQ(world.input.replicas, 0);
  EXPECT_EQ(world.last.reason, ScalingReason::kIdleToZero);
  EXPECT_FALSE(world.last.active);
  world.ArriveEach(350);
  world.Run(5, true);
  EXPECT_EQ(world.last.reason, ScalingReason::kWake);
  EXPECT_GE(world.input.replicas, 6) << "what it needed when it was busy, not one";
}

// It went to one member when its window of a decrease was over, and to none a little later: two
// rebalances where one does.
TEST(GroupController, ToZeroInOneStepWhenZeroIsNear) {
  AutoscaleOptions options = Told();
  options.min_members = 0;
  options.idle_after_s = options.down_window_s;
  GroupWorld world(12, 6, options);
  world.ArriveEach(350);
  world.Run(900, true);
  ASSERT_EQ(world.actions, 0);
  world.ArriveEach(20);  // one would do, for most of the window
  world.Run(420, true);
  world.ArriveEach(0);
  world.Run(400, true);
  EXPECT_EQ(world.input.replicas, 6);
  EXPECT_EQ(world.last.reason, ScalingReason::kDownWaiting);
  EXPECT_THAT(world.last.why, HasSubstr("nothing arrives"));
  world.Run(400, true);
  EXPECT_EQ(world.input.replicas, 0);
  EXPECT_EQ(world.actions, 1);
}

TEST(GroupController, NeverBelowTheMinimumNorAboveTheMaximum) {
  AutoscaleOptions options = Told();
  options.min_members = 3;
  options.max_members = 5;
  GroupWorld world(12, 4, options);
  world.ArriveEach(900);
  world.Run(600, true);
  EXPECT_EQ(world.input.replicas, 5);
  EXPECT_EQ(world.last.reason, ScalingReason::kUserLimit);
  world.ArriveEach(1);
  world.Run(12 * 3600, true);
  EXPECT_EQ(world.input.replicas, 3);
}

TEST(GroupController, AnOutageIsNoReasonToScale) {
  GroupWorld world(12, 6, Told());
  world.ArriveEach(350);
  world.Run(900);
  world.stopped = true;
  const ScalingDecision decision = world.Run(1800, true);
  EXPECT_EQ(decision.desired, 6);
  EXPECT_EQ(decision.reason, ScalingReason::kStandstill);
  world.stopped = false;
  world.Run(30, true);
  EXPECT_EQ(world.input.replicas, 12) << "now there is something to catch up with";
}

TEST(GroupController, WaitsWhileTheGroupIsDealtOutOrRolledOut) {
  GroupWorld world(12, 6, Told());
  world.ArriveEach(350);
  world.Run(900);
  world.ArriveEach(20);
  world.input.rollout = true;
  EXPECT_EQ(world.Run(3600, true).desired, 6);
  EXPECT_EQ(world.last.reason, ScalingReason::kRollout);
  world.input.rollout = false;
  world.input.phase = GroupPhase::kRebalancing;
  EXPECT_EQ(world.Run(60).desired, 6);
  EXPECT_EQ(world.last.reason, ScalingReason::kRebalancing);
}

TEST(GroupController, TakesBackMembersThatStartLate) {
  GroupWorld world(24, 4, Told());
  world.ArriveEach(100);
  world.Run(900, true);
  world.ArriveEach(500);
  for (int i = 0; i < 12 && world.last.desired <= 4; ++i) world.Run(5);
  const std::int64_t asked = world.last.desired;
  ASSERT_GT(asked, 16);
  world.SetMembers(16);
  world.input.replicas = asked;  // the others do not get a node
  std::int64_t least = asked;
  for (int i = 0; i < 30; ++i) least = std::min(least, world.Run(5).desired);
  EXPECT_EQ(least, 16);
}

TEST(GroupController, WithoutAHintItDoublesUntilSomebodyIsAtItsLimit) {
  GroupWorld world(32, 2);
  world.ArriveEach(150);  // 4800/s for two members of 1000/s
  world.Run(1800, true);
  EXPECT_TRUE(world.last.capacity_learned);
  EXPECT_NEAR(world.last.capacity_per_s, 1000, 200) << "within 20 % of the truth";
  EXPECT_GE(world.input.replicas, 6);
  EXPECT_LE(world.input.replicas, 20);
}

TEST(GroupController, GrowthThatBringsNothingIsTakenBack) {
  // The database behind does 2000/s, however many members ask it.
  GroupWorld world(24, 4, Told());
  world.ArriveEach(100);
  world.member_rate = 500;
  std::int64_t most = 4;
  bool told = false;
  for (int i = 0; i < 240; ++i) {
    world.member_rate =
        2000.0 / static_cast<double>(std::max<std::int64_t>(1, world.input.replicas));
    world.Run(5, true);
    most = std::max(most, world.input.replicas);
    told = told || world.last.reason == ScalingReason::kDownstreamLimit;
  }
  EXPECT_TRUE(told);
  EXPECT_LT(world.input.replicas, most);
}

TEST(GroupController, TwoThousandGroupsAskForLittleWork) {
  // What a tick costs is counted in dealings that are thought through; bench autoscale has the
  // time.
  AutoscaleOptions options = Told();
  std::int64_t evaluations = 0;
  for (int g = 0; g < 2000; ++g) {
    GroupWorld world(20, 5, options);
    world.ArriveEach(150 + g % 50);
    world.Run(40);
    evaluations += world.controller.evaluations();
  }
  EXPECT_LE(evaluations, 2000 * 8);
  EXPECT_GT(evaluations, 0);
}

TEST(AutoscaleOptions, ThatContradictThemselvesAreRefused) {
  EXPECT_TRUE(CheckAutoscaleOptions({}).ok());
  AutoscaleOptions options;
  options.rho_down = 0.8;
  EXPECT_THAT(CheckAutoscaleOptions(options).error().message(), HasSubstr("rho_down 0.8"));
  options = {};
  options.max_members = 0;
  EXPECT_THAT(CheckAutoscaleOptions(options).error().message(), HasSubstr("max_members is 0"));
  options = {};
  options.fallback_after_s = 5;
  EXPECT_FALSE(CheckAutoscaleOptions(options).ok());
  options = {};
  options.capacity_per_s = 0;
  EXPECT_FALSE(CheckAutoscaleOptions(options).ok());
}

}  // namespace
}  // namespace levelwind::planner
