// What a policy must never do: heal a pause, heal because the daemon is cut off, act twice, or act
// because a clock jumped.
#include <gtest/gtest.h>

#include <random>

#include "tests/planner/healing/healing_world.h"

namespace levelwind::planner {
namespace {

TEST(FalseHeals, NoneInAHundredPausesShorterThanTheGraceTime) {
  std::mt19937 random(1);
  HealingWorld world{DeadBrokersOn()};
  for (int pause = 0; pause < 100; ++pause) {
    const BrokerId broker = 1 + static_cast<BrokerId>(random() % 12);
    world.Add(HealingWorld::DeadBroker(broker));
    world.Run(std::chrono::seconds(5 + random() % (30 * 60 - 10)));
    world.Remove(HealingWorld::DeadBroker(broker));
    world.Run(std::chrono::seconds(random() % 600));
  }
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.applies, 0);
}

TEST(FalseHeals, NoneInTwentyPartitionsOfTheDaemon) {
  std::mt19937 random(2);
  HealingWorld world{DeadBrokersOn()};
  for (int i = 0; i < 20; ++i) {
    const int way = i % 4;
    // 0: nothing answers. 1: the detectors hold. 2: all but one look dead. 3: it begins while a
    // broker is in its grace time, which then cannot be told to have returned.
    if (way == 0) world.blind = "metadata: no broker answers";
    if (way == 1) world.detectors_hold = true;
    if (way == 2) {
      for (BrokerId b = 1; b < 12; ++b) world.Add(HealingWorld::DeadBroker(b));
    }
    if (way == 3) {
      world.Add(HealingWorld::DeadBroker(1));
      world.Run(25min);
      world.detectors_hold = true;
      world.Remove(HealingWorld::DeadBroker(1));
    }
    world.Run(std::chrono::minutes(10 + random() % 120));
    world.blind.clear();
    world.detectors_hold = false;
    world.there.clear();
    world.Run(10min);
  }
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.applies, 0);
}

TEST(FalseHeals, BlindnessDoesNotCountAsWaiting) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(20min);
  world.blind = "metadata: timed out";
  world.Run(20min);
  world.blind.clear();
  world.Run(25min);
  EXPECT_EQ(world.plans, 0) << "the grace time began again";
  world.Run(6min);
  EXPECT_EQ(world.applies, 1);
}

TEST(FalseHeals, AShortBlindnessCostsNoMoreThanItLasts) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(20min);
  world.blind = "metadata: timed out";
  world.Run(1min);
  world.blind.clear();
  world.Run(11min);
  EXPECT_EQ(world.applies, 1);
}

TEST(FalseHeals, AMonitorThatHangsMakesNothingDue) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(29min);
  for (int i = 0; i < 100; ++i) {
    world.Pass(1min);
    world.Heal();
  }
  EXPECT_EQ(world.plans, 0);
  EXPECT_EQ(world.policy->View(world.now, world.wall).Find("a1")->waited_s, 29 * 60 - 5);
}

TEST(FalseHeals, JumpsOfTheWallClockMakeNothingDueAndGiveNothingBack) {
  HealingOptions options = DeadBrokersOn();
  options.max_acts_per_day = 1;
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(10min);
  world.wall.unix_ms += 3'600'000;
  world.Run(10min);
  EXPECT_EQ(world.plans, 0) << "an hour ahead";
  world.wall.unix_ms -= 2 * 3'600'000;
  world.Run(11min);
  EXPECT_EQ(world.applies, 1) << "an hour back: the grace time is over when it is";
  world.End(OperationState::kCompleted);
  world.Remove(HealingWorld::DeadBroker(1));
  world.Run(20min);
  world.wall.unix_ms += std::int64_t{3} * 24 * 3'600'000;
  world.Add(HealingWorld::DeadBroker(2));
  world.Run(45min);
  EXPECT_EQ(world.Code("a2"), "budget") << "three days ahead give no second operation";
  world.wall.unix_ms -= std::int64_t{6} * 24 * 3'600'000;
  world.Run(10min);
  EXPECT_EQ(world.applies, 1);
}

TEST(Restarts, AShortOneKeepsMostOfTheWaitAndALongOneNothing) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(20min);
  world.policy->TouchOpen();
  world.Store();
  world.Pass(30s);
  world.Boot();
  world.Run(9min);
  EXPECT_EQ(world.plans, 0);
  world.Run(2min);
  EXPECT_EQ(world.applies, 1);
  EXPECT_EQ(world.Case("a2").id, "") << "the same case";

  HealingWorld other{DeadBrokersOn()};
  other.Add(HealingWorld::DeadBroker(1));
  other.Run(29min);
  other.policy->TouchOpen();
  other.Store();
  other.Pass(1h);
  other.Boot();
  other.Run(29min);
  EXPECT_EQ(other.plans, 0) << "it may have been back in that hour";
}

