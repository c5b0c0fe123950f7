#include "planner/healing/healing_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/planner/healing/healing_world.h"

namespace levelwind::planner {
namespace {

using ::testing::HasSubstr;

TEST(HealingPolicy, ByDefaultNothingIsDoneAndAllIsTold) {
  HealingWorld world{HealingOptions{}};
  world.Add(HealingWorld::DeadBroker(3));
  world.Run(2h);
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.Case().state, HealState::kWatched);
  EXPECT_EQ(world.Code(), "off");
  EXPECT_THAT(world.Case().reason, HasSubstr("start it again"));
  EXPECT_FALSE(world.policy->View(world.now, world.wall).on);
}

TEST(HealingPolicy, HealsAfterTheGraceTimeOnceAndSaysWhatHappened) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(3));
  world.Run(29min);
  EXPECT_EQ(world.Code(), "grace");
  EXPECT_EQ(world.plans, 0);
  world.Run(2min);
  EXPECT_EQ(world.applies, 1);
  EXPECT_TRUE(world.asked.fix_offline) << "nothing but what is on the dead broker";
  EXPECT_TRUE(world.asked.remove_brokers.empty()) << "that would level the others, too";
  EXPECT_EQ(world.Case().state, HealState::kActing);
  EXPECT_EQ(world.Case().operation_id, "op1");
  world.Run(10min);
  EXPECT_EQ(world.applies, 1) << "it runs already";
  world.End(OperationState::kCompleted);
  world.Remove(HealingWorld::DeadBroker(3));
  world.Run(6min);
  EXPECT_EQ(world.Case().state, HealState::kHealed);
  EXPECT_THAT(world.Case().result, HasSubstr("op1 completed"));
  std::vector<HealState> states;
  for (const HealingEvent& event : world.Case().events) states.push_back(event.state);
  EXPECT_THAT(states,
              ::testing::ElementsAre(HealState::kWaiting, HealState::kWaiting, HealState::kPlanning,
                                     HealState::kPlanning, HealState::kApplying, HealState::kActing,
                                     HealState::kSettling, HealState::kHealed));
}

TEST(HealingPolicy, NothingForWhatReturnsBefore) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(3));
  world.Run(29min);
  world.Remove(HealingWorld::DeadBroker(3));
  world.Run(1min);
  EXPECT_EQ(world.Case().state, HealState::kLeaving);
  world.Run(5min);
  EXPECT_EQ(world.Case().state, HealState::kGone);
  EXPECT_EQ(world.plans, 0);
  world.Add(HealingWorld::DeadBroker(3));
  world.Run(1min);
  EXPECT_EQ(world.Case("a2").state, HealState::kWaiting) << "it counts as new";
}

TEST(HealingPolicy, WhatFlapsIsOneCaseAndIsNotHealed) {
  HealingWorld world{DeadBrokersOn()};
  for (int i = 0; i < 20; ++i) {
    world.Add(HealingWorld::DeadBroker(3));
    world.Run(10min);
    world.Remove(HealingWorld::DeadBroker(3));
    world.Run(1min);
  }
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.Case().returns, 19);
  EXPECT_EQ(world.Case("a2").id, "");
}

TEST(HealingPolicy, ADryRunPlansAndApplesNothing) {
  HealingOptions options;
  options.modes = {"dead_broker=dry_run"};
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(3));
  world.Run(45min);
  EXPECT_EQ(world.plans, 1);
  EXPECT_EQ(world.Case().state, HealState::kPlanned);
  EXPECT_THAT(world.Case().reason, HasSubstr("p1 (2 replica moves) is not applied"));
  world.Run(2h);
  EXPECT_EQ(world.plans, 3) << "planned anew every hour";
  EXPECT_EQ(world.applies, 0);
}

TEST(HealingPolicy, ObserveModeNeverActs) {
  HealingWorld world{DeadBrokersOn()};
  world.operate = false;
  world.Add(HealingWorld::DeadBroker(3));
  world.Run(45min);
  EXPECT_EQ(world.applies, 0);
  EXPECT_THAT(world.Case().reason, HasSubstr("--mode operate"));
}

TEST(HealingPolicy, WhatAPlanLeavesToAPersonIsNotTriedAgain) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::HotBroker(3));
  world.Run(35min);
  ASSERT_EQ(world.applies, 1);
  Anomaly left = HealingWorld::HotBroker(3);  // As a failed disk that is empty now.
  left.fix = AnomalyFix::kNone;
  left.request.reset();
  left.next_step = "replace it";
  world.Add(left);
  world.End(OperationState::kCompleted);
  world.Run(30min);
  EXPECT_EQ(world.Case().state, HealState::kWatched);
  EXPECT_EQ(world.Code(), "no_fix");
  EXPECT_THAT(world.Case().reason, HasSubstr("replace it"));
  world.Run(5h);
  EXPECT_EQ(world.plans, 1);
  world.Remove(left);
  world.Run(10min);
  EXPECT_EQ(world.Case().state, HealState::kHealed);
}

