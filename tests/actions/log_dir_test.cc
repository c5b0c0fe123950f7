// Moves between the log dirs of a broker: journalled, capped, judged by what the brokers show,
// taken back, resumed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

const std::string kRate = "replica.alter.log.dirs.io.max.bytes.per.second";

class LogDirs : public ::testing::Test {
 protected:
  LogDirs() {
    h.kafka.AddTopic("orders", {{1, 2}, {1, 2}, {1, 2}, {2, 1}});
    h.Start();
  }

  std::string MustSubmit(std::vector<Move> moves) {
    const auto id = h.Submit(h.Plan(std::move(moves)));
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  std::string Running(Move move) {
    const std::string id = MustSubmit({std::move(move)});
    EXPECT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kInProgress; }));
    return id;
  }
  void ExpectRefused(std::vector<Move> moves, ErrorCode code, const std::string& part) {
    const auto id = h.Submit(h.Plan(std::move(moves)));
    ASSERT_FALSE(id.ok());
    EXPECT_EQ(id.error().code(), code) << id.error();
    EXPECT_THAT(id.error().message(), HasSubstr(part));
    EXPECT_EQ(*h.journal->NextOperationNumber(), 1u) << "nothing was stored";
  }
  std::size_t Sent() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        h.kafka.writes, [](const FakeKafka::Write& write) { return !write.dir_moves.empty(); }));
  }
  // Copies under way on a broker.
  int Copies(BrokerId broker) {
    int copies = 0;
    for (std::int32_t p = 0; p < 4; ++p) {
      copies += static_cast<int>(h.kafka.At("orders", p).futures.count(broker));
    }
    return copies;
  }

  Harness h{{1, 2, 3}};
};

TEST_F(LogDirs, GoUnderAThrottleWithProgressAndLeaveNothing) {
  h.kafka.SetBrokerConfig(2, kRate, "900000000");
  Move first = h.DirMoveOf("orders", 0, 1);
  first.bytes_in_per_s = 60e6;
  const std::string id = MustSubmit({first, h.DirMoveOf("orders", 0, 2)});
  ASSERT_TRUE(h.RunUntil([&] { return Copies(1) == 1 && Copies(2) == 1; }));
  EXPECT_EQ(h.kafka.BrokerConfig(1, kRate), "90000000") << "1.5 times what comes in";
  EXPECT_EQ(h.kafka.BrokerConfig(2, kRate), "52428800");
  ASSERT_TRUE(h.RunUntil([&] { return h.Operation(id).bytes_done > 0; }));
  EXPECT_EQ(h.Operation(id).bytes_total, 2000);
  EXPECT_EQ(h.Step(id, 1).broker, 2);
  EXPECT_EQ(h.Step(id, 1).to_dir, "/b");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
  EXPECT_EQ(h.kafka.DirOf("orders", 0, 1), "/b");
  EXPECT_EQ(h.kafka.DirOf("orders", 0, 2), "/b");
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{1, 2}));
  EXPECT_EQ(Sent(), 2u) << "one request per broker";
  EXPECT_EQ(h.kafka.BrokerConfig(1, kRate), std::nullopt);
  EXPECT_EQ(h.kafka.BrokerConfig(2, kRate), "900000000");
}

TEST_F(LogDirs, I1_EachIsAnnouncedBeforeItIsSent) {
  int moves = 0;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    for (const auto& move : write.dir_moves) {
      ++moves;
      const auto steps = h.journal->LoadOperations(1)->back().steps;
      const auto step = std::ranges::find_if(steps, [&](const store::StepRecord& one) {
        return one.move.partition == move.partition && one.move.broker == move.broker;
      });
      ASSERT_NE(step, steps.end());
      EXPECT_EQ(step->state, StepState::kSubmitted);
      EXPECT_EQ(step->move.to_dir, move.path);
      const auto audit = h.journal->LoadAudit(1);
      EXPECT_EQ(audit->front().api, "AlterReplicaLogDirs");
      EXPECT_EQ(audit->front().outcome, "sent");
      EXPECT_THAT(audit->front().target, HasSubstr("on broker"));
    }
  };
  MustSubmit({h.DirMoveOf("orders", 1, 1), h.DirMoveOf("orders", 1, 2)});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(moves, 2);
}

