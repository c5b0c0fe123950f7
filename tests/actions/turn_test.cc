// An operation that stood in line, when its turn comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;
using Brokers = std::vector<BrokerId>;

class Turn : public ::testing::Test {
 protected:
  Turn() {
    h.kafka.AddTopic("first", {{1, 2}});
    h.kafka.AddTopic("orders", {{1, 2}, {1, 2}, {2, 3}});
    h.bytes_per_poll = 0;
    h.Start();
    ahead_ = MustSubmit({h.MoveOf("first", 0, {4, 2})});
    EXPECT_TRUE(h.RunUntil([&] { return h.kafka.At("first", 0).moving; }));
  }
  std::string MustSubmit(std::vector<Move> moves) {
    const auto id = h.Submit(h.Plan(std::move(moves)));
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  void FinishTheFirst() {
    h.bytes_per_poll = 1'000;
    ASSERT_TRUE(h.RunUntil([&] { return IsTerminal(h.State(ahead_)); }));
  }
  std::string ahead_;
  Harness h{{1, 2, 3, 4, 5}};
};

TEST_F(Turn, StepsToABrokerThatIsDeadByNowAreOverAndTheOthersGoOn) {
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {5, 2}), h.MoveOf("orders", 1, {3, 2})});
  h.kafka.Kill(5);
  FinishTheFirst();
  ASSERT_TRUE(h.RunToEnd(60)) << "without the patience for a target that dies in the middle";
  EXPECT_EQ(h.State(id), OperationState::kPartial);
  EXPECT_EQ(h.Step(id, 0).state, StepState::kVoided);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("target broker 5 is not live, now that its turn"));
  EXPECT_EQ(h.Step(id, 1).state, StepState::kDone);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2}));
}

TEST_F(Turn, WhenNothingOfItHoldsItEndsAndSaysWhy) {
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {5, 2})});
  h.kafka.Kill(5);
  FinishTheFirst();
  ASSERT_TRUE(h.RunToEnd(60));
  EXPECT_EQ(h.State(id), OperationState::kFailed);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("1 voided; first: target broker 5"));
}

TEST_F(Turn, ABrokerThatIsSeenDeadOnceIsNot) {
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {5, 2})});
  h.kafka.Kill(5);
  FinishTheFirst();
  h.Poll();
  h.kafka.Start(5);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
}

TEST_F(Turn, TopicsThatAreGoneAndReplicasThatOthersMovedAreOver) {
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {5, 2}), h.MoveOf("orders", 1, {5, 2})});
  h.kafka.AddTopic("gone", {{1, 2}});
  const std::string second = MustSubmit({h.MoveOf("gone", 0, {5, 2})});
  h.kafka.At("orders", 0).replicas = h.kafka.At("orders", 0).isr = {2, 3};
  h.kafka.At("orders", 0).leader = 2;
  h.kafka.DeleteTopic("gone");
  FinishTheFirst();
  ASSERT_TRUE(h.RunToEnd(60));
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_EQ(h.Step(id, 1).state, StepState::kDone);
  EXPECT_EQ(h.State(second), OperationState::kFailed);
  EXPECT_THAT(h.Operation(second).hold_reason, HasSubstr("was deleted"));
}

TEST_F(Turn, LogDirsThatHaveFailedMeanwhileAreOver) {
  const std::string id = MustSubmit({h.DirMoveOf("orders", 0, 1), h.DirMoveOf("orders", 2, 3)});
  h.kafka.failed_dirs.insert({1, "/b"});
  FinishTheFirst();
  ASSERT_TRUE(h.RunToEnd(60));
  EXPECT_EQ(h.Step(id, 0).state, StepState::kVoided);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("log dir /b of broker 1 has failed"));
  EXPECT_EQ(h.Step(id, 1).state, StepState::kDone);
}

TEST_F(Turn, WhatFollowsOnAStepThatIsOverIsOverForTheSameReason) {
  h.Crash();
  h.options.one_replica_at_a_time = true;
  h.Start();
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {5, 3})});
  ASSERT_EQ(h.Operation(id).steps.size(), 2u);
  h.kafka.Kill(5);
  h.kafka.Kill(3);
  FinishTheFirst();
  ASSERT_TRUE(h.RunToEnd(60));
  EXPECT_EQ(h.State(id), OperationState::kFailed);
  for (const StepView& step : h.Operation(id).steps) {
    EXPECT_EQ(step.state, StepState::kVoided);
    EXPECT_THAT(step.note, HasSubstr("is not live, now that its turn"));
  }
}

TEST_F(Turn, AfterARestartTheTurnIsCheckedToo) {
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {5, 2})});
  h.Crash();
  h.kafka.Kill(5);
  h.Start();
  FinishTheFirst();
  ASSERT_TRUE(h.RunToEnd(60));
  EXPECT_EQ(h.Step(id, 0).state, StepState::kVoided);
}

}  // namespace
}  // namespace levelwind::testing
