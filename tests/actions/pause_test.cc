// Pause and resume: nothing new starts, what was begun ends, no throttle is left behind, and a
// restart changes none of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Brokers = std::vector<BrokerId>;

class Pause : public ::testing::Test {
 protected:
  Pause() {
    h.options.max_moves_cluster = 1;
    h.kafka.AddTopic("orders", {{1, 2}, {1, 2}, {1, 2}});
    h.Start();
  }

  Proposal Three() {
    return h.Plan({h.MoveOf("orders", 0, {3, 2}), h.MoveOf("orders", 1, {3, 2}),
                   h.MoveOf("orders", 2, {3, 2})});
  }
  // Three moves, one at a time, of which the first runs.
  std::string FirstRuns() {
    const auto id = h.Submit(Three());
    EXPECT_TRUE(id.ok());
    EXPECT_TRUE(h.RunUntil([&] { return h.Step(*id, 0).state == StepState::kInProgress; }));
    return *id;
  }
  void Polls(int count) {
    for (int i = 0; i < count; ++i) h.Poll();
  }

  Harness h{{1, 2, 3, 4}};
};

TEST_F(Pause, WhatRunsEndsNothingNewStartsAndThrottlesGo) {
  h.bytes_per_poll = 100;
  const std::string id = FirstRuns();
  ASSERT_TRUE(h.executor->Pause(id, "cli:ada", "lunch").ok());
  EXPECT_EQ(h.State(id), OperationState::kPaused);
  EXPECT_EQ(h.Operation(id).hold_reason, "paused by cli:ada: lunch");
  h.Poll();
  EXPECT_TRUE(h.kafka.At("orders", 0).moving) << "what runs is left alone";
  EXPECT_THAT(h.kafka.Throttles(), Not(IsEmpty())) << "and stays throttled";
  Polls(30);
  EXPECT_EQ(h.Step(id, 0).state, StepState::kDone);
  EXPECT_EQ(h.kafka.At("orders", 0).leader, 3) << "its election belongs to it";
  EXPECT_EQ(h.Step(id, 1).state, StepState::kPending);
  EXPECT_EQ(h.Step(id, 2).state, StepState::kPending);
  EXPECT_EQ(h.State(id), OperationState::kPaused);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
  EXPECT_THAT(h.executor->OpenThrottles(), IsEmpty());
}

TEST_F(Pause, ResumeSetsTheThrottlesAgainBeforeTheNextMove) {
  const std::string id = FirstRuns();
  ASSERT_TRUE(h.executor->Pause(id, "cli:ada", "").ok());
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.Throttles().empty(); }));
  h.kafka.SetBrokerConfig(1, "leader.replication.throttled.rate", "900000000");
  ASSERT_TRUE(h.executor->Resume(id, "cli:ada", "").ok());
  EXPECT_EQ(h.State(id), OperationState::kRunning);
  int moves = 0;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    if (write.reassignments.empty()) return;
    ++moves;
    EXPECT_EQ(h.kafka.BrokerConfig(1, "leader.replication.throttled.rate"), "52428800");
    EXPECT_EQ(h.kafka.BrokerConfig(3, "follower.replication.throttled.rate"), "52428800");
    EXPECT_THAT(
        h.kafka.TopicConfig("orders", "follower.replication.throttled.replicas").value_or(""),
        HasSubstr(std::to_string(write.reassignments[0].partition.partition) + ":3"));
  };
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(moves, 2);
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(),
              UnorderedElementsAre("broker 1 leader.replication.throttled.rate=900000000"))
      << "the value of the second time is the one that comes back";
}

