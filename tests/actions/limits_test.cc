// What is judged right before a copy is sent: bytes, room, the day's budget, quiet hours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

class Limits : public ::testing::Test {
 protected:
  Limits() { h.kafka.AddTopic("orders", {{1, 2}, {1, 2}, {1, 2}}, 1'000); }

  void Restart() {
    h.Crash();
    h.Start();
  }
  Proposal Moves(int count) {
    std::vector<Move> moves;
    for (int i = 0; i < count; ++i) moves.push_back(h.MoveOf("orders", i, {4, 2}));
    return h.Plan(std::move(moves));
  }
  std::string MustSubmit(const Proposal& proposal) {
    const auto id = h.Submit(proposal);
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    return id.ok() ? *id : "";
  }
  void Polls(int count) {
    for (int i = 0; i < count; ++i) h.Poll();
  }
  int Moving() {
    int count = 0;
    for (int i = 0; i < 3; ++i) count += h.kafka.At("orders", i).moving ? 1 : 0;
    return count;
  }
  /// Carries out Moves(3), all of it, and says how many were moving when most were.
  int MostMovingAtOnce() {
    int most = 0;
    const std::string id = MustSubmit(Moves(3));
    const auto over = [&] {
      most = std::max(most, Moving());
      return IsTerminal(h.State(id));
    };
    EXPECT_TRUE(h.RunUntil(over));
    EXPECT_EQ(h.State(id), OperationState::kCompleted);
    return most;
  }
  bool Done(const std::string& id, std::size_t step) {
    return h.Step(id, step).state == StepState::kDone;
  }

  Harness h{{1, 2, 3, 4}};
};

TEST_F(Limits, I9_ACopyWaitsForRoomOnItsTarget) {
  h.kafka.usable[{4, "/a"}] = 900;
  h.kafka.usable[{4, "/b"}] = 900;
  h.Start();
  const std::string id = MustSubmit(Moves(1));
  Polls(10);
  EXPECT_EQ(Moving(), 0);
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason,
              AllOf(HasSubstr("waiting for room on broker 4"), HasSubstr("900 B left")));
  h.kafka.usable[{4, "/a"}] = 1'000;
  h.kafka.usable[{4, "/b"}] = 1'000;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Limits, I9_WhatIsOnItsWayTakesRoomToo) {
  h.bytes_per_poll = 1;
  h.kafka.usable[{4, "/a"}] = h.kafka.usable[{4, "/b"}] = 1'500;
  h.Start();
  const std::string id = MustSubmit(Moves(2));
  Polls(10);
  EXPECT_EQ(Moving(), 1);
  EXPECT_THAT(h.Step(id, 1).note, HasSubstr("on their way to the broker"));
  // Another tool's copy is on its way to broker 3.
  h.kafka.AddTopic("theirs", {{1, 2}}, 1'200);
  h.kafka.ForeignReassign("theirs", 0, Brokers{3, 2});
  h.kafka.usable[{3, "/a"}] = h.kafka.usable[{3, "/b"}] = 1'500;
  ASSERT_TRUE(h.executor->Cancel(id, "me", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  const std::string second = MustSubmit(h.Plan({h.MoveOf("orders", 2, {3, 2})}));
  Polls(5);
  EXPECT_EQ(Moving(), 0);
  EXPECT_THAT(h.Step(second, 0).note, HasSubstr("waiting for room on broker 3"));
}

TEST_F(Limits, I9_TheReserveIsAShareOfTheLogDir) {
  h.options.disk_reserve = 0.1;
  for (const char* path : {"/a", "/b"}) {
    h.kafka.usable[{4, path}] = 1'900;
    h.kafka.total[{4, path}] = 10'000;
  }
  h.Start();
  const std::string id = MustSubmit(Moves(1));
  Polls(5);
  EXPECT_EQ(Moving(), 0) << "1,900 free, 1,000 of them reserved";
  h.kafka.usable[{4, "/a"}] = h.kafka.usable[{4, "/b"}] = 2'000;
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Limits, I9_OnlyTheLogDirsThatKafkaMayChooseAreJudged) {
  // Broker 4 has a replica in /a, so that the next one goes to /b.
  h.kafka.AddTopic("old", {{4}}, 10);
  h.kafka.usable[{4, "/a"}] = 0;
  h.Start();
  ASSERT_FALSE(MustSubmit(Moves(1)).empty());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.kafka.At("orders", 0).replicas, (Brokers{4, 2}));
  h.kafka.failed_dirs = {{3, "/a"}, {3, "/b"}};
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 1, {3, 2})}));
  Polls(5);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("none of its log dirs works"));
}

TEST_F(Limits, BytesOnTheirWayToABrokerAreCapped) {
  h.options.max_bytes_in_flight_per_broker = 1'500;
  h.bytes_per_poll = 100;
  h.Start();
  const int most = MostMovingAtOnce();
  EXPECT_EQ(most, 2) << "the next may begin when the first has 500 left";
}

TEST_F(Limits, APartitionLargerThanTheCapGoesAlone) {
  h.options.max_bytes_in_flight_per_broker = 10;
  h.bytes_per_poll = 250;
  h.Start();
  const int most = MostMovingAtOnce();
  EXPECT_EQ(most, 1);
}