TEST(HealingPolicy, WhereAPlanIsUrgentAndMovesNothingYetItIsTriedSoonAgain) {
  HealingOptions options;
  options.modes = {"disk_filling=on", "hot_broker=on"};
  options.grace = 1min;
  HealingWorld world{options};
  auto empty = std::make_shared<levelwind::Proposal>();
  empty->id = "p1";
  world.plan = ProposalPtr(empty);
  Anomaly filling = HealingWorld::HotBroker(3);
  filling.type = "disk_filling";
  filling.severity = Severity::kCritical;
  filling.fix = AnomalyFix::kRelieveBrokers;
  world.Add(filling);
  world.Run(15min);
  EXPECT_EQ(world.Code(), "no_move");
  EXPECT_GE(world.plans, 8) << "each minute after the grace time";
  world.Remove(filling);
  world.Run(10min);
  const int before = world.plans;
  world.Add(HealingWorld::HotBroker(4));
  world.Run(30min);
  EXPECT_EQ(world.plans, before + 1) << "what is not urgent waits for heal.retry_after";
}

TEST(HealingPolicy, ManyDeadBrokersAreTheNetwork) {
  HealingWorld world{DeadBrokersOn()};
  for (BrokerId broker = 1; broker <= 4; ++broker) world.Add(HealingWorld::DeadBroker(broker));
  world.Run(2h);
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.Code(), "mass");
  EXPECT_THAT(world.Case().reason, HasSubstr("4 of 12 brokers"));
  world.brokers = 4;
  for (BrokerId broker = 1; broker <= 2; ++broker) world.Remove(HealingWorld::DeadBroker(broker));
  world.Run(1h);
  EXPECT_EQ(world.plans, 0) << "two of four are half of them";
}

TEST(HealingPolicy, NobodyKnowsHowManyBrokersThereAre) {
  HealingWorld world{DeadBrokersOn()};
  world.brokers = 0;
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(1h);
  EXPECT_EQ(world.Code(), "mass");
}

TEST(HealingPolicy, AnotherBrokerInItsGraceTimeIsNotMovedAlong) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(20min);
  world.Add(HealingWorld::DeadBroker(2));
  world.Run(15min);
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.Code(), "others");
  world.Run(16min);
  EXPECT_EQ(world.applies, 1);
}

TEST(HealingPolicy, WaitsForOtherOperationsAndOtherTools) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  OperationView others;
  others.id = "op77";
  others.author = "cli:ann";
  others.state = OperationState::kPaused;
  world.executor.operations.push_back(others);
  world.Run(35min);
  EXPECT_EQ(world.Code(), "busy");
  EXPECT_THAT(world.Case().reason, HasSubstr("op77 of cli:ann is paused"));
  world.End(OperationState::kCompleted);
  world.reassignments = 3;
  world.Run(1min);
  EXPECT_EQ(world.Code(), "reassigning");
  world.reassignments = 0;
  world.record_problem = "the disk is full";
  world.Run(1min);
  EXPECT_EQ(world.Code(), "record");
  EXPECT_EQ(world.plans, 0);
  world.record_problem.clear();
  world.Run(1min);
  EXPECT_EQ(world.applies, 1);
}

TEST(HealingPolicy, QuietHoursHold) {
  HealingOptions options = DeadBrokersOn();
  options.quiet_hours = {"Wed 01:00-03:00 Europe/Berlin"};  // 00:00 to 02:00 UTC
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(119min);
  EXPECT_EQ(world.Code(), "quiet_hours");
  EXPECT_THAT(world.Case().reason, HasSubstr("2026-11-25T02:00"));
  world.Run(2min);
  EXPECT_EQ(world.applies, 1);
}

TEST(HealingPolicy, CoolDownAndOneAtATime) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Add(HealingWorld::HotBroker(5));
  world.Run(31min);
  EXPECT_EQ(world.applies, 1) << "the critical one comes first";
  EXPECT_EQ(world.Case("a2").state, HealState::kHeld);
  world.Remove(HealingWorld::DeadBroker(1));
  world.End(OperationState::kCompleted);
  world.Run(1min);
  EXPECT_EQ(world.Code("a2"), "cool_down");
  world.Run(8min);
  EXPECT_EQ(world.applies, 1);
  world.Run(2min);
  EXPECT_EQ(world.applies, 2);
  EXPECT_EQ(world.overlaps, 0);
}

