// The guard: when an operation stops for the sake of the rest of the cluster, and what it does not
// stop for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "actions/latency_watch.h"
#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Brokers = std::vector<BrokerId>;

// Two copies of orders, one after the other, and topics that no plan touches.
class Guard : public ::testing::Test {
 protected:
  Guard() {
    h.kafka.AddTopic("orders", {{1, 2, 3}, {1, 2, 3}});
    h.kafka.AddTopic("other", {{2, 3}, {3, 5}, {5, 2}});
    h.options.max_moves_cluster = 1;
  }
  std::string Begin() {
    if (!h.executor) h.Start();
    const auto id =
        h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})}));
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  std::string BeginAndCopy() {
    const std::string id = Begin();
    EXPECT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
    return id;
  }
  void Polls(int count) {
    for (int i = 0; i < count; ++i) h.Poll();
  }
  void Restart() {
    h.Crash();
    h.Start();
  }
  void ExpectHeld(const std::string& id, const std::string& why) {
    EXPECT_EQ(h.State(id), OperationState::kHolding);
    EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr(why));
    EXPECT_EQ(h.Step(id, 1).state, StepState::kPending);
    EXPECT_FALSE(h.kafka.At("orders", 1).moving);
  }
  void ExpectCompletes(const std::string& id) {
    ASSERT_TRUE(h.RunToEnd(900)) << h.Operation(id).hold_reason;
    EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
    EXPECT_TRUE(h.kafka.Throttles().empty());
  }

  Harness h{{1, 2, 3, 4, 5}};
};

// ---- in-sync replicas ---------------------------------------------------------------------------

TEST_F(Guard, I5_WhatWasDeadAtAcceptanceDoesNotHoldAfterARestart) {
  h.kafka.Kill(5);
  const std::string id = Begin();
  Polls(2);
  Restart();
  ExpectCompletes(id);
}

TEST_F(Guard, I5_ABrokerThatCameBackAndDiesAgainHoldsAlsoAfterARestart) {
  h.kafka.Kill(5);
  h.bytes_per_poll = 100;
  const std::string id = BeginAndCopy();
  h.kafka.Start(5);
  Polls(2);
  h.kafka.Kill(5);
  Polls(2);
  Restart();
  Polls(30);
  ExpectHeld(id, "the replica on broker 5 is down");
  h.kafka.Start(5);
  ExpectCompletes(id);
}

TEST_F(Guard, I5_ABrokerThatCameBackWhileItWaitedInLineIsNoExcuse) {
  h.kafka.Kill(5);
  h.bytes_per_poll = 20;
  const std::string first = BeginAndCopy();
  h.kafka.AddTopic("more", {{1, 2}});
  const auto second = h.Submit(h.Plan({h.MoveOf("more", 0, {4, 2})}));
  ASSERT_TRUE(second.ok());
  h.kafka.Start(5);
  Polls(2);
  ASSERT_TRUE(h.executor->Cancel(first, "me", "").ok());
  h.kafka.Kill(5);
  ASSERT_TRUE(h.RunUntil([&] { return IsTerminal(h.State(first)); }));
  Polls(10);
  EXPECT_EQ(h.State(*second), OperationState::kHolding);
  EXPECT_THAT(h.Operation(*second).hold_reason, HasSubstr("broker 5 is down"));
}

TEST_F(Guard, I5_WhatWasBehindAtAcceptanceIsWaitedForButNotForEver) {
  h.kafka.At("other", 0).isr = {2};  // a failed log dir, say
  const std::string id = Begin();
  Polls(60);
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("other-0 is not fully in sync"));
  Restart();
  Polls(60);
  EXPECT_FALSE(h.kafka.At("orders", 0).moving);
  ExpectCompletes(id);
}

TEST_F(Guard, I5_WhatWasBehindAndCaughtUpHoldsWhenItFallsBackAgain) {
  h.options.guard.catch_up_patience = {};
  h.kafka.At("other", 0).isr = {2};
  h.bytes_per_poll = 100;
  const std::string id = BeginAndCopy();
  h.kafka.At("other", 0).isr = {2, 3};
  Polls(2);
  h.kafka.At("other", 0).isr = {2};
  Restart();
  Polls(30);
  ExpectHeld(id, "other-0 is not fully in sync: the replica on broker 3 is behind");
}

