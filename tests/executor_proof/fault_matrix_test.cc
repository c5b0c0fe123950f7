// Rows of the failure catalogue of which one situation says more than a random run: each test is
// named by its row. storm_test.cc has the rows that are drawn, kill_matrix_test.cc B1.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/actions/harness.h"
#include "tests/executor_proof/rig.h"

namespace levelwind::testing {
namespace {

using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

class FaultMatrix : public ::testing::Test {
 protected:
  FaultMatrix() { h.kafka.AddTopic("orders", {{1, 2, 3}, {1, 2, 3}, {1, 2, 3}}); }

  std::string MustSubmit(std::vector<Move> moves) {
    const auto id = h.Submit(h.Plan(std::move(moves)));
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  void Polls(int count) {
    for (int i = 0; i < count; ++i) h.Poll();
  }
  bool Runs(const std::string& id, std::size_t step = 0) {
    return h.RunUntil([&] { return h.Step(id, step).state == StepState::kInProgress; });
  }
  // Partitions that a request reassigned or took back.
  std::size_t Reassignments() const {
    std::size_t count = 0;
    for (const FakeKafka::Write& write : h.kafka.writes) count += write.reassignments.size();
    return count;
  }
  void ExpectDone(const std::string& id) {
    EXPECT_TRUE(h.RunToEnd(1500));
    EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
    EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
  }

  Harness h{{1, 2, 3, 4, 5}};
};

TEST_F(FaultMatrix, A3_ATargetThatFlapsIsNeitherGivenUpNorSentAgain) {
  h.Start();
  h.bytes_per_poll = 20;
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  for (const int seconds : {1, 5, 30, 120}) {
    for (int flap = 0; flap < 5; ++flap) {
      h.kafka.Kill(4);
      Polls(seconds);
      h.kafka.Start(4);
      Polls(1);
    }
  }
  ExpectDone(id);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{4, 2, 3}));
  EXPECT_EQ(Reassignments(), 1u) << "sent once, never taken back";
}

TEST_F(FaultMatrix, A12_ATopicCreatedMeanwhileTakesTheRoomThatThePlanCountedOn) {
  h.options.max_moves_cluster = 1;
  h.options.disk_reserve = 0;
  h.Start();
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  h.kafka.AddTopic("new", {{4, 5}, {4, 5}}, 50'000);
  h.kafka.usable[{4, "/a"}] = h.kafka.usable[{4, "/b"}] = 500;
  Polls(30);
  EXPECT_EQ(h.Step(id, 0).state, StepState::kDone);
  EXPECT_EQ(Reassignments(), 1u);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("room on broker 4"));
  h.kafka.DeleteTopic("new");
  h.kafka.usable.clear();
  ExpectDone(id);
}

TEST_F(FaultMatrix, A12_ATopicCreatedMeanwhileThatIsNotInSyncHolds) {
  h.options.max_moves_cluster = 1;
  h.Start();
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  h.kafka.AddTopic("new", {{4, 5}});
  h.kafka.At("new", 0).isr = {4};
  Polls(20);
  EXPECT_EQ(Reassignments(), 1u);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("new-0"));
  h.kafka.At("new", 0).isr = {4, 5};
  ExpectDone(id);
}

TEST_F(FaultMatrix, A13_ABrokerThatJoinsChangesNothing) {
  h.options.max_moves_cluster = 1;
  h.Start();
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {5, 2, 3})});
  ASSERT_TRUE(Runs(id));
  h.kafka.Start(6);
  h.kafka.racks[6] = "r9";
  ExpectDone(id);
  EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{5, 2, 3}));
}

