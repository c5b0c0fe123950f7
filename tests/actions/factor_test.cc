// Changes of the replication factor (I3): only where the plan says so, and never below what is
// safe. Kills in the middle of them: resume_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Brokers = std::vector<BrokerId>;

class Factor : public ::testing::Test {
 protected:
  Factor() {
    h.kafka.AddTopic("small", {{1, 2}, {2, 3}});
    h.kafka.AddTopic("large", {{1, 2, 3}, {2, 3, 4}});
    h.Start();
  }

  std::string MustSubmit(std::vector<Move> moves) {
    const auto id = h.Submit(h.Plan(std::move(moves)));
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  void ExpectRefused(std::vector<Move> moves, ErrorCode code, const std::string& part) {
    const auto id = h.Submit(h.Plan(std::move(moves)));
    ASSERT_FALSE(id.ok());
    EXPECT_EQ(id.error().code(), code) << id.error();
    EXPECT_THAT(id.error().message(), HasSubstr(part));
    h.Poll();
    h.Poll();
    EXPECT_THAT(h.kafka.writes, IsEmpty());
    EXPECT_EQ(*h.journal->NextOperationNumber(), 1u) << "nothing was stored";
  }
  void NeedInSync(const std::string& topic, const std::string& count) {
    h.kafka.SetTopicConfig(topic, "min.insync.replicas", count);
  }

  Harness h{{1, 2, 3, 4, 5}};
};

TEST_F(Factor, GrowsWithBytesThrottlesAndProgress) {
  const std::string id =
      MustSubmit({h.MoveOf("small", 0, {1, 2, 4}), h.MoveOf("small", 1, {5, 2, 3, 1})});
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("small", 1).moving; }));
  EXPECT_EQ(h.kafka.At("small", 1).adding, (Brokers{5, 1}));
  EXPECT_THAT(h.kafka.Throttles(),
              Contains(HasSubstr("small follower.replication.throttled.replicas=")));
  EXPECT_EQ(h.Operation(id).bytes_total, 3000) << "three copies of 1,000 bytes";
  ASSERT_TRUE(h.RunUntil([&] { return h.Operation(id).bytes_done > 0; }));
  EXPECT_EQ(h.State(id), OperationState::kRunning);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
  EXPECT_EQ(h.Operation(id).bytes_done, 3000);
  EXPECT_EQ(h.kafka.At("small", 0).replicas, (Brokers{1, 2, 4}));
  EXPECT_EQ(h.kafka.At("small", 1).replicas, (Brokers{5, 2, 3, 1}));
  EXPECT_EQ(h.kafka.At("small", 1).leader, 5) << "the new preferred leader was elected";
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Factor, ShrinksWithoutBytesOrThrottles) {
  const std::string id = MustSubmit({h.MoveOf("large", 0, {1, 2}), h.MoveOf("large", 1, {4})});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
  EXPECT_EQ(h.kafka.At("large", 0).replicas, (Brokers{1, 2}));
  EXPECT_EQ(h.kafka.At("large", 1).replicas, (Brokers{4}));
  EXPECT_EQ(h.kafka.At("large", 1).leader, 4);
  EXPECT_EQ(h.Operation(id).bytes_total, 0);
  for (const FakeKafka::Write& write : h.kafka.writes) EXPECT_THAT(write.configs, IsEmpty());
}

TEST_F(Factor, ShrinksToABrokerThatIsNewToThePartition) {
  NeedInSync("large", "2");
  const std::string id = MustSubmit({h.MoveOf("large", 0, {5, 1})});
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("large", 0).moving; }));
  EXPECT_EQ(h.kafka.At("large", 0).isr.size(), 3u) << "the old ones stay until the copy is whole";
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("large", 0).replicas, (Brokers{5, 1}));
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Factor, I3_KafkaGuardsTheFactorOfEverythingElse) {
  std::size_t keeping = 0, changing = 0;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    for (const auto& request : write.reassignments) {
      const bool factor = request.partition.partition == 0;
      EXPECT_EQ(write.allow_rf_change, factor) << request.partition.ToString();
      ++(factor ? changing : keeping);
    }
  };
  MustSubmit({h.MoveOf("large", 0, {1, 2}), h.MoveOf("large", 1, {5, 3, 4}),
              h.MoveOf("small", 0, {1, 2, 5}), h.MoveOf("small", 1, {3, 2})});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(keeping, 2u);
  EXPECT_EQ(changing, 2u);
}

TEST_F(Factor, I3_ATargetMadeFromAUnionIsRefused) {
  h.kafka.ForeignReassign("small", 0, Brokers{4, 2});
  Move move = h.MoveOf("small", 0, {4, 2, 1, 5});  // before is the union of three
  ExpectRefused({move}, ErrorCode::kAborted, "being reassigned by another tool");
}