TEST_F(Pause, OutlivesAKill) {
  const std::string id = FirstRuns();
  ASSERT_TRUE(h.executor->Pause(id, "cli:ada", "lunch").ok());
  h.Crash();
  h.Start();
  Polls(30);
  EXPECT_EQ(h.State(id), OperationState::kPaused);
  EXPECT_EQ(h.Operation(id).hold_reason, "paused by cli:ada: lunch");
  EXPECT_EQ(h.Step(id, 1).state, StepState::kPending);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
  ASSERT_TRUE(h.executor->Resume(id, "cli:ada", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Pause, AThrottleThatWasTakenBackUnseenIsSetAgain) {
  const std::string id = FirstRuns();
  ASSERT_TRUE(h.executor->Pause(id, "cli:ada", "").ok());
  // The process dies right after the request that takes the rates of a broker back.
  h.kafka.on_write = [&](const char* when) {
    if (std::string(when) != "after" || h.kafka.writes.back().configs.empty()) return;
    if (h.kafka.writes.back().configs[0].op == kafka::ConfigOp::kDelete) throw SimulatedKill{};
  };
  EXPECT_THROW(Polls(30), SimulatedKill);
  h.kafka.on_write = nullptr;
  h.Crash();
  h.Start();
  ASSERT_TRUE(h.executor->Resume(id, "cli:ada", "").ok());
  h.kafka.check = [&](const FakeKafka::Write& write) {
    if (write.reassignments.empty()) return;
    for (const BrokerId leader : {1, 2}) {
      EXPECT_EQ(h.kafka.BrokerConfig(leader, "leader.replication.throttled.rate"), "52428800");
    }
    EXPECT_EQ(h.kafka.BrokerConfig(3, "follower.replication.throttled.rate"), "52428800");
  };
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Pause, PendingStepsDoNotAgeWhileItLasts) {
  h.options.dead_target_patience = std::chrono::seconds(20);
  h.Crash();
  h.Start();
  const std::string id = FirstRuns();
  ASSERT_TRUE(h.executor->Pause(id, "cli:ada", "").ok());
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kDone; }));
  h.kafka.Kill(3);
  Polls(60);
  EXPECT_EQ(h.Step(id, 1).state, StepState::kPending);
  h.kafka.Start(3);
  ASSERT_TRUE(h.executor->Resume(id, "cli:ada", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Pause, APausedOperationCanBeCancelled) {
  const std::string id = FirstRuns();
  ASSERT_TRUE(h.executor->Pause(id, "cli:ada", "").ok());
  ASSERT_TRUE(h.executor->Cancel(id, "cli:ada", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCancelled);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Pause, OneInLineIsPassedOverUntilItIsResumed) {
  const std::string first = FirstRuns();
  h.kafka.AddTopic("users", {{1, 2}, {1, 2}});
  const auto second = h.Submit(h.Plan({h.MoveOf("users", 0, {4, 2})}));
  const auto third = h.Submit(h.Plan({h.MoveOf("users", 1, {4, 2})}));
  EXPECT_EQ(h.Operation(first).queue_position, 0);
  EXPECT_EQ(h.Operation(*second).queue_position, 1);
  EXPECT_EQ(h.Operation(*third).queue_position, 2);
  ASSERT_TRUE(h.executor->Pause(*second, "cli:ada", "not yet").ok());
  EXPECT_EQ(h.State(*second), OperationState::kPending);
  EXPECT_EQ(h.Operation(*second).hold_reason, "paused by cli:ada: not yet");
  EXPECT_EQ(h.Operation(*second).queue_position, 0);
  EXPECT_EQ(h.Operation(*third).queue_position, 1);
  h.Crash();
  h.Start();
  ASSERT_TRUE(h.RunUntil([&] { return h.State(*third) == OperationState::kCompleted; }));
  Polls(5);
  EXPECT_EQ(h.State(*second), OperationState::kPending);
  EXPECT_EQ(h.kafka.At("users", 0).replicas, (Brokers{1, 2}));
  ASSERT_TRUE(h.executor->Resume(*second, "cli:ada", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(*second), OperationState::kCompleted);
}

TEST_F(Pause, WhatCannotBePausedOrResumedSaysWhy) {
  EXPECT_EQ(h.executor->Pause("op7", "me", "").error().code(), ErrorCode::kNotFound);
  const std::string id = FirstRuns();
  const Status running = h.executor->Resume(id, "me", "");
  EXPECT_EQ(running.error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(running.error().message(), HasSubstr("op1 is not paused (running)"));
  ASSERT_TRUE(h.executor->Pause(id, "me", "").ok());
  EXPECT_TRUE(h.executor->Pause(id, "you", "").ok()) << "it is paused already";
  EXPECT_EQ(h.Operation(id).hold_reason, "paused by me");
  ASSERT_TRUE(h.executor->Cancel(id, "me", "").ok());
  EXPECT_THAT(h.executor->Pause(id, "me", "").error().message(), HasSubstr("being cancelled"));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(h.executor->Pause(id, "me", "").error().message(), HasSubstr("op1 is over"));
}

TEST_F(Pause, AWishThatCannotBeWrittenIsNotConfirmedAndStartsNothing) {
  const std::string id = FirstRuns();
  h.probe->fail = [](const store::JournalBatch&) -> Status {
    return Error(ErrorCode::kResourceExhausted, "disk full");
  };
  EXPECT_FALSE(h.executor->Pause(id, "me", "").ok());
  const std::size_t writes = h.kafka.writes.size();
  Polls(10);
  EXPECT_EQ(h.kafka.writes.size(), writes);
}

// A pause, a rest and a resume, with a kill at every boundary on the way.
TEST(PauseMatrix, I2_AKillAtEveryBoundaryEndsAtTheSamePlace) {
  std::int64_t n = 1;
  for (bool killed = true; killed; ++n) {
    SCOPED_TRACE("killed at boundary " + std::to_string(n));
    ASSERT_LT(n, 300);
    Harness h({1, 2, 3});
    h.options.max_moves_cluster = 1;
    h.kafka.AddTopic("orders", {{1, 2}, {1, 2}});
    h.kafka.SetBrokerConfig(1, "leader.replication.throttled.rate", "900000000");
    h.Start();
    ASSERT_TRUE(
        h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2}), h.MoveOf("orders", 1, {3, 2})})).ok());
    ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
    std::int64_t count = 0;
    const auto point = [&](const char*) {
      if (++count == n) throw SimulatedKill{};
    };
    h.probe->on_commit = point;
    h.kafka.on_write = point;
    const auto rest = [&] {
      const bool confirmed = h.executor->Pause("op1", "me", "").ok();
      for (int i = 0; i < 12; ++i) h.Poll();
      return confirmed;
    };
    killed = false;
    try {
      ASSERT_TRUE(rest());
      ASSERT_TRUE(h.executor->Resume("op1", "me", "").ok());
      ASSERT_TRUE(h.RunToEnd());
    } catch (const SimulatedKill&) {
      killed = true;
      h.kafka.on_write = nullptr;
      h.Crash();
      h.Start();
      if (h.State("op1") == OperationState::kPaused) {
        for (int i = 0; i < 12; ++i) h.Poll();
        EXPECT_THAT(h.kafka.Throttles(), ::testing::SizeIs(1)) << "a paused one leaves nothing";
        ASSERT_TRUE(h.executor->Resume("op1", "me", "").ok());
      }
      ASSERT_TRUE(h.RunToEnd());
    }
    EXPECT_EQ(h.State("op1"), OperationState::kCompleted);
    EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{3, 2}));
    EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{3, 2}));
    EXPECT_THAT(h.kafka.Throttles(),
                UnorderedElementsAre("broker 1 leader.replication.throttled.rate=900000000"));
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(n, 25) << "a pause has more boundaries than that";
}

}  // namespace
}  // namespace levelwind::testing