TEST_F(LogDirs, I6_NoMorePerLogDirAndBrokerThanAllowed) {
  const auto most = [&](std::int32_t per_broker, std::int32_t per_dir) {
    Harness fresh{{1, 2, 3}};
    fresh.options.max_log_dir_moves_per_broker = per_broker;
    fresh.options.max_moves_per_log_dir = per_dir;
    fresh.kafka.AddTopic("orders", {{1, 2}, {1, 2}, {1, 2}, {2, 1}});
    fresh.Start();
    std::vector<Move> moves;
    for (std::int32_t p = 0; p < 4; ++p) moves.push_back(fresh.DirMoveOf("orders", p, 1));
    EXPECT_TRUE(fresh.Submit(fresh.Plan(moves)).ok());
    std::size_t highest = 0;
    EXPECT_TRUE(fresh.RunUntil([&] {
      std::size_t copies = 0, there = 0;
      for (std::int32_t p = 0; p < 4; ++p) {
        copies += fresh.kafka.At("orders", p).futures.count(1);
        there += fresh.kafka.DirOf("orders", p, 1) == "/b" ? 1u : 0u;
      }
      highest = std::max(highest, copies);
      return there == 4;
    }));
    return highest;
  };
  EXPECT_EQ(most(5, 1), 1u);
  EXPECT_EQ(most(2, 5), 2u);
  EXPECT_EQ(most(5, 3), 3u);
}

TEST_F(LogDirs, I6_OtherToolsMovesCount) {
  h.bytes_per_poll = 0;
  h.kafka.ForeignDirMove("orders", 3, 1, "/b");
  const std::string id = MustSubmit({h.DirMoveOf("orders", 0, 1)});
  for (int i = 0; i < 6; ++i) h.Poll();
  EXPECT_EQ(Sent(), 0u);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("log dir /a of broker 1 is busy"));
  h.bytes_per_poll = 400;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(LogDirs, I9_WaitForRoomWithWhatIsStillToCome) {
  h.options.max_moves_per_log_dir = 5;
  h.Crash();
  h.Start();
  h.kafka.usable[{1, "/b"}] = 1500;
  const std::string id = MustSubmit({h.DirMoveOf("orders", 0, 1), h.DirMoveOf("orders", 1, 1)});
  ASSERT_TRUE(h.RunUntil([&] { return Copies(1) > 0; }));
  EXPECT_EQ(Copies(1), 1) << "the second finds no room beside the first";
  EXPECT_THAT(h.Step(id, 1).note, HasSubstr("waiting for room: log dir /b of broker 1 has"));
  h.kafka.usable[{1, "/b"}] = kUnknownCount;
  h.kafka.Advance(10'000);
  for (int i = 0; i < 6; ++i) h.Poll();
  EXPECT_EQ(Sent(), 1u) << "I17: unknown is no room";
  h.kafka.usable.clear();
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(LogDirs, I5_WaitForReplicasThatAreBehindAndReassignments) {
  h.kafka.At("orders", 0).isr = {2};
  const std::string id = MustSubmit({h.DirMoveOf("orders", 0, 1)});
  for (int i = 0; i < 6; ++i) h.Poll();
  EXPECT_EQ(Sent(), 0u);
  h.kafka.At("orders", 0).isr = {1, 2};
  h.bytes_per_poll = 0;
  h.kafka.ForeignReassign("orders", 0, Brokers{1, 3});
  for (int i = 0; i < 10; ++i) h.Poll();
  EXPECT_EQ(Sent(), 0u);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("the end of the partition's reassignment"));
  h.bytes_per_poll = 400;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.DirOf("orders", 0, 1), "/b");
}

TEST_F(LogDirs, I14_ACancelTakesBackWhatRuns) {
  h.bytes_per_poll = 1;
  const std::string id = Running(h.DirMoveOf("orders", 0, 1));
  ASSERT_TRUE(h.executor->Cancel(id, "test", "enough").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCancelled);
  EXPECT_EQ(Copies(1), 0);
  EXPECT_EQ(h.kafka.DirOf("orders", 0, 1), "/a");
  EXPECT_EQ(h.kafka.BrokerConfig(1, kRate), std::nullopt);
}

TEST_F(LogDirs, I14_ACancelThatComesTooLateIsFollowedBack) {
  h.bytes_per_poll = 1;
  const std::string id = Running(h.DirMoveOf("orders", 0, 1));
  h.kafka.check = [&](const FakeKafka::Write& write) {
    if (!write.dir_moves.empty()) h.kafka.Advance(10'000);  // whole before the cancel arrives
  };
  ASSERT_TRUE(h.executor->Cancel(id, "test", "enough").ok());
  ASSERT_TRUE(h.RunUntil([&] { return Copies(1) == 1 && h.kafka.DirOf("orders", 0, 1) == "/b"; }));
  h.kafka.check = nullptr;
  for (int i = 0; i < 8; ++i) h.Poll();
  EXPECT_FALSE(IsTerminal(h.State(id))) << "Kafka moves it back";
  h.bytes_per_poll = 400;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCancelled);
  EXPECT_EQ(h.kafka.DirOf("orders", 0, 1), "/a");
}

