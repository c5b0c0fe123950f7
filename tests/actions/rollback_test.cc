// Rollback: what an operation changed goes back, by an operation that is judged like any other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "actions/undo_plan.h"
#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

class Rollback : public ::testing::Test {
 protected:
  Rollback() {
    h.kafka.AddTopic("orders", {{1, 2}, {1, 2}, {2, 3}, {1, 2, 3}, {2, 1}});
    h.Start();
  }

  // A move with a new leader, a reorder, one replica more, one less.
  Proposal Wanted() {
    return h.Plan({h.MoveOf("orders", 0, {4, 2}), h.MoveOf("orders", 1, {2, 1}),
                   h.MoveOf("orders", 2, {2, 3, 4}), h.MoveOf("orders", 3, {1, 2})});
  }
  void ExpectAsBefore() {
    EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2}));
    EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2}));
    EXPECT_EQ(h.kafka.At("orders", 2).replicas, (Brokers{2, 3}));
    EXPECT_EQ(h.kafka.At("orders", 3).replicas, (Brokers{1, 2, 3}));
    EXPECT_EQ(h.kafka.At("orders", 0).leader, 1);
    EXPECT_EQ(h.kafka.At("orders", 1).leader, 1);
    EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
  }
  std::string Completed() {
    const auto id = h.Submit(Wanted());
    EXPECT_TRUE(id.ok());
    EXPECT_TRUE(h.RunToEnd());
    EXPECT_EQ(h.State(*id), OperationState::kCompleted);
    return *id;
  }

  Harness h{{1, 2, 3, 4}};
};

TEST_F(Rollback, BringsReplicasAndLeadersBackInReverse) {
  const std::string id = Completed();
  const auto undo = h.executor->Rollback(id, "cli:ada", "too slow");
  ASSERT_TRUE(undo.ok()) << undo.error();
  EXPECT_EQ(*undo, "op2");
  EXPECT_EQ(h.Operation("op2").undoes, "op1");
  EXPECT_EQ(h.Operation("op1").undone_by, "op2");
  EXPECT_EQ(h.Operation("op2").author, "cli:ada");
  EXPECT_EQ(h.Operation("op2").reason, "too slow");
  ASSERT_EQ(h.Operation("op2").steps.size(), 4u);
  EXPECT_EQ(h.Step("op2", 0).partition.partition, 3);
  EXPECT_EQ(h.Step("op2", 3).partition.partition, 0);
  EXPECT_EQ(h.Step("op2", 3).bytes_total, 1000) << "one replica goes back";
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State("op2"), OperationState::kCompleted) << h.Operation("op2").hold_reason;
  EXPECT_EQ(h.State("op1"), OperationState::kCompleted) << "what was done is history";
  ExpectAsBefore();
  h.Crash();
  h.Start();
  EXPECT_EQ(h.Operation("op1").undone_by, "op2");
  EXPECT_EQ(h.Operation("op2").undoes, "op1");
}

TEST_F(Rollback, ASecondOneFindsNothingLeftAndARollbackCanBeRolledBack) {
  const std::string id = Completed();
  ASSERT_TRUE(h.executor->Rollback(id, "me", "").ok());
  EXPECT_EQ(h.executor->Rollback(id, "me", "").error().code(), ErrorCode::kFailedPrecondition)
      << "its partitions are on the way";
  ASSERT_TRUE(h.RunToEnd());
  const auto again = h.executor->Rollback(id, "me", "");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(again.error().message(), HasSubstr("rolled back already"));
  ASSERT_TRUE(h.executor->Rollback("op2", "me", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{4, 2}));
  EXPECT_EQ(h.kafka.At("orders", 3).replicas, (Brokers{1, 2}));
}

TEST_F(Rollback, IsRefusedWhenAPartitionChangedSince) {
  const std::string id = Completed();
  h.kafka.ForeignReassign("orders", 0, Brokers{3, 2});
  for (int i = 0; i < 5; ++i) h.kafka.Advance(1000);
  const std::size_t writes = h.kafka.writes.size();
  const auto undo = h.executor->Rollback(id, "me", "");
  ASSERT_FALSE(undo.ok());
  EXPECT_EQ(undo.error().code(), ErrorCode::kAborted);
  EXPECT_THAT(undo.error().message(), HasSubstr("orders-0 was changed since op1 moved it"));
  h.Poll();
  EXPECT_EQ(h.kafka.writes.size(), writes);
  EXPECT_EQ(h.executor->View()->operations.size(), 1u);
}