TEST(HealingPolicy, BudgetsOfADay) {
  HealingOptions options = DeadBrokersOn();
  options.max_bytes_per_day = 1500;
  options.max_brokers_per_day = 2;
  HealingWorld world{options};
  for (BrokerId broker = 1; broker <= 3; ++broker) {
    world.Add(HealingWorld::DeadBroker(broker));
    world.Run(45min);
    world.End(OperationState::kCompleted);
    world.Remove(HealingWorld::DeadBroker(broker));
    world.Run(20min);
    world.plan = HealingWorld::Proposal(400);
  }
  EXPECT_EQ(world.applies, 2);
  EXPECT_EQ(world.Case("a3").state, HealState::kGone);
  const HealingView view = world.policy->View(world.now, world.wall);
  EXPECT_EQ(view.acts_today, 2);
  EXPECT_EQ(view.bytes_today, 1400);
  EXPECT_EQ(view.brokers_today, 2);
  EXPECT_EQ(view.decisions.at({"dead_broker", "budget"}), 1U);
  world.Run(24h);
  world.Add(HealingWorld::DeadBroker(3));
  world.plan = HealingWorld::Proposal(1501);
  world.Run(45min);
  EXPECT_EQ(world.applies, 2);
  EXPECT_THAT(world.Case("a4").reason, HasSubstr("heal.max_bytes_per_day"));
  world.plan = HealingWorld::Proposal(kUnknownCount);
  world.Run(2h);
  EXPECT_EQ(world.applies, 2) << "unknown is not zero";
}

TEST(HealingPolicy, ApprovalsAreWaitedForAndExpire) {
  HealingOptions options = DeadBrokersOn();
  options.approval = {"dead_broker"};
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(1h);
  EXPECT_EQ(world.Case().state, HealState::kApproval);
  EXPECT_EQ(world.applies, 0);
  world.Run(4h);
  EXPECT_EQ(world.Code(), "expired");
  EXPECT_FALSE(world.policy->Approve("a1", "ann", "", world.wall).ok());
  world.Run(1h);
  EXPECT_EQ(world.Case().state, HealState::kApproval) << "asked again";
  ASSERT_TRUE(world.policy->Approve("a1", "cli:ann", "it is broken", world.wall).ok());
  world.Run(10s);
  EXPECT_EQ(world.applies, 1);
  EXPECT_EQ(world.executor.operations.front().reason,
            "a1: broker 1 is not serving; approved by cli:ann");
}

TEST(HealingPolicy, AnApprovalIsVoidWhenTheAnomalyIsGone) {
  HealingOptions options = DeadBrokersOn();
  options.approval = {"dead_broker"};
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(1h);
  world.Remove(HealingWorld::DeadBroker(1));
  world.Run(10s);
  EXPECT_EQ(world.Case().state, HealState::kLeaving);
  EXPECT_FALSE(world.policy->Approve("a1", "ann", "", world.wall).ok());
}

TEST(HealingPolicy, AnApprovedPlanWaitsForQuietHours) {
  HealingOptions options = DeadBrokersOn();
  options.approval = {"dead_broker"};
  options.quiet_hours = {"01:30-02:00"};
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(91min);
  ASSERT_TRUE(world.policy->Approve("a1", "ann", "", world.wall).ok());
  world.Run(10min);
  EXPECT_EQ(world.Case().state, HealState::kApproval);
  EXPECT_EQ(world.Code(), "quiet_hours");
  world.Run(20min);
  EXPECT_EQ(world.applies, 1);
  EXPECT_EQ(world.plans, 1) << "what was approved is what is applied";
}

TEST(HealingPolicy, DenyAndMute) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(1min);
  ASSERT_TRUE(world.policy->Mute("a1", 1h, "ann", "known", world.now, world.wall).ok());
  world.Run(50min);
  EXPECT_EQ(world.Code(), "muted");
  EXPECT_EQ(world.plans, 0);
  ASSERT_TRUE(world.policy->Deny("a1", "ann", "leave it", world.wall).ok());
  world.Run(3h);
  EXPECT_EQ(world.Code(), "denied");
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.policy->Deny("a9", "ann", "", world.wall).error().code(), ErrorCode::kNotFound);
  world.Remove(HealingWorld::DeadBroker(1));
  world.Run(6min);
  EXPECT_FALSE(world.policy->Deny("a1", "ann", "", world.wall).ok()) << "it is over";
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(40min);
  EXPECT_EQ(world.applies, 1) << "the next one is another";
}