TEST_F(LogDirs, I12_AnotherToolsMoveIsLeftAlone) {
  h.bytes_per_poll = 1;
  const std::string id = Running(h.DirMoveOf("orders", 0, 1));
  h.kafka.ForeignDirMove("orders", 0, 1, "/a");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("another tool took it back, or log dir /b failed"));
  EXPECT_EQ(Sent(), 1u);
  const std::string late = MustSubmit({h.DirMoveOf("orders", 1, 1)});
  h.kafka.ForeignDirMove("orders", 1, 1, "/b");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(late, 0).state, StepState::kYielded);
  EXPECT_THAT(h.Step(late, 0).note, HasSubstr("another tool is already moving orders-1"));
}

TEST_F(LogDirs, I12_AMoveToAThirdLogDirIsNotOurs) {
  h.kafka.log_dirs = {"/a", "/b", "/c"};
  h.bytes_per_poll = 1;
  const std::string id = Running(h.DirMoveOf("orders", 0, 1));
  h.kafka.ForeignDirMove("orders", 0, 1, "/c");
  static_cast<void>(h.executor->Cancel(id, "test", "must not touch the other tool's move"));
  for (int i = 0; i < 5; ++i) h.Poll();
  EXPECT_EQ(Sent(), 1u) << "a second one would end the other tool's";
  EXPECT_EQ(h.kafka.At("orders", 0).futures.at(1).dir, "/c");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kYielded);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("it goes from /a to /c, ours from /a to /b"));
}

TEST_F(LogDirs, ALostRequestIsSentAgainAndAnAppliedOneIsNot) {
  int requests = 0;
  h.kafka.fault = [&](const FakeKafka::Write& write) {
    if (write.dir_moves.empty()) return FakeKafka::Fault::kNone;
    ++requests;
    if (requests == 1) return FakeKafka::Fault::kLost;
    if (requests == 2) return FakeKafka::Fault::kBusy;
    return FakeKafka::Fault::kApplied;
  };
  const std::string id = MustSubmit({h.DirMoveOf("orders", 0, 1)});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
  EXPECT_EQ(requests, 3);
}

TEST_F(LogDirs, WhatKafkaRefusesFails) {
  h.kafka.dir_error = 57;
  const std::string id = MustSubmit({h.DirMoveOf("orders", 0, 1)});
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kFailed);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("Kafka refused the move: LOG_DIR_NOT_FOUND"));
}

TEST_F(LogDirs, ACopyThatStandsStillIsTakenBack) {
  h.bytes_per_poll = 0;
  h.options.log_dir_patience = std::chrono::seconds(30);
  h.Crash();
  h.Start();
  const std::string id = Running(h.DirMoveOf("orders", 0, 1));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kFailed);
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("taken back: nothing was copied for 30 s"));
  EXPECT_EQ(Copies(1), 0);
}

TEST_F(LogDirs, A1_ABrokerThatComesBackGoesOn) {
  h.bytes_per_poll = 1;
  const std::string id = Running(h.DirMoveOf("orders", 0, 1));
  h.kafka.Kill(1);
  for (int i = 0; i < 60; ++i) h.Poll();
  EXPECT_EQ(h.Step(id, 0).state, StepState::kInProgress);
  h.kafka.Start(1);
  h.bytes_per_poll = 400;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.Step(id, 0).state, StepState::kDone);
}

TEST_F(LogDirs, ABrokerThatStaysAwayIsGivenUp) {
  h.bytes_per_poll = 1;
  h.options.dead_target_patience = std::chrono::seconds(30);
  h.Crash();
  h.Start();
  const std::string id = MustSubmit({h.DirMoveOf("orders", 0, 1), h.DirMoveOf("orders", 1, 1)});
  ASSERT_TRUE(h.RunUntil([&] { return h.Step(id, 0).state == StepState::kInProgress; }));
  h.kafka.Kill(1);
  ASSERT_TRUE(h.RunUntil([&] { return h.State(id) == OperationState::kFailed; }, 300));
  EXPECT_THAT(h.Step(id, 0).note, HasSubstr("goes on when it returns"));
  EXPECT_EQ(h.Step(id, 1).note, "broker 1 was down for 30 s");
}