TEST_F(Guard, I5_AStepStillToComeDoesNotHideThatItsPartitionIsShort) {
  h.bytes_per_poll = 100;
  h.Start();
  h.kafka.AddTopic("third", {{3, 2}});
  const auto id = h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("third", 0, {3, 4}),
                                   h.MoveOf("orders", 1, {4, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  h.kafka.At("third", 0).isr = {2};  // 3 stays in its plan: the step does not mend it
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 0).state == StepState::kDone; }));
  Polls(10);
  EXPECT_FALSE(h.kafka.At("orders", 1).moving);
  EXPECT_THAT(h.Operation(*id).hold_reason, HasSubstr("third-0 is not fully in sync"));
  h.kafka.At("third", 0).isr = {3};  // 2 goes: its step mends it
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 2).state == StepState::kDone; }));
  h.kafka.At("third", 0).isr = {3, 2};
  ExpectCompletes(*id);
}

TEST_F(Guard, AsManyAsAllowedMayBeShortButNoneUnderItsMinimum) {
  h.options.guard.max_under_replicated = 2;
  h.bytes_per_poll = 100;
  const std::string id = BeginAndCopy();
  h.kafka.At("other", 0).isr = {2};
  h.kafka.At("other", 1).isr = {3};
  h.kafka.At("other", 2).isr = {5};
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kDone; }));
  Polls(10);
  ExpectHeld(id, "3 partitions outside the plan are short of replicas, 2 may be");
  h.kafka.At("other", 2).isr = {5, 2};
  h.kafka.SetTopicConfig("other", "min.insync.replicas", "2");
  Polls(10);
  ExpectHeld(id, "fewer than its min.insync.replicas=2");
  h.kafka.SetTopicConfig("other", "min.insync.replicas", "1");
  ExpectCompletes(id);
}

// ---- what becomes of an operation that is held for long
// -------------------------------------------

TEST_F(Guard, HeldForLongItIsPausedWhenTheOptionsSaySo) {
  h.options.guard.on_breach = actions::OnBreach::kPause;
  h.bytes_per_poll = 100;
  const std::string id = BeginAndCopy();
  h.kafka.At("other", 0).isr = {2};
  Polls(30);
  EXPECT_EQ(h.State(id), OperationState::kHolding) << "not before its patience is over";
  Polls(40);
  EXPECT_EQ(h.State(id), OperationState::kPaused);
  EXPECT_THAT(h.Operation(id).hold_reason,
              AllOf(StartsWith("paused by the guard: other-0 is not"), HasSubstr("resume " + id)));
  h.kafka.At("other", 0).isr = {2, 3};
  Restart();
  Polls(20);
  EXPECT_EQ(h.State(id), OperationState::kPaused) << "a person must look, also after a restart";
  EXPECT_TRUE(h.kafka.Throttles().empty());
  ASSERT_TRUE(h.executor->Resume(id, "me", "").ok());
  ExpectCompletes(id);
}

TEST_F(Guard, HeldForLongItIsCancelledWhenTheOptionsSaySo) {
  h.options.guard.on_breach = actions::OnBreach::kCancel;
  const std::string id = BeginAndCopy();
  h.kafka.At("other", 0).isr = {2};
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCancelled);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{4, 2, 3})) << "what is done stays";
  EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2, 3}));
  EXPECT_THAT(h.Operation(id).steps.at(1).note, HasSubstr("cancelled by the guard: other-0"));
}

// ---- disks --------------------------------------------------------------------------------------

class DiskGuard : public Guard {
 protected:
  void SetFree(BrokerId broker, const char* dir, std::int64_t usable) {
    h.kafka.total[{broker, dir}] = 100'000;
    h.kafka.usable[{broker, dir}] = usable;
  }
};

