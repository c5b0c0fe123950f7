// The safety rules of ARCHITECTURE.md that the executor keeps, each by its id. I1 and I2:
// resume_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

class Invariants : public ::testing::Test {
 protected:
  Invariants() {
    h.kafka.AddTopic("orders", {{1, 2, 3}, {1, 2, 3}, {1, 2, 3}});
    h.Start();
  }

  std::string MustSubmit(const Proposal& proposal) {
    const auto id = h.Submit(proposal);
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  // Submits one copy and polls until it runs in Kafka.
  std::string Moving(Brokers after) {
    const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, std::move(after))}));
    EXPECT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kInProgress; }));
    return id;
  }
  void ExpectRefused(const Proposal& proposal, ErrorCode code, const std::string& part) {
    const auto id = h.Submit(proposal);
    ASSERT_FALSE(id.ok());
    EXPECT_EQ(id.error().code(), code) << id.error();
    EXPECT_THAT(id.error().message(), HasSubstr(part));
    h.Poll();
    h.Poll();
    EXPECT_THAT(h.kafka.writes, IsEmpty());
    EXPECT_THAT(h.executor->View()->operations, IsEmpty());
    EXPECT_EQ(*h.journal->NextOperationNumber(), 1u) << "nothing was stored";
  }
  std::size_t Sent(const std::string& api) const {
    return static_cast<std::size_t>(
        std::count_if(h.kafka.writes.begin(), h.kafka.writes.end(),
                      [&](const FakeKafka::Write& write) { return write.api == api; }));
  }

  Harness h{{1, 2, 3, 4, 5}};
};

// ---- before anything is sent
// ----------------------------------------------------------------------

TEST_F(Invariants, I3_APlanMadeFromAUnionIsRefused) {
  h.kafka.ForeignReassign("orders", 0, Brokers{4, 2, 3});
  Move move = h.MoveOf("orders", 0, {5, 2, 3, 1});  // before is the union of four
  ExpectRefused(h.Plan({move}), ErrorCode::kAborted, "being reassigned by another tool");
}

TEST_F(Invariants, I3_KafkaIsAskedToRefuseItToo) {
  int moves = 0;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    if (write.reassignments.empty()) return;
    ++moves;
    EXPECT_FALSE(write.allow_rf_change);
  };
  MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {2, 1, 3})}));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_GT(moves, 0);
}

TEST_F(Invariants, I10_ADeadTargetIsRefused) {
  h.kafka.Kill(4);
  ExpectRefused(h.Plan({h.MoveOf("orders", 1, {1, 2, 3}), h.MoveOf("orders", 0, {4, 2, 3})}),
                ErrorCode::kFailedPrecondition, "orders-0 is to go to broker 4, which is not live");
}

TEST_F(Invariants, I12_ARunningForeignMoveIsRefused) {
  Proposal plan = h.Plan({h.MoveOf("orders", 0, {4, 2, 3})});
  h.kafka.ForeignReassign("orders", 0, Brokers{5, 2, 3});
  ExpectRefused(plan, ErrorCode::kAborted, "adding [5], removing [1]");
}

TEST_F(Invariants, I13_ARecreatedTopicIsRefused) {
  Proposal plan = h.Plan({h.MoveOf("orders", 0, {4, 2, 3})});
  h.kafka.DeleteTopic("orders");
  h.kafka.AddTopic("orders", {{1, 2, 3}});
  ExpectRefused(plan, ErrorCode::kAborted, "deleted and made anew");
}

TEST_F(Invariants, I3_AStalePlanIsRefusedWithTheFirstDifference) {
  Proposal plan = h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})});
  h.kafka.At("orders", 1).replicas = {2, 1, 3};
  ExpectRefused(plan, ErrorCode::kAborted,
                "orders-1 has replicas [2, 1, 3], the plan was made for");
}

TEST_F(Invariants, AnEmptyDoubleOrForeignPlanIsRefused) {
  ExpectRefused(h.Plan({}), ErrorCode::kFailedPrecondition, "no moves");
  const Move move = h.MoveOf("orders", 0, {4, 2, 3});
  ExpectRefused(h.Plan({move, move}), ErrorCode::kInvalidArgument, "twice");
  Proposal elsewhere = h.Plan({move});
  elsewhere.cluster_id = "another";
  ExpectRefused(elsewhere, ErrorCode::kFailedPrecondition, "made for cluster another");
}