TEST_F(LogDirs, APlanThatDoesNotFitIsRefused) {
  Move move = h.DirMoveOf("orders", 0, 1);
  ExpectRefused({move, move}, ErrorCode::kInvalidArgument, "orders-0 is in the proposal twice");
  ExpectRefused({h.MoveOf("orders", 0, {3, 2}), move}, ErrorCode::kInvalidArgument, "twice");
  ExpectRefused({move, h.MoveOf("orders", 0, {3, 2})}, ErrorCode::kInvalidArgument, "twice");
  Move same = move;
  same.to_dir = "/a";
  ExpectRefused({same}, ErrorCode::kInvalidArgument, "is not a move between its log dirs");
  Move stranger = move;
  stranger.broker = 3;
  ExpectRefused({stranger}, ErrorCode::kInvalidArgument, "on broker 3 is not a move");
  Move elsewhere = move;
  elsewhere.to_dir = "/c";
  ExpectRefused({elsewhere}, ErrorCode::kFailedPrecondition, "is to go to /c, which has failed or");
  h.kafka.failed_dirs.insert({1, "/b"});
  ExpectRefused({move}, ErrorCode::kFailedPrecondition, "is to go to /b, which has failed");
  h.kafka.failed_dirs.clear();
  h.kafka.ForeignDirMove("orders", 0, 1, "/b");
  ExpectRefused({move}, ErrorCode::kAborted, "is being moved by another tool");
  h.kafka.Advance(10'000);
  ExpectRefused({move}, ErrorCode::kAborted, "is not in /a any more");
  h.kafka.Kill(2);
  ExpectRefused({h.DirMoveOf("orders", 1, 2)}, ErrorCode::kUnavailable,
                "does not tell its log dirs");
}

// Two replicas of a partition, two of one broker that wait for each other; kills at every boundary.
TEST(LogDirsResume, I2_AKillAtEveryBoundaryEndsAtTheSamePlace) {
  const auto run = [](std::int64_t kill_at) {
    Harness h{{1, 2}};
    h.kafka.AddTopic("orders", {{1, 2}, {1, 2}});
    h.kafka.check = [&](const FakeKafka::Write& write) {
      for (const auto& move : write.dir_moves) {
        const auto& [topic, partition] = move.partition;
        EXPECT_NE(h.kafka.DirOf(topic, partition, move.broker), move.path)
            << "a finished step is sent again, or something was taken back";
        EXPECT_EQ(h.kafka.At(topic, partition).futures.count(move.broker), 0u)
            << "a running step is sent again";
      }
    };
    std::int64_t count = 0;
    const auto point = [&](const char*) {
      if (++count == kill_at) throw SimulatedKill{};
    };
    h.Start();
    h.probe->on_commit = h.kafka.on_write = point;
    const auto go = [&] {
      if (h.executor->View()->operations.empty()) {
        const auto id = h.Submit(h.Plan({h.DirMoveOf("orders", 0, 1), h.DirMoveOf("orders", 0, 2),
                                         h.DirMoveOf("orders", 1, 1)}));
        EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
      }
      EXPECT_TRUE(h.RunToEnd());
    };
    try {
      go();
    } catch (const SimulatedKill&) {
      h.Crash();
      h.Start();
      h.kafka.on_write = nullptr;
      go();
    }
    EXPECT_EQ(h.State("op1"), OperationState::kCompleted) << h.Operation("op1").hold_reason;
    EXPECT_EQ(h.kafka.DirOf("orders", 0, 1), "/b");
    EXPECT_EQ(h.kafka.DirOf("orders", 0, 2), "/b");
    EXPECT_EQ(h.kafka.DirOf("orders", 1, 1), "/b");
    EXPECT_EQ(h.kafka.BrokerConfig(1, kRate), std::nullopt);
    EXPECT_EQ(h.kafka.BrokerConfig(2, kRate), std::nullopt);
    return count;
  };
  const std::int64_t boundaries = run(0);
  ASSERT_GT(boundaries, 20);
  RecordProperty("boundaries", static_cast<int>(boundaries));
  for (std::int64_t n = 1; n <= boundaries; ++n) {
    SCOPED_TRACE("killed at boundary " + std::to_string(n) + " of " + std::to_string(boundaries));
    run(n);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace levelwind::testing