// Between the plan and its second step broker 5 moves into the rack of brokers 2 and 3.
TEST_F(FaultMatrix, A13_I8_ABrokerOnAnotherRackVoidsOnlyWhatWouldLoseARack) {
  for (BrokerId broker = 1; broker <= 5; ++broker) {
    h.kafka.racks[broker] = broker == 1 || broker >= 4 ? "r1" : "r2";
  }
  h.options.max_moves_cluster = 1;
  h.Start();
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {5, 2, 3}),
                  h.MoveOf("orders", 2, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  h.kafka.racks[5] = "r2";
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kDone);
  EXPECT_EQ(h.Step(id, 1).state, StepState::kFailed);
  EXPECT_THAT(h.Step(id, 1).note, HasSubstr("broker 5 is on rack r2 now"));
  EXPECT_EQ(h.Step(id, 2).state, StepState::kDone);
  EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2, 3}));
  EXPECT_EQ(h.State(id), OperationState::kPartial);
}

TEST_F(FaultMatrix, A15_ASlowBrokerHoldsOnlyWhatGoesThroughIt) {
  h.options.max_moves_per_broker = 1;
  h.options.max_moves_cluster = 2;
  h.kafka.At("orders", 2).leader = 2;
  h.bytes_per_poll = 100;
  h.kafka.slow = {4};
  h.Start();
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3}),
                  h.MoveOf("orders", 2, {5, 2, 3})});
  int most = 0;
  const auto others_done = [&] {
    const int to_4 =
        (h.kafka.At("orders", 0).moving ? 1 : 0) + (h.kafka.At("orders", 1).moving ? 1 : 0);
    most = std::max(most, to_4);
    return h.Step(id, 2).state == StepState::kDone;
  };
  ASSERT_TRUE(h.RunUntil(others_done));
  EXPECT_TRUE(h.kafka.At("orders", 0).moving) << "the slow one still copies";
  EXPECT_EQ(most, 1) << "and gets no second copy";
  EXPECT_EQ(h.State(id), OperationState::kRunning);
  ExpectDone(id);
  EXPECT_EQ(Reassignments(), 3u) << "slow is not gone: nothing was taken back or sent again";
}

// A broker that is cut off answers with what it knew before leaders changed.
TEST_F(FaultMatrix, A18_I17_MetadataThatGoesBackIsNotActedOn) {
  h.options.max_moves_cluster = 1;
  h.Start();
  const auto old = h.kafka.DescribeCluster({});
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})});
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kDone; }));
  const std::size_t sent = h.kafka.writes.size();
  h.kafka.replayed = *old;
  Polls(60);
  EXPECT_EQ(h.kafka.writes.size(), sent);
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("lags behind: it tells leader epoch 0"));
  h.kafka.replayed.reset();
  ExpectDone(id);
  EXPECT_EQ(Reassignments(), 2u);
}

// Where no leader changed the answer is not given away, but it must last to be believed.
TEST_F(FaultMatrix, A18_I2_AShortLagVoidsNothing) {
  h.Start();
  const auto old = h.kafka.DescribeCluster({});
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {1, 2, 4})});
  ASSERT_TRUE(h.RunUntil([&] { return !h.kafka.writes.empty() && Reassignments() == 1; }));
  ASSERT_TRUE(h.RunUntil([&] { return !h.kafka.At("orders", 0).moving; }));
  h.kafka.replayed = *old;
  Polls(3);
  EXPECT_FALSE(IsTerminal(h.Step(id, 0).state));
  h.kafka.replayed.reset();
  ExpectDone(id);
  EXPECT_EQ(Reassignments(), 1u);
}