TEST_F(Invariants, APartitionBelongsToOneOperation) {
  const std::string id = Moving({4, 2, 3});
  const auto second = h.Submit(h.Plan({h.MoveOf("orders", 0, {5, 2, 3})}));
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message(), HasSubstr("orders-0 is part of " + id));
}

TEST_F(Invariants, I15_WithoutAnOperationNothingIsSent) {
  h.Poll();  // the start looks for throttles that nobody owes
  const auto before = h.kafka.requests_sent();
  EXPECT_THAT(h.kafka.writes, ::testing::IsEmpty());
  for (int i = 0; i < 20; ++i) h.Poll();
  EXPECT_EQ(h.kafka.requests_sent(), before) << "idle means silent";
  EXPECT_EQ(h.executor->View()->status, "idle");
}

TEST_F(Invariants, I5_ABrokerThatDiesInTheMiddleHoldsAlsoOverARestart) {
  h.options.max_moves_cluster = 1;
  h.Crash();
  h.Start();
  h.kafka.AddTopic("other", {{5, 4}});
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kInProgress; }));
  h.kafka.Kill(5);
  h.Poll();
  h.Crash();
  h.Start();
  for (int i = 0; i < 30; ++i) h.Poll();
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_EQ(h.Step(id, 1).state, StepState::kPending) << "nothing new starts";
  h.kafka.Start(5);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Invariants, B3_AnEndThatCannotBeWrittenTakesNoMoreCommands) {
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3})}));
  bool full = true;
  h.probe->fail = [&](const store::JournalBatch& batch) -> Status {
    const bool ends = std::any_of(batch.operations.begin(), batch.operations.end(),
                                  [](const auto& row) { return IsTerminal(row.state); });
    return full && ends ? Error(ErrorCode::kResourceExhausted, "disk full") : Ok();
  };
  ASSERT_TRUE(h.RunToEnd(30)) << "as everybody sees it";
  ASSERT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{4, 2, 3}));
  EXPECT_EQ(h.executor->Pause(id, "test", "").error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(h.executor->Cancel(id, "test", "").error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_FALSE(h.executor->Rollback(id, "test", "").ok()) << "it cannot be written either";
  full = false;
  ASSERT_TRUE(h.RunUntil([&] { return h.executor->View()->operations.size() == 2; }));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2, 3})) << "rolled back, once";
  EXPECT_EQ(h.executor->View()->operations.size(), 2u);
}

TEST(Source, OnlyTheMutatorSendsWritingCalls) {
  const std::vector<std::string> calls = {
      ".AlterReassignments(", ".ElectPreferredLeaders(", ".AlterConfigs(",    ".CreateTopics(",
      ".DeleteTopics(",       ".MoveReplicaDirs(",       ".CreatePartitions("};
  std::size_t through_the_door = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(
           std::string(LEVELWIND_SOURCE_DIR) + "/actions")) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path());
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    for (const std::string& call : calls) {
      const bool direct = text.find("admin_" + call) != std::string::npos ||
                          text.find("admin" + call) != std::string::npos ||
                          text.find("topics_" + call) != std::string::npos;
      if (!direct) continue;
      EXPECT_EQ(file.path().filename(), "mutator.cc") << call;
      ++through_the_door;
    }
  }
  EXPECT_EQ(through_the_door, 5u);
}

// ---- the journal
// ------------------------------------------------------------------------------------

TEST_F(Invariants, I1_NoJournalNoAction) {
  h.probe->fail = [](const store::JournalBatch&) -> Status {
    return Error(ErrorCode::kResourceExhausted, "disk full");
  };
  const auto refused = h.Submit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3})}));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kResourceExhausted);
  h.probe->fail = nullptr;
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3})}));
  h.probe->fail = [](const store::JournalBatch&) -> Status {
    return Error(ErrorCode::kResourceExhausted, "disk full");
  };
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_THAT(h.kafka.writes, IsEmpty());
  EXPECT_THAT(h.executor->View()->status, HasSubstr("disk full"));
  h.probe->fail = nullptr;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Invariants, I1_WhatCannotBeAnnouncedIsNotSent) {
  // Only announcements fail: observations and outcomes can still be written.
  h.probe->fail = [](const store::JournalBatch& batch) -> Status {
    for (const store::AuditRecord& row : batch.audit) {
      if (row.outcome == "sent") return Unavailable("I/O error");
    }
    return Ok();
  };
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {2, 1, 3})}));
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_THAT(h.kafka.writes, IsEmpty());
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("I/O error"));
  h.probe->fail = nullptr;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Invariants, I1_AFailureInTheMiddleStopsAndGoesOn) {
  h.options.max_moves_cluster = 1;
  h.Crash();
  h.Start();
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  h.probe->fail = [](const store::JournalBatch&) -> Status { return Unavailable("I/O error"); };
  const std::size_t sent = h.kafka.writes.size();
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_EQ(h.kafka.writes.size(), sent);
  EXPECT_FALSE(h.kafka.At("orders", 1).moving);
  h.probe->fail = nullptr;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Invariants, I18_EachRequestHasOneAuditRow) {
  MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {2, 1, 3})}));
  ASSERT_TRUE(h.RunToEnd());
  const auto audit = h.journal->LoadAudit(1000);
  ASSERT_EQ(audit->size(), h.kafka.writes.size());
  for (std::size_t i = 0; i < audit->size(); ++i) {
    const store::AuditRecord& row = (*audit)[audit->size() - 1 - i];
    EXPECT_EQ(row.api, h.kafka.writes[i].api);
    EXPECT_EQ(row.operation, "op1");
    EXPECT_EQ(row.author, "test");
    EXPECT_EQ(row.outcome, "ok");
  }
}