TEST_F(DiskGuard, ALogDirThatFillsUpHoldsUntilItIsWellBelowTheLimit) {
  h.bytes_per_poll = 20;
  SetFree(4, "/b", 50'000);
  const std::string id = BeginAndCopy();
  SetFree(4, "/b", 9'000);
  Polls(60);
  ASSERT_EQ(h.Step(id, 0).state, StepState::kDone) << "what runs is finished";
  ExpectHeld(id, "log dir /b of broker 4 is 91 % full");
  SetFree(4, "/b", 11'400);
  Polls(20);
  ExpectHeld(id, "log dir /b of broker 4 is 89 % full");  // not far enough below
  SetFree(4, "/b", 13'000);
  ExpectCompletes(id);
}

TEST_F(DiskGuard, WhatIsStillToComeCounts) {
  h.bytes_per_poll = 1;
  h.kafka.AddTopic("big", {{1, 2}}, 20'000);
  SetFree(4, "/a", 25'000);
  const std::string id = BeginAndCopy();
  Polls(12);
  EXPECT_EQ(h.State(id), OperationState::kRunning);
  h.kafka.ForeignReassign("big", 0, Brokers{4, 2});
  h.options.guard.disk_limit = 0.8;
  Restart();
  Polls(15);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("log dir /a of broker 4")) << "75 % + 20 %";
}

TEST_F(DiskGuard, ABrokerThatThePlanRelievesDoesNotHoldIt) {
  h.Start();
  h.kafka.AddTopic("mine", {{4, 3}, {4, 3}});
  SetFree(4, "/a", 9'000);
  const auto id = h.Submit(h.Plan({h.MoveOf("mine", 0, {5, 3}), h.MoveOf("mine", 1, {5, 3}),
                                   h.MoveOf("orders", 0, {4, 2, 3})}));
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 1).state == StepState::kDone; }))
      << h.Operation(*id).hold_reason;
}

// ---- latency ------------------------------------------------------------------------------------

class LatencyGuard : public Guard {
 protected:
  LatencyGuard() {
    for (BrokerId broker : {1, 2, 3, 4}) took[broker] = std::chrono::milliseconds(30);
    h.kafka.on_config_read = [this](BrokerId broker) { h.clock.Advance(took[broker]); };
    h.bytes_per_poll = 20;
  }
  std::map<BrokerId, std::chrono::milliseconds> took;
};

TEST_F(LatencyGuard, ABrokerThatAnswersFarMoreSlowlyHoldsUntilItIsAtHalfTheLimit) {
  const std::string id = BeginAndCopy();
  took[2] = std::chrono::milliseconds(600);
  Polls(60);
  ASSERT_EQ(h.Step(id, 0).state, StepState::kDone);
  ExpectHeld(id, "broker 2 answers in 600 ms, 20 times as long as before the copies");
  took[2] = std::chrono::milliseconds(210);  // 7 times: still too slow for one that was too slow
  Polls(60);
  ExpectHeld(id, "broker 2 answers in 210 ms");
  took[2] = std::chrono::milliseconds(40);
  ExpectCompletes(id);
}

TEST_F(LatencyGuard, ABrokerWithoutCopiesLeftDoesNotHoldTheOthers) {
  h.bytes_per_poll = 20;
  h.kafka.AddTopic("small", {{1, 3}}, 400);
  h.options.max_moves_cluster = 2;
  h.Start();
  const auto id = h.Submit(h.Plan({h.MoveOf("small", 0, {5, 3}), h.MoveOf("orders", 0, {4, 2, 3}),
                                   h.MoveOf("orders", 1, {4, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("small", 0).moving; }));
  took[5] = std::chrono::seconds(1);
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 0).state == StepState::kDone; }));
  ExpectCompletes(*id);
}

TEST_F(LatencyGuard, SlowButNotSlowerThanBeforeIsNoReason) {
  took[2] = std::chrono::milliseconds(700);
  ExpectCompletes(Begin());
}

TEST_F(LatencyGuard, QuickAnswersAreNeverTooSlow) {
  for (auto& [broker, time] : took) time = std::chrono::milliseconds(1);
  const std::string id = BeginAndCopy();
  took[2] = std::chrono::milliseconds(150);
  ExpectCompletes(id);
}

TEST(LatencyWatch, OneSlowAnswerIsNone) {
  actions::GuardOptions options;
  actions::LatencyWatch watch(options);
  for (int i = 0; i < 5; ++i) watch.Add(1, std::chrono::milliseconds(30), true);
  watch.Add(1, std::chrono::seconds(1), false);
  EXPECT_FALSE(watch.Judge().has_value());
  watch.Add(1, std::chrono::seconds(1), false);
  EXPECT_FALSE(watch.Judge().has_value());
  watch.Add(1, std::chrono::seconds(1), false);
  ASSERT_TRUE(watch.Judge().has_value());
  EXPECT_EQ(watch.Judge()->kind, actions::GuardKind::kLatency);
  EXPECT_NEAR(*watch.Worst(), 33.3, 0.1);
}

TEST(LatencyWatch, WithoutACalmMedianNothingIsSaid) {
  actions::GuardOptions options;
  actions::LatencyWatch watch(options);
  for (int i = 0; i < 9; ++i) watch.Add(1, std::chrono::seconds(1), false);
  EXPECT_FALSE(watch.Ratio(1).has_value());
  EXPECT_FALSE(watch.Judge().has_value());
}

}  // namespace
}  // namespace levelwind::testing