TEST_F(Rollback, IsRefusedWhenABrokerIsDeadOrTheTopicIsAnother) {
  const std::string id = Completed();
  h.kafka.Kill(1);
  const auto dead = h.executor->Rollback(id, "me", "");
  ASSERT_FALSE(dead.ok());
  EXPECT_THAT(dead.error().message(), HasSubstr("broker 1, which is not live"));
  h.kafka.Start(1);
  h.kafka.DeleteTopic("orders");
  h.kafka.AddTopic("orders", {{4, 2}, {2, 1}, {2, 3, 4}, {1, 2}});
  const auto another = h.executor->Rollback(id, "me", "");
  ASSERT_FALSE(another.ok());
  EXPECT_EQ(another.error().code(), ErrorCode::kAborted) << another.error();
  EXPECT_EQ(h.executor->Rollback("op9", "me", "").error().code(), ErrorCode::kNotFound);
}

TEST_F(Rollback, ARunningOneIsCancelledFirst) {
  h.bytes_per_poll = 100;
  h.options.max_moves_cluster = 1;
  h.Crash();
  h.Start();
  const auto id = h.Submit(Wanted());
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 0).state == StepState::kDone; }));
  const auto undo = h.executor->Rollback(*id, "cli:ada", "stop it");
  ASSERT_TRUE(undo.ok()) << undo.error();
  EXPECT_EQ(*undo, "") << "it is made when the cancel has come to its end";
  EXPECT_EQ(h.State(*id), OperationState::kCancelling);
  EXPECT_EQ(h.executor->View()->operations.size(), 1u);
  ASSERT_TRUE(h.RunUntil([&] { return h.State("op2") == OperationState::kCompleted; }));
  EXPECT_EQ(h.State(*id), OperationState::kCancelled);
  EXPECT_EQ(h.Operation(*id).undone_by, "op2");
  ExpectAsBefore();
}

TEST_F(Rollback, StartsBeforeWhatWaits) {
  Completed();
  h.kafka.AddTopic("users", {{1, 2}, {1, 2}});
  h.bytes_per_poll = 1;
  const auto running = h.Submit(h.Plan({h.MoveOf("users", 0, {4, 2})}));
  h.Poll();
  const auto waiting = h.Submit(h.Plan({h.MoveOf("users", 1, {4, 2})}));
  const auto undo = h.executor->Rollback("op1", "me", "");
  ASSERT_TRUE(undo.ok()) << undo.error();
  EXPECT_EQ(h.Operation(*undo).queue_position, 1);
  EXPECT_EQ(h.Operation(*waiting).queue_position, 2);
  h.Crash();
  h.Start();
  EXPECT_EQ(h.Operation(*undo).queue_position, 1) << "and so after a restart";
  h.bytes_per_poll = 1000;
  ASSERT_TRUE(h.RunUntil([&] { return h.State(*undo) == OperationState::kRunning; }));
  EXPECT_EQ(h.State(*running), OperationState::kCompleted);
  EXPECT_EQ(h.State(*waiting), OperationState::kPending);
  ASSERT_TRUE(h.RunToEnd());
}

TEST_F(Rollback, WhatTheClusterDoesNotBearIsRefusedForGoodAndSaid) {
  h.bytes_per_poll = 100;
  h.options.max_moves_cluster = 1;
  h.Crash();
  h.Start();
  const auto id = h.Submit(Wanted());
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 0).state == StepState::kDone; }));
  ASSERT_TRUE(h.executor->Rollback(*id, "me", "").ok());
  h.kafka.Kill(1);
  ASSERT_TRUE(h.RunUntil([&] { return !h.Operation(*id).rollback_note.empty(); }));
  EXPECT_THAT(h.Operation(*id).rollback_note, HasSubstr("not rolled back: orders-0"));
  h.Crash();
  h.Start();
  h.kafka.Start(1);
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_THAT(h.Operation(*id).rollback_note, HasSubstr("not rolled back: orders-0"));
  EXPECT_EQ(h.executor->View()->operations.size(), 1u) << "it does not begin behind one's back";
}

TEST_F(Rollback, AnUnreachableClusterOnlyDelaysIt) {
  h.bytes_per_poll = 100;
  const auto id = h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2}), h.MoveOf("orders", 1, {2, 1})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 1).state == StepState::kDone; }));
  ASSERT_TRUE(h.executor->Rollback(*id, "me", "").ok());
  ASSERT_TRUE(h.RunUntil([&] { return IsTerminal(h.State(*id)); }));
  h.kafka.reachable = false;
  for (int i = 0; i < 5; ++i) h.Poll();
  EXPECT_EQ(h.Operation(*id).rollback_note, "");
  EXPECT_EQ(h.Operation(*id).undone_by, "");
  h.kafka.reachable = true;
  ASSERT_TRUE(h.RunUntil([&] { return h.State("op2") == OperationState::kCompleted; }));
  EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2}));
}