// ---- lost and refused requests
// ----------------------------------------------------------------------

TEST_F(Invariants, ALostRequestIsSentAgainOnlyAfterALook) {
  int faults = 0;
  h.kafka.fault = [&](const FakeKafka::Write& write) {
    if (write.reassignments.empty() || faults > 0) return FakeKafka::Fault::kNone;
    ++faults;
    return FakeKafka::Fault::kLost;
  };
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3})}));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u) << "the second try arrived";
}

TEST_F(Invariants, ARequestWhoseAnswerIsLostIsNotSentAgain) {
  h.kafka.fault = [](const FakeKafka::Write&) { return FakeKafka::Fault::kApplied; };
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3})}));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Invariants, ABusyControllerIsAskedAgainButNotForEver) {
  int refusals = 0;
  h.kafka.fault = [&](const FakeKafka::Write& write) {
    if (write.reassignments.empty()) return FakeKafka::Fault::kNone;
    ++refusals;
    return FakeKafka::Fault::kBusy;
  };
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3})}));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(refusals, h.options.max_attempts);
  EXPECT_EQ(h.State(id), OperationState::kFailed);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("NOT_CONTROLLER"));
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Invariants, AnUnreachableClusterHoldsAndSaysSo) {
  const std::string id = Moving({4, 2, 3});
  h.kafka.reachable = false;
  h.Poll();
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("no broker answers"));
  h.kafka.reachable = true;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

// ---- other tools
// ------------------------------------------------------------------------------------

TEST_F(Invariants, I12_YieldsWhenItsMoveIsReplaced) {
  h.bytes_per_poll = 1;
  const std::string id = Moving({4, 2, 3});
  h.kafka.ForeignReassign("orders", 0, Brokers{5, 2, 3});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("another tool replaced the reassignment of orders-0"));
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("it adds [5] and removes [1]"));
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u) << "never touched again";
  EXPECT_TRUE(h.kafka.At("orders", 0).moving) << "the other tool's move goes on";
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Invariants, I12_YieldsWhenItsMoveIsCancelledByAnother) {
  h.bytes_per_poll = 1;
  const std::string id = Moving({4, 2, 3});
  h.kafka.ForeignReassign("orders", 0, std::nullopt);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u) << "not resubmitted over a cancel";
}

TEST_F(Invariants, I12_YieldsAlsoWhenTheCancelRestoresTheOrder) {
  h.bytes_per_poll = 1;
  const std::string id = Moving({4, 2, 3});
  h.kafka.ForeignReassign("orders", 0, std::nullopt);
  h.kafka.ForeignReassign("orders", 0, Brokers{1, 2, 3});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("another tool cancelled the reassignment"));
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u);
}

TEST_F(Invariants, I12_YieldsAfterARestartToo) {
  h.bytes_per_poll = 1;
  const std::string id = Moving({4, 2, 3});
  h.Crash();
  h.kafka.ForeignReassign("orders", 0, std::nullopt);
  h.kafka.ForeignReassign("orders", 0, Brokers{1, 2, 3});
  h.Start();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u);
}

TEST_F(Invariants, I12_AStepThatWasNotSentYieldsToo) {
  h.options.max_moves_cluster = 1;
  h.bytes_per_poll = 100;
  h.Crash();
  h.Start();
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  h.kafka.ForeignReassign("orders", 1, Brokers{5, 2, 3});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kPartial);
  EXPECT_EQ(h.Step(id, 0).state, StepState::kDone);
  EXPECT_EQ(h.Step(id, 1).state, StepState::kYielded);
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u);
}