TEST(HealingPolicy, NoMoveHelpsIsSaidAndTriedAgainLater) {
  HealingWorld world{DeadBrokersOn()};
  auto empty = std::make_shared<Proposal>();
  empty->id = "p4";
  empty->summary = "nothing to move: three brokers are left for three replicas";
  world.plan = ProposalPtr(empty);
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(50min);
  EXPECT_EQ(world.plans, 1);
  EXPECT_EQ(world.Code(), "no_move");
  EXPECT_THAT(world.Case().reason, HasSubstr("start it again"));
  world.Run(1h);
  EXPECT_EQ(world.plans, 2);
}

TEST(HealingPolicy, GivesUpAfterSomeTriesWithLongerAndLongerPauses) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  std::vector<int> applied_at;
  for (int minutes = 0; minutes < 12 * 60; minutes += 5) {
    world.Run(5min);
    if (world.applies > static_cast<int>(applied_at.size())) applied_at.push_back(minutes);
    world.End(OperationState::kPartial);
  }
  ASSERT_EQ(applied_at.size(), 3U);
  EXPECT_GE(applied_at[1] - applied_at[0], 60);
  EXPECT_GE(applied_at[2] - applied_at[1], 120);
  EXPECT_EQ(world.Case().state, HealState::kStuck);
  EXPECT_EQ(world.Code(), "attempts");
}

TEST(HealingPolicy, WhatAPersonCancelledIsNotBegunAgain) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(31min);
  world.End(OperationState::kCancelled);
  world.Run(24h);
  EXPECT_EQ(world.applies, 1);
  EXPECT_EQ(world.Case().state, HealState::kStuck);
  EXPECT_EQ(world.Code(), "cancelled");
}

TEST(HealingPolicy, WhatCannotBeAppliedNowIsPlannedAnew) {
  HealingWorld world{DeadBrokersOn()};
  world.refusal = Error(ErrorCode::kAborted, "orders-1 changed since");
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(30min + 10s);
  EXPECT_EQ(world.Code(), "refused");
  EXPECT_EQ(world.Case().attempts, 0);
  world.refusal.reset();
  world.Run(2min);
  EXPECT_EQ(world.Case().state, HealState::kActing);
  EXPECT_EQ(world.plans, 2);
  EXPECT_EQ(world.policy->View(world.now, world.wall).acts_today, 1);
}

TEST(HealingPolicy, AnAnswerThatIsLostIsLookedForAndNotAskedForAgain) {
  HealingWorld world{DeadBrokersOn()};
  world.lost_answer = true;
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(1h);
  EXPECT_EQ(world.applies, 1);
  EXPECT_EQ(world.Case().state, HealState::kActing);
  EXPECT_EQ(world.Case().operation_id, "op1");
}

TEST(HealingPolicy, TypesWithoutAFixAreOnlyWatched) {
  HealingOptions options;
  options.modes = {"hot_broker=on"};
  HealingWorld world{options};
  Anomaly anomaly = HealingWorld::HotBroker(1);
  anomaly.fix = AnomalyFix::kNone;
  anomaly.request.reset();
  world.Add(anomaly);
  world.Run(2h);
  EXPECT_EQ(world.Code(), "no_fix");
}

TEST(HealingPolicy, ThereIsNoWayBackFromMorePartitionsSoAPersonIsAsked) {
  HealingOptions options;
  options.modes = {"hot_broker=on"};
  HealingWorld world{options};
  Anomaly anomaly = HealingWorld::HotBroker(1);
  anomaly.fix = AnomalyFix::kMorePartitions;
  world.Add(anomaly);
  world.Run(2h);
  EXPECT_EQ(world.Case().state, HealState::kApproval);
  EXPECT_EQ(world.applies, 0);
}

TEST(HealingOptions, WhatIsWrongIsNamed) {
  const auto problem = [](auto change) {
    HealingOptions options;
    change(options);
    const Status checked = CheckHealingOptions(options);
    return checked.ok() ? std::string() : checked.error().message();
  };
  EXPECT_EQ(problem([](HealingOptions&) {}), "");
  EXPECT_THAT(problem([](auto& o) { o.modes = {"dead_brocker=on"}; }),
              HasSubstr("did you mean dead_broker?"));
  EXPECT_THAT(problem([](auto& o) { o.modes = {"dead_broker"}; }), HasSubstr("TYPE=VALUE"));
  EXPECT_THAT(problem([](auto& o) { o.modes = {"dead_broker=yes"}; }),
              HasSubstr("off, dry_run or on"));
  EXPECT_THAT(problem([](auto& o) {
                o.modes = {"dead_broker=on", "dead_broker=off"};
              }),
              HasSubstr("twice"));
  EXPECT_NE(problem([](auto& o) { o.graces = {"dead_broker=10"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.approval = {"all"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.quiet_hours = {"noon"}; }), "");
}

}  // namespace
}  // namespace levelwind::planner