TEST_F(Factor, I3_AShrinkBelowMinInSyncIsRefused) {
  NeedInSync("large", "2");
  ExpectRefused({h.MoveOf("small", 0, {1}), h.MoveOf("large", 1, {2})},
                ErrorCode::kFailedPrecondition,
                "large-1 would keep 1 of 3 replicas, but its topic has min.insync.replicas=2");
}

TEST_F(Factor, I4_AShrinkThatLeavesTooFewInSyncIsRefused) {
  NeedInSync("large", "2");
  h.kafka.Kill(3);
  ExpectRefused({h.MoveOf("large", 0, {1, 3})}, ErrorCode::kFailedPrecondition,
                "would keep 1 in-sync replicas");
}

TEST_F(Factor, I16_AShrinkToWhatIsNotInSyncIsRefused) {
  h.kafka.Kill(2);
  h.kafka.Kill(3);
  ExpectRefused({h.MoveOf("large", 0, {2, 3})}, ErrorCode::kFailedPrecondition,
                "would lose its last in-sync replica: in sync are [1]");
  ExpectRefused({h.MoveOf("large", 0, {2, 5})}, ErrorCode::kFailedPrecondition,
                "would lose its last in-sync replica");
}

TEST_F(Factor, I17_AnUnknownMinInSyncIsNoPermission) {
  NeedInSync("large", "no number");
  ExpectRefused({h.MoveOf("large", 0, {1, 2})}, ErrorCode::kUnavailable,
                "does not tell min.insync.replicas of topic large");
}

TEST_F(Factor, AMinInSyncRaisedSinceStopsTheShrink) {
  h.options.max_leader_moves_per_batch = 1;
  h.Crash();
  h.Start();
  const std::string id = MustSubmit({h.MoveOf("large", 0, {1, 2}), h.MoveOf("large", 1, {2, 3})});
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("large", 0).replicas.size() == 2; }));
  NeedInSync("large", "3");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("large", 1).replicas, (Brokers{2, 3, 4}));
  EXPECT_EQ(h.Step(id, 1).state, StepState::kFailed);
  EXPECT_THAT(h.Step(id, 1).note, HasSubstr("min.insync.replicas=3"));
  EXPECT_EQ(h.State(id), OperationState::kPartial);
}

TEST_F(Factor, AMinInSyncThatCannotBeReadAnyMoreHoldsTheShrink) {
  const std::string id = MustSubmit({h.MoveOf("large", 0, {1, 2})});
  NeedInSync("large", "no number");
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_THAT(h.kafka.writes, IsEmpty());
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("min.insync.replicas of topic large"));
  NeedInSync("large", "2");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Factor, AReplicaThatIsBehindMayBeTakenAway) {
  h.kafka.At("large", 0).isr = {1, 2};
  const std::string id = MustSubmit({h.MoveOf("large", 0, {1, 2})});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
  EXPECT_EQ(h.kafka.At("large", 0).replicas, (Brokers{1, 2}));
}

TEST_F(Factor, AReplicaThatStaysMustBeInSyncFirst) {
  h.kafka.At("large", 0).isr = {1, 3};
  const std::string id = MustSubmit({h.MoveOf("large", 0, {1, 2})});
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_THAT(h.kafka.writes, IsEmpty());
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("the replica on broker 2 is behind"));
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("the replica on broker 2 to catch up"));
  h.kafka.At("large", 0).isr = {1, 2, 3};
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("large", 0).replicas, (Brokers{1, 2}));
}

TEST_F(Factor, ACancelledGrowthLeavesTheOldFactor) {
  h.bytes_per_poll = 1;
  const std::string id = MustSubmit({h.MoveOf("small", 0, {4, 1, 2})});
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kInProgress; }));
  ASSERT_TRUE(h.executor->Cancel(id, "test", "enough").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCancelled);
  EXPECT_EQ(h.kafka.At("small", 0).replicas, (Brokers{1, 2}));
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(Factor, I12_AnotherToolsFactorIsLeftAlone) {
  h.bytes_per_poll = 1;
  const std::string id = MustSubmit({h.MoveOf("small", 0, {1, 2, 4})});
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kInProgress; }));
  h.kafka.ForeignReassign("small", 0, std::nullopt);
  h.kafka.ForeignReassign("small", 0, Brokers{1, 2, 5});
  ASSERT_TRUE(h.RunToEnd(50));
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_TRUE(h.kafka.At("small", 0).moving);
  EXPECT_EQ(h.kafka.At("small", 0).adding, Brokers{5});
}

TEST_F(Factor, I12_AFactorThatSomebodyLoweredMeanwhileIsNotRaisedAgain) {
  const std::string id = MustSubmit({h.MoveOf("large", 0, {5, 2, 3})});
  h.kafka.ForeignReassign("large", 0, Brokers{1, 2});
  h.kafka.Advance(0);
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_EQ(h.kafka.At("large", 0).replicas, (Brokers{1, 2}));
  EXPECT_THAT(h.kafka.writes, Each(::testing::Field(&FakeKafka::Write::reassignments, IsEmpty())));
}

}  // namespace
}  // namespace levelwind::testing