TEST_F(FaultMatrix, A19_TwelveThousandChangesGoInChunks) {
  constexpr int kTopics = 1500, kPartitions = 8;
  h.options.max_moves_cluster = h.options.max_moves_per_broker = 100'000;
  h.Start();
  const std::vector<std::vector<BrokerId>> replicas(kPartitions, {1, 2});
  std::vector<Move> moves;
  for (int t = 0; t < kTopics; ++t) h.kafka.AddTopic("t" + std::to_string(t), replicas, 10);
  const auto seen = h.kafka.DescribeCluster({});
  for (const kafka::TopicInfo& topic : seen->topics) {
    if (topic.name == "orders") continue;
    for (const kafka::PartitionInfo& partition : topic.partitions) {
      Move move;
      move.kind = MoveKind::kReplica;
      move.partition = {topic.name, partition.number};
      move.topic_id = topic.id;
      move.before = {1, 2};
      move.after = {1, 2, 3};
      move.leader_before = 1;
      move.bytes = 10;
      moves.push_back(std::move(move));
    }
  }
  ASSERT_EQ(moves.size(), 12'000u);
  std::size_t most = 0, changes = 0;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    const std::size_t size = std::max(write.reassignments.size(), write.configs.size());
    most = std::max(most, size);
    changes += size;
  };
  ExpectDone(MustSubmit(std::move(moves)));
  EXPECT_LE(most, 1'000u);
  EXPECT_GT(changes, 20'000u);
}

// Raised in the layer below the topic's own configuration.
TEST_F(FaultMatrix, A20_AMinIsrRaisedForAllBrokersStopsTheShrink) {
  h.options.max_leader_moves_per_batch = 1;
  h.Start();
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {1, 2}), h.MoveOf("orders", 1, {1, 2})});
  ASSERT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).replicas.size() == 2; }));
  h.kafka.default_broker_configs["min.insync.replicas"] = "3";
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("orders", 1).replicas, (Brokers{1, 2, 3}));
  EXPECT_EQ(h.Step(id, 1).state, StepState::kFailed);
  EXPECT_THAT(h.Step(id, 1).note, HasSubstr("min.insync.replicas=3"));
}

TEST_F(FaultMatrix, B2_I11_ASecondProcessIsRefusedAndTakesOverWhenTheFirstIsGone) {
  h.Start();
  const std::uint64_t first = h.journal->generation();
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  const auto second = store::Journal::Open(h.dir / "state");
  ASSERT_FALSE(second.ok()) << "I11: two would act at once";
  EXPECT_THAT(second.error().message(), HasSubstr("is using it"));
  h.Crash();
  h.Start();
  EXPECT_GT(h.journal->generation(), first);
  ExpectDone(id);
  EXPECT_EQ(Reassignments(), 1u);
}

// On another host no lock is shared: what protects is that each yields to what is not its own.
TEST_F(FaultMatrix, B2_TwoStateDirectoriesYieldToEachOther) {
  h.Start();
  TempDir other_dir{TempDir::InMemory()};
  auto other_journal = store::Journal::Open(other_dir / "state");
  ASSERT_TRUE(other_journal.ok());
  actions::Executor other(h.kafka, h.kafka, **other_journal, h.clock, h.options);
  ASSERT_TRUE(other.Recover().ok());
  const Proposal theirs =
      h.Plan({h.MoveOf("orders", 0, {5, 2, 3}), h.MoveOf("orders", 1, {5, 2, 3})});
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3}),
                  h.MoveOf("orders", 2, {4, 2, 3})});
  ASSERT_TRUE(other.Submit(theirs, "other", "").ok()) << "nothing runs yet";
  h.kafka.check = [&](const FakeKafka::Write& write) {
    for (const auto& request : write.reassignments) {
      EXPECT_TRUE(request.replicas) << "a cancel of what may be the other's";
      EXPECT_FALSE(h.kafka.At("orders", request.partition.partition).moving) << "I12";
    }
  };
  // The other one acts first.
  for (int i = 0; i < 60; ++i) {
    other.Step(h.clock.Now());
    h.Poll();
  }
  EXPECT_EQ(other.View()->operations.front().state, OperationState::kCompleted);
  EXPECT_EQ(h.State(id), OperationState::kPartial);
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_EQ(h.Step(id, 1).state, StepState::kYielded);
  EXPECT_EQ(h.Step(id, 2).state, StepState::kDone);
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{5, 2, 3}));
  EXPECT_EQ(h.kafka.At("orders", 2).replicas, (Brokers{4, 2, 3}));
  // The second one found lists that were there: it empties them, and does not know to delete them.
  EXPECT_THAT(h.kafka.Throttles(), Each(EndsWith(".throttled.replicas=")));
}