TEST_F(Invariants, I13_ARecreatedTopicVoidsItsStep) {
  h.bytes_per_poll = 1;
  const std::string id = Moving({4, 2, 3});
  h.kafka.DeleteTopic("orders");
  h.kafka.AddTopic("orders", {{1, 2, 3}});
  h.kafka.SetTopicConfig("orders", "leader.replication.throttled.replicas", "0:1");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kVoided);
  EXPECT_EQ(h.State(id), OperationState::kFailed);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2, 3}));
  EXPECT_THAT(h.kafka.Throttles(),
              ElementsAre("topic orders leader.replication.throttled.replicas=0:1"))
      << "the new topic's entry is not ours, the brokers' rates were";
}

TEST_F(Invariants, I13_ADeletedTopicVoidsItsStep) {
  h.bytes_per_poll = 1;
  const std::string id = Moving({4, 2, 3});
  h.kafka.DeleteTopic("orders");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kVoided);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

// ---- cancel
// -----------------------------------------------------------------------------------------

TEST_F(Invariants, I14_CancelTakesBackAndRestores) {
  h.options.max_moves_cluster = 1;
  h.Crash();
  h.Start();
  h.bytes_per_poll = 1;
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  ASSERT_TRUE(h.executor->Cancel(id, "cli:root", "wrong plan").ok());
  EXPECT_TRUE(h.executor->Cancel(id, "cli:root", "again").ok()) << "twice is once";
  ASSERT_TRUE(h.RunToEnd(60));
  EXPECT_EQ(h.State(id), OperationState::kCancelled);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2, 3})) << "in the order of before";
  EXPECT_FALSE(h.kafka.At("orders", 0).moving);
  EXPECT_EQ(h.Step(id, 0).state, StepState::kCancelled);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("cancelled by cli:root: wrong plan"));
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
  const auto late = h.executor->Cancel(id, "x", "");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(h.executor->Cancel("op99", "x", "").error().code(), ErrorCode::kNotFound);
}

TEST_F(Invariants, I4_NoCancelWhenOnlyNewReplicasAreInSync) {
  h.kafka.AddTopic("lone", {{1}});
  const std::string id = MustSubmit(h.Plan({h.MoveOf("lone", 0, {4})}));
  h.bytes_per_poll = 1;
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("lone", 0).moving; }));
  auto& partition = h.kafka.At("lone", 0);
  partition.isr = {4};  // the only old replica fell behind the new one
  partition.leader = 4;
  ASSERT_TRUE(h.executor->Cancel(id, "cli:root", "").ok());
  for (int i = 0; i < 5; ++i) {
    partition.isr = {4};
    h.executor->Step(h.clock.Now());
    h.clock.Advance(std::chrono::seconds(1));
  }
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u) << "the move only, no cancel";
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("could lose records"));
  h.bytes_per_poll = 1000;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("lone", 0).replicas, (Brokers{4})) << "it was finished forward";
  EXPECT_EQ(h.State(id), OperationState::kCancelled);
}

TEST_F(Invariants, AQueuedOperationIsCancelledAtOnce) {
  Moving({4, 2, 3});
  const std::string second = MustSubmit(h.Plan({h.MoveOf("orders", 1, {4, 2, 3})}));
  ASSERT_TRUE(h.executor->Cancel(second, "me", "").ok());
  EXPECT_EQ(h.State(second), OperationState::kCancelled);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2, 3}));
}

// ---- broken brokers
// ---------------------------------------------------------------------------------

TEST_F(Invariants, I10_ATargetThatDiesBeforeTheSendIsWaitedFor) {
  h.options.max_moves_cluster = 1;
  h.Crash();
  h.Start();
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {5, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  h.kafka.Kill(5);
  ASSERT_TRUE(h.RunUntil([&] { return h.State(id) == OperationState::kHolding; }));
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("target broker 5"));
  for (int i = 0; i < 20; ++i) h.Poll();
  EXPECT_FALSE(h.kafka.At("orders", 1).moving) << "Kafka would take it; we do not send it";
  h.kafka.Start(5);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Invariants, A1_ATargetThatStaysDeadIsGivenUp) {
  h.options.dead_target_patience = std::chrono::seconds(30);
  h.Crash();
  h.Start();
  h.bytes_per_poll = 1;
  const std::string id = Moving({4, 2, 3});
  h.kafka.Kill(4);
  ASSERT_TRUE(h.RunUntil([&] { return IsTerminal(h.State(id)); }));
  EXPECT_EQ(h.State(id), OperationState::kFailed);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2, 3}));
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("down for too long"));
}