TEST(Restarts, NoneMakesThePolicyActAtOnce) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.blind = "x";
  world.Run(29min);
  world.blind.clear();
  world.Run(29min + 50s);
  world.policy->TouchOpen();
  world.Store();
  world.Boot();
  world.Run(1min);
  EXPECT_EQ(world.plans, 0) << "some of the wait is always repeated";
}

TEST(Restarts, BudgetsCoolDownDenialsAndApprovalsAreKept) {
  HealingOptions options = DeadBrokersOn();
  options.max_acts_per_day = 1;
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(31min);
  world.End(OperationState::kCompleted);
  world.Remove(HealingWorld::DeadBroker(1));
  world.Run(6min);
  world.Boot();
  world.Add(HealingWorld::DeadBroker(2));
  world.Run(45min);
  EXPECT_EQ(world.Code("a2"), "budget");
  ASSERT_TRUE(world.policy->Deny("a2", "ann", "no", world.wall).ok());
  world.Store();
  world.Boot();
  world.Run(48h);
  EXPECT_EQ(world.applies, 1);
  EXPECT_EQ(world.Code("a2"), "denied");
}

TEST(Restarts, AnApprovalThatWaitsIsStillThere) {
  HealingOptions options = DeadBrokersOn();
  options.approval = {"dead_broker"};
  HealingWorld world{options};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(1h);
  world.Boot();
  world.Run(1min);
  EXPECT_EQ(world.Case().state, HealState::kApproval);
  ASSERT_TRUE(world.policy->Approve("a1", "ann", "", world.wall).ok());
  world.Run(40min);
  EXPECT_EQ(world.applies, 1);
  EXPECT_EQ(world.plans, 1);
}

TEST(Restarts, InObserveModeWhatRanIsNotGuessed) {
  HealingWorld world{DeadBrokersOn()};
  world.Add(HealingWorld::DeadBroker(1));
  world.Run(31min);
  world.operate = false;
  world.Boot();
  world.Run(1min);
  EXPECT_EQ(world.Case().state, HealState::kSettling);
  EXPECT_EQ(world.Code(), "unknown");
}

/// The process is killed at each point of the healing's work in turn; whatever the point, exactly
/// one operation is made for the one dead broker, and its record ends well.
TEST(Restarts, AKillAtAnyPointNeverActsTwice) {
  int points = 0;
  for (int point = 0;; ++point) {
    HealingWorld world{DeadBrokersOn()};
    world.Add(HealingWorld::DeadBroker(1));
    world.Run(29min);
    world.kill_after = point;
    for (int i = 0; i < 12 * 60; ++i) {
      world.policy->TouchOpen();
      world.Run(kLook);
      // Done after ten minutes, as the cluster shows.
      if (!world.executor.operations.empty() && i % 120 == 119) {
        world.End(OperationState::kCompleted);
        world.Remove(HealingWorld::DeadBroker(1));
      }
    }
    const bool killed = !world.kill_after.has_value();
    world.kill_after.reset();
    world.Run(1h);
    ASSERT_EQ(world.executor.operations.size(), 1U) << "killed at point " << point;
    ASSERT_EQ(world.applies, 1) << "killed at point " << point;
    EXPECT_EQ(world.overlaps, 0);
    EXPECT_EQ(world.Case().state, HealState::kHealed) << point << ": " << world.Case().reason;
    EXPECT_EQ(world.policy->View(world.now, world.wall).acts_today, 1) << point;
    if (!killed) break;
    points = point;
    if (point > 80) point += 37;  // later ones are all alike
  }
  EXPECT_GT(points, 80);
}

TEST(Determinism, TheSameHistoryMakesTheSameDecisions) {
  const auto run = [] {
    std::mt19937 random(7);
    HealingWorld world{DeadBrokersOn()};
    std::string told;
    for (int i = 0; i < 80; ++i) {
      const BrokerId broker = 1 + static_cast<BrokerId>(random() % 3);
      if (random() % 3 == 0) world.Add(HealingWorld::DeadBroker(broker));
      if (random() % 5 == 0) world.Remove(HealingWorld::DeadBroker(broker));
      if (random() % 4 == 0) world.Add(HealingWorld::HotBroker(broker));
      if (random() % 7 == 0) world.End(OperationState::kCompleted);
      world.blind = random() % 11 == 0 ? "cut off" : "";
      world.detectors_hold = random() % 13 == 0;
      world.Run(std::chrono::minutes(random() % 20));
      EXPECT_EQ(world.overlaps, 0);
    }
    for (const HealingCase& record : world.policy->View(world.now, world.wall).cases) {
      for (const HealingEvent& event : record.events) {
        told += fmt::format("{} {} {}\n", record.id, event.at.unix_ms, event.text);
      }
    }
    return told;
  };
  const std::string first = run();
  EXPECT_EQ(first, run());
  EXPECT_NE(first.find("carries out"), std::string::npos) << "it heals in such a life, too";
}

}  // namespace
}  // namespace levelwind::planner