// What was done and rolled back since would be done again.
TEST_F(FaultMatrix, B4_YesterdaysJournalIsNotGoneOnWith) {
  h.Start();
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  h.Crash();
  const std::string file = h.dir / "state/levelwind.db", copy = h.dir / "yesterday";
  std::filesystem::copy_file(file, copy);
  h.Start();
  ExpectDone(id);
  ASSERT_TRUE(h.executor->Rollback(id, "test", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  ASSERT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2, 3}));
  h.Crash();
  std::filesystem::copy_file(copy, file, std::filesystem::copy_options::overwrite_existing);
  const auto refused = store::Journal::Open(h.dir / "state");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kDataLoss)
      << "which the daemon answers by observing";
  EXPECT_THAT(refused.error().message(), HasSubstr("a copy of an earlier day"));
}

TEST_F(FaultMatrix, B5_JumpsOfTheWallClockChangeNothing) {
  h.bytes_per_poll = 20;
  h.Start();
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {2, 1, 3})});
  ASSERT_TRUE(Runs(id));
  h.kafka.Kill(4);
  for (const int hours : {1, -2, 1, 24, -48}) {
    h.clock.JumpWall(std::chrono::hours(hours));
    Polls(10);
    EXPECT_EQ(h.Step(id, 0).state, StepState::kInProgress) << "ten minutes have not passed";
  }
  h.kafka.Start(4);
  ExpectDone(id);
  EXPECT_EQ(Reassignments(), 2u);
}

TEST_F(FaultMatrix, B5_AfterAJumpBackTheDaysBudgetIsKept) {
  h.options.max_moves_per_day = 1;
  h.Start();
  const std::string id =
      MustSubmit({h.MoveOf("orders", 0, {4, 2, 3}), h.MoveOf("orders", 1, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  h.clock.JumpWall(std::chrono::hours(-1));
  h.Crash();
  h.Start();
  Polls(60);
  EXPECT_EQ(Reassignments(), 1u);
  h.clock.JumpWall(std::chrono::hours(25));
  ExpectDone(id);
}

// Files that may be open: as many as there are, and no more.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{3, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_F(FaultMatrix, B6_WithoutDescriptorsTheJournalIsNotOpenedAndSaysWhy) {
  TempDir dir{TempDir::InMemory()};
  {
    const NoDescriptors none;
    const auto refused = store::Journal::Open(dir / "state");
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(), HasSubstr("Too many open files"));
  }
  EXPECT_TRUE(store::Journal::Open(dir / "state").ok());
}

// They run out in the middle: whatever is sent all the same is in the journal first.
TEST_F(FaultMatrix, B6_DescriptorsThatRunOutBreakNothing) {
  std::size_t sent = 0;
  for (std::uint64_t seed = ProofSeed(9000), end = seed + 40; seed < end; ++seed) {
    Rig rig(seed);
    rig.Start();
    ASSERT_TRUE(rig.Submit().ok());
    {
      const NoDescriptors none;
      for (int i = 0; i < 10; ++i) rig.Poll();
    }
    sent += rig.requests;
    EXPECT_TRUE(rig.RunToEnd()) << seed;
    EXPECT_EQ(rig.Verdict(), "");
  }
  EXPECT_GT(sent, 0u);
}

TEST_F(FaultMatrix, B7_StartsWithoutKafkaAndGoesOnWhenItComes) {
  h.Start();
  const std::string id = MustSubmit({h.MoveOf("orders", 0, {4, 2, 3})});
  ASSERT_TRUE(Runs(id));
  const Proposal next = h.Plan({h.MoveOf("orders", 1, {4, 2, 3})});
  h.Crash();
  h.kafka.reachable = false;
  h.Start();
  Polls(120);
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("cannot be read"));
  EXPECT_EQ(h.Submit(next).error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(Reassignments(), 1u);
  h.kafka.reachable = true;
  ExpectDone(id);
  EXPECT_EQ(Reassignments(), 1u);
}

}  // namespace
}  // namespace levelwind::testing