TEST_F(Invariants, A1_ATargetThatComesBackIsFinished) {
  h.bytes_per_poll = 100;
  const std::string id = Moving({4, 2, 3});
  h.kafka.Kill(4);
  for (int i = 0; i < 30; ++i) h.Poll();
  EXPECT_TRUE(h.kafka.At("orders", 0).moving);
  h.kafka.Start(4);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Invariants, I5_NothingNewStartsWhileOthersAreOutOfSync) {
  h.kafka.AddTopic("other", {{2, 3}});
  h.options.max_moves_cluster = 1;
  h.Crash();
  h.Start();
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {5, 2, 3})}));
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
  h.kafka.At("other", 0).isr = {2};
  for (int i = 0; i < 20; ++i) h.Poll();
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{4, 2, 3})) << "what runs is finished";
  EXPECT_FALSE(h.kafka.At("orders", 1).moving);
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("other-0 is not fully in sync"));
  h.kafka.At("other", 0).isr = {2, 3};
  h.Poll();
  EXPECT_FALSE(h.kafka.At("orders", 1).moving) << "not at the first good sight";
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Invariants, I5_APartitionThatIsBehindIsNotMoved) {
  h.kafka.At("orders", 0).isr = {1, 2};
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {4, 2, 3})}));
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_FALSE(h.kafka.At("orders", 0).moving);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("the replica on broker 3 is behind"));
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("replica on broker 3 to catch up"));
}

TEST_F(Invariants, I5_AMoveOffAFailedLogDirOfALiveBrokerIsARepair) {
  h.kafka.At("orders", 0).isr = {1, 2};
  h.kafka.At("orders", 0).offline = {3};
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {1, 2, 4})}));
  ASSERT_TRUE(h.RunToEnd()) << h.Operation(id).hold_reason;
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2, 4}));
}

TEST_F(Invariants, I5_AMoveAwayFromADeadBrokerIsARepair) {
  h.kafka.Kill(1);
  std::vector<Move> moves;
  for (int p = 0; p < 3; ++p) moves.push_back(h.MoveOf("orders", p, {2, 4, 3}));
  const std::string id = MustSubmit(h.Plan(moves));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

// ---- leaders
// ----------------------------------------------------------------------------------------

TEST_F(Invariants, LeaderMovesNeedNoThrottleAndNoCopy) {
  h.kafka.At("orders", 1).leader = 2;
  const std::string id =
      MustSubmit(h.Plan({h.MoveOf("orders", 0, {2, 1, 3}), h.MoveOf("orders", 1, {1, 2, 3})}));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_EQ(h.kafka.At("orders", 0).leader, 2);
  EXPECT_EQ(h.kafka.At("orders", 1).leader, 1);
  EXPECT_EQ(Sent("IncrementalAlterConfigs"), 0u);
  EXPECT_EQ(Sent("AlterPartitionReassignments"), 1u) << "only the reorder needs one";
}

TEST_F(Invariants, ALeaderThatCannotBeElectedIsGivenUpInTime) {
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {2, 1, 3})}));
  h.kafka.on_write = [&](const char*) { h.kafka.At("orders", 0).isr = {1, 3}; };
  const auto start = h.clock.Now();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kFailed);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("preferred leader on broker 2 to be in sync"));
  EXPECT_GE(h.clock.Now() - start, h.options.election_patience);
  EXPECT_EQ(h.kafka.At("orders", 0).leader, 1);
}

TEST_F(Invariants, APlanThatIsTrueAlreadyIsVoid) {
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 0, {1, 2, 3})}));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kVoided);
  EXPECT_THAT(h.kafka.writes, IsEmpty());
}

// ---- caps
// -------------------------------------------------------------------------------------------

// Counts what Kafka copies at each arrival of a request, whoever started it.
class Caps : public ::testing::Test {
 protected:
  void Watch() {
    std::map<BrokerId, int> in;
    int moving = 0;
    for (int p = 0; p < 12; ++p) {
      const auto& partition = h.kafka.At("wide", p);
      if (!partition.moving) continue;
      ++moving;
      for (BrokerId broker : partition.adding) most_in = std::max(most_in, ++in[broker]);
    }
    most_moving = std::max(most_moving, moving);
  }
  std::string Submit(int first) {
    std::vector<Move> moves;
    for (int p = first; p < 12; ++p) moves.push_back(h.MoveOf("wide", p, {p % 2 ? 4 : 5, 2}));
    const auto id = h.Submit(h.Plan(moves));
    EXPECT_TRUE(id.ok());
    return *id;
  }