TEST_F(Limits, BytesAreStartedNoFasterThanAsked) {
  h.options.max_started_bytes_per_s = 50;
  h.bytes_per_poll = 1'000;
  h.Start();
  const SteadyTime start = h.clock.Now();
  const std::string id = MustSubmit(Moves(3));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_GE(h.clock.Now() - start, std::chrono::seconds(40)) << "20 s for each but the last";
  EXPECT_LE(h.clock.Now() - start, std::chrono::seconds(60));
}

TEST_F(Limits, TheDaysBudgetOfBytesOutlivesARestart) {
  h.options.max_bytes_per_day = 2'500;
  h.Start();
  const std::string id = MustSubmit(Moves(3));
  ASSERT_TRUE(h.RunUntil([&] { return Done(id, 0) && Done(id, 1); }));
  Polls(5);
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_THAT(h.Operation(id).hold_reason,
              HasSubstr("waiting for the daily budget: 2 moves with 2.0 KiB"));
  Restart();
  Polls(5);
  EXPECT_EQ(Moving(), 0);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("waiting for the daily budget"));
  h.clock.Advance(std::chrono::hours(24));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
}

TEST_F(Limits, TheDaysBudgetOfMovesCountsThoseBetweenLogDirs) {
  h.options.max_moves_per_day = 1;
  h.Start();
  ASSERT_FALSE(MustSubmit(h.Plan({h.DirMoveOf("orders", 0, 1)})).empty());
  ASSERT_TRUE(h.RunToEnd());
  const std::string id = MustSubmit(h.Plan({h.MoveOf("orders", 1, {4, 2})}));
  Polls(5);
  EXPECT_EQ(Moving(), 0);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("daily budget"));
  const std::string leaders = MustSubmit(h.Plan({h.MoveOf("orders", 2, {2, 1})}));
  ASSERT_TRUE(h.executor->Cancel(id, "me", "").ok());
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(leaders), OperationState::kCompleted) << "leader moves copy nothing";
  const std::string dirs = MustSubmit(h.Plan({h.DirMoveOf("orders", 1, 1)}));
  Polls(5);
  EXPECT_EQ(h.kafka.DirOf("orders", 1, 1), "/a");
  EXPECT_THAT(h.Operation(dirs).hold_reason, HasSubstr("daily budget"));
}

TEST_F(Limits, ACopyThatIsSentAgainCountsOnce) {
  h.options.max_bytes_per_day = 1'500;
  int refused = 0;
  h.kafka.fault = [&](const FakeKafka::Write& write) {
    if (write.reassignments.empty() || refused == 2) return FakeKafka::Fault::kNone;
    ++refused;
    return FakeKafka::Fault::kBusy;
  };
  h.Start();
  const std::string id = MustSubmit(Moves(1));
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_EQ(h.journal->LoadSentMoves({0})->size(), 1u);
}

TEST_F(Limits, BytesThatThePlanDidNotKnowAreLookedUp) {
  h.Start();
  Move move = h.MoveOf("orders", 0, {4, 2});
  move.bytes = kUnknownCount;
  const std::string id = MustSubmit(h.Plan({move}));
  ASSERT_TRUE(h.RunToEnd());
  const auto sent = h.journal->LoadSentMoves({0});
  ASSERT_EQ(sent->size(), 1u);
  EXPECT_EQ(sent->front().bytes, 1'000);
  EXPECT_EQ(h.Operation(id).bytes_total, 1'000);
}

TEST_F(Limits, NothingNewStartsInQuietHours) {
  // The clock begins at midnight, a Thursday.
  h.options.quiet_hours = {"Thu 00:00-00:05", "Fri 00:00-24:00"};
  h.Start();
  const std::string id = MustSubmit(Moves(1));
  Polls(20);
  EXPECT_EQ(Moving(), 0);
  EXPECT_EQ(h.State(id), OperationState::kHolding);
  EXPECT_EQ(h.Operation(id).hold_reason,
            "quiet hours (Thu 00:00-00:05) until 2026-01-01T00:05:00.000Z");
  ASSERT_TRUE(h.RunToEnd());
  EXPECT_EQ(h.State(id), OperationState::kCompleted);
  EXPECT_GE(h.Operation(id).finished_at.unix_ms, 1'767'225'600'000 + 300'000);
}

TEST_F(Limits, WhatWasBegunBeforeAQuietHourEnds) {
  h.options.quiet_hours = {"Thu 00:00-24:00 -00:01"};  // begins a minute after the clock
  h.options.max_moves_cluster = 1;
  h.bytes_per_poll = 10;
  h.Start();
  const std::string id = MustSubmit(Moves(2));
  ASSERT_TRUE(h.RunUntil([&] { return Done(id, 0); }));
  Polls(5);
  EXPECT_THAT(h.Operation(id).hold_reason, HasSubstr("quiet hours"));
  EXPECT_EQ(Moving(), 0);
  EXPECT_EQ(h.kafka.At("orders", 0).leader, 4) << "its election too";
}

}  // namespace
}  // namespace levelwind::testing