TEST_F(Rollback, ReplicasGoBackToTheirLogDirs) {
  const auto id = h.Submit(h.Plan({h.DirMoveOf("orders", 0, 1), h.DirMoveOf("orders", 1, 2)}));
  ASSERT_TRUE(h.RunToEnd());
  ASSERT_EQ(h.kafka.DirOf("orders", 0, 1), "/b");
  const auto undo = h.executor->Rollback(*id, "me", "");
  ASSERT_TRUE(undo.ok()) << undo.error();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(*undo), OperationState::kCompleted) << h.Operation(*undo).hold_reason;
  EXPECT_EQ(h.kafka.DirOf("orders", 0, 1), "/a");
  EXPECT_EQ(h.kafka.DirOf("orders", 1, 2), "/a");
}

TEST_F(Rollback, WhatAnotherToolTookOverStaysTheirs) {
  h.bytes_per_poll = 100;
  const auto id = h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2}), h.MoveOf("orders", 1, {2, 1})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(*id, 0).state == StepState::kInProgress; }));
  h.kafka.ForeignReassign("orders", 0, Brokers{3, 2});
  h.bytes_per_poll = 1000;
  ASSERT_TRUE(h.RunToEnd());
  ASSERT_EQ(h.Step(*id, 0).state, StepState::kYielded);
  ASSERT_TRUE(h.executor->Rollback(*id, "me", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{3, 2}));
  EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2}));
}

TEST_F(Rollback, OfOneThatNeverStartedIsJustACancel) {
  h.bytes_per_poll = 1;
  const auto first = h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2})}));
  h.Poll();
  const auto second = h.Submit(h.Plan({h.MoveOf("orders", 1, {2, 1})}));
  ASSERT_TRUE(h.executor->Rollback(*second, "me", "").ok());
  EXPECT_EQ(h.State(*second), OperationState::kCancelled);
  h.Poll();
  EXPECT_THAT(h.Operation(*second).rollback_note, HasSubstr("changed nothing"));
}

// A rollback asked of a running operation, with a kill at every boundary on the way.
TEST(RollbackMatrix, I2_AKillAtEveryBoundaryEndsAtTheSamePlace) {
  std::int64_t n = 1;
  for (bool killed = true; killed; ++n) {
    SCOPED_TRACE("killed at boundary " + std::to_string(n));
    ASSERT_LT(n, 400);
    Harness h({1, 2, 3});
    h.options.max_moves_cluster = 1;
    h.bytes_per_poll = 500;
    h.kafka.AddTopic("orders", {{1, 2}, {1, 2}});
    h.Start();
    ASSERT_TRUE(
        h.Submit(h.Plan({h.MoveOf("orders", 0, {3, 2}), h.MoveOf("orders", 1, {3, 2})})).ok());
    ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 1).moving; }));
    std::int64_t count = 0;
    const auto point = [&](const char*) {
      if (++count == n) throw SimulatedKill{};
    };
    h.probe->on_commit = point;
    h.kafka.on_write = point;
    killed = false;
    bool confirmed = false;
    const auto undone = [&] { return h.State("op2") == OperationState::kCompleted; };
    try {
      ASSERT_TRUE(h.executor->Rollback("op1", "me", "").ok());
      confirmed = true;
      ASSERT_TRUE(h.RunUntil(undone));
    } catch (const SimulatedKill&) {
      killed = true;
      h.kafka.on_write = nullptr;
      h.Crash();
      h.Start();
      const OperationView view = h.Operation("op1");
      if (!confirmed && view.state != OperationState::kCancelling) {
        ASSERT_TRUE(h.executor->Rollback("op1", "me", "").ok()) << "nobody was told that it is on";
      }
      ASSERT_TRUE(h.RunUntil(undone));
    }
    EXPECT_EQ(h.Operation("op1").undone_by, "op2");
    EXPECT_EQ(h.executor->View()->operations.size(), 2u) << "one rollback, not two";
    EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2}));
    EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2}));
    EXPECT_EQ(h.kafka.At("orders", 0).leader, 1);
    EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(n, 40) << "a rollback has more boundaries than that";
}

}  // namespace
}  // namespace levelwind::testing