  Harness h{{1, 2, 3, 4, 5}};
  int most_in = 0;
  int most_moving = 0;
};

TEST_F(Caps, I6_PerBrokerAndPerCluster) {
  for (const auto& [per_broker, cluster] : {std::pair{2, 20}, {5, 3}, {1, 1}}) {
    SCOPED_TRACE(cluster);
    most_in = most_moving = 0;
    h.Crash();
    h.kafka.AddTopic("wide", std::vector<Brokers>(12, {1, 2}));
    h.options.max_moves_per_broker = per_broker;
    h.options.max_moves_cluster = cluster;
    h.Start();
    const std::string id = Submit(0);
    ASSERT_TRUE(h.RunUntil([&] {
      Watch();
      return IsTerminal(h.State(id));
    }));
    EXPECT_EQ(h.State(id), OperationState::kCompleted);
    // Broker 1 gives all of them out, so its cap binds the cluster too.
    EXPECT_LE(most_moving, std::min(per_broker, cluster));
    EXPECT_GE(most_moving, std::min(per_broker, cluster)) << "the caps are used";
    EXPECT_LE(most_in, per_broker);
  }
}

TEST_F(Caps, I6_CopiesToOneBrokerFromMany) {
  std::vector<Brokers> partitions;
  for (int p = 0; p < 12; ++p) partitions.push_back({1 + p % 3, 5});
  h.kafka.AddTopic("wide", partitions);
  h.options.max_moves_per_broker = 2;
  h.Start();
  std::vector<Move> moves;
  for (int p = 0; p < 12; ++p) moves.push_back(h.MoveOf("wide", p, {4, 5}));
  const auto id = h.Submit(h.Plan(moves));
  ASSERT_TRUE(h.RunUntil([&] {
    Watch();
    return IsTerminal(h.State(*id));
  }));
  EXPECT_EQ(h.State(*id), OperationState::kCompleted);
  EXPECT_EQ(most_in, 2);
}

TEST_F(Caps, I6_ForeignMovesCount) {
  h.kafka.AddTopic("wide", std::vector<Brokers>(12, {1, 2}));
  h.kafka.AddTopic("theirs", {{3, 2}, {3, 2}}, 1'000'000);
  h.options.max_moves_per_broker = 2;
  h.Start();
  h.kafka.ForeignReassign("theirs", 0, Brokers{4, 2});
  h.kafka.ForeignReassign("theirs", 1, Brokers{4, 2});
  const std::string id = Submit(0);
  for (int i = 0; i < 40; ++i) {
    h.Poll();
    Watch();
  }
  for (int p = 1; p < 12; p += 2) EXPECT_FALSE(h.kafka.At("wide", p).moving) << "broker 4 is full";
  EXPECT_GT(h.Operation(id).steps_done, 0) << "those to broker 5 go on";
  h.kafka.Advance(1'000'000);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Caps, I6_LeaderMovesGoInBatches) {
  h.kafka.AddTopic("wide", std::vector<Brokers>(12, {1, 2}));
  h.options.max_leader_moves_per_batch = 5;
  h.Start();
  std::vector<Move> moves;
  for (int p = 0; p < 12; ++p) moves.push_back(h.MoveOf("wide", p, {2, 1}));
  h.kafka.check = [](const FakeKafka::Write& write) {
    EXPECT_LE(write.reassignments.size() + write.elections.size(), 5u);
  };
  const auto id = h.Submit(h.Plan(moves));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(*id), OperationState::kCompleted);
}

// The plan's order is safe for disks and racks at every prefix; sizes must not change it.
TEST_F(Caps, ThePlansOrderIsKept) {
  h.kafka.AddTopic("wide", std::vector<Brokers>(12, {1, 2}));
  for (int p = 0; p < 12; ++p) h.kafka.At("wide", p).size = 100 * (12 - p);
  h.options.max_moves_cluster = 1;
  h.Start();
  Submit(0);
  std::vector<std::int32_t> order;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    for (const auto& request : write.reassignments) order.push_back(request.partition.partition);
  };
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

}  // namespace
}  // namespace levelwind::testing
