// I1 and I2: a kill at any boundary, and the next start ends at the same place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using store::StepRecord;
using ::testing::IsEmpty;

// Two replica moves, one of them with a new leader, a reorder, a plain election, a partition that
// gets a replica more and one that gets one less; an operator's throttle on broker 1 that must come
// back, a foreign entry in a list that must stay.
class Scenario : public Harness {
 public:
  Scenario() : Harness({1, 2, 3, 4}) {
    kafka.AddTopic("orders", {{1, 2}, {1, 3}, {1, 2}, {2, 3}, {2, 1}, {3, 4, 1}});
    kafka.At("orders", 3).leader = 3;
    kafka.SetBrokerConfig(1, "leader.replication.throttled.rate", "900000000");
    kafka.SetTopicConfig("orders", "leader.replication.throttled.replicas", "7:9");
    kafka.check = [this](const FakeKafka::Write& write) { Watch(write); };
  }

  Proposal Wanted() {
    return Plan({MoveOf("orders", 0, {4, 2}), MoveOf("orders", 1, {3, 4}),
                 MoveOf("orders", 2, {2, 1}), MoveOf("orders", 3, {2, 3}),
                 MoveOf("orders", 4, {2, 1, 4}), MoveOf("orders", 5, {3, 4})});
  }

  void ExpectLevel() {
    EXPECT_EQ(kafka.At("orders", 0).replicas, (std::vector<BrokerId>{4, 2}));
    EXPECT_EQ(kafka.At("orders", 1).replicas, (std::vector<BrokerId>{3, 4}));
    EXPECT_EQ(kafka.At("orders", 2).replicas, (std::vector<BrokerId>{2, 1}));
    EXPECT_EQ(kafka.At("orders", 3).replicas, (std::vector<BrokerId>{2, 3}));
    EXPECT_EQ(kafka.At("orders", 4).replicas, (std::vector<BrokerId>{2, 1, 4}));
    EXPECT_EQ(kafka.At("orders", 5).replicas, (std::vector<BrokerId>{3, 4}));
    EXPECT_EQ(kafka.At("orders", 0).leader, 4);
    EXPECT_EQ(kafka.At("orders", 1).leader, 3);
    EXPECT_EQ(kafka.At("orders", 2).leader, 2);
    EXPECT_EQ(kafka.At("orders", 3).leader, 2);
    EXPECT_THAT(kafka.Throttles(), ::testing::UnorderedElementsAre(
                                       "broker 1 leader.replication.throttled.rate=900000000",
                                       "topic orders leader.replication.throttled.replicas=7:9"));
  }

  // What no request may do, whatever happened before it.
  void Watch(const FakeKafka::Write& write) {
    for (const auto& request : write.reassignments) {
      const auto& partition = kafka.At(request.partition.topic, request.partition.partition);
      ASSERT_TRUE(request.replicas.has_value()) << "nothing was cancelled";
      EXPECT_NE(partition.replicas, *request.replicas)
          << "a finished step is sent again: " << request.partition.ToString();
      EXPECT_FALSE(partition.moving) << "a running step is sent again";
      const bool changes = partition.replicas.size() != request.replicas->size();
      EXPECT_EQ(changes, write.allow_rf_change) << request.partition.ToString();
      EXPECT_EQ(changes, request.partition.partition >= 4) << "only these two are to change";
    }
    ExpectAnnounced(write);
  }

  // I1: what arrives is in the journal already.
  void ExpectAnnounced(const FakeKafka::Write& write) {
    const auto audit = journal->LoadAudit(1);
    ASSERT_EQ(audit->size(), 1u);
    EXPECT_EQ(audit->front().api, write.api);
    EXPECT_EQ(audit->front().outcome, "sent");
    const auto operations = journal->LoadOperations(10);
    for (const auto& request : write.reassignments) {
      bool found = false;
      for (const StepRecord& step : operations->back().steps) {
        if (step.move.partition != request.partition) continue;
        found = step.state == StepState::kSubmitted &&
                step.delivery == store::Delivery::kIntended && step.move.after == *request.replicas;
      }
      EXPECT_TRUE(found) << request.partition.ToString() << " was sent without being announced";
    }
    for (const auto& change : write.configs) {
      if (change.op != kafka::ConfigOp::kSet && change.op != kafka::ConfigOp::kAppend) continue;
      EXPECT_THAT(*journal->LoadPreimages("op1"),
                  ::testing::Contains(::testing::AllOf(
                      ::testing::Field(&store::PreimageRecord::key, change.key),
                      ::testing::Field(&store::PreimageRecord::resource, change.resource.name))));
    }
  }

  // Counts boundaries; at number `kill_at` the process dies.
  void Arm(std::int64_t kill_at) {
    count_ = 0;
    kill_at_ = kill_at;
    const auto point = [this](const char*) {
      if (++count_ == kill_at_) throw SimulatedKill{};
    };
    probe->on_commit = point;
    kafka.on_write = point;
  }
  std::int64_t count() const { return count_; }

  // True when it came to the end without a kill.
  bool RunArmed(std::int64_t kill_at) {
    Arm(kill_at);
    try {
      if (executor->View()->operations.empty()) {
        const auto id = Submit(Wanted());
        EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
      }
      EXPECT_TRUE(RunToEnd());
      return true;
    } catch (const SimulatedKill&) {
      return false;
    }
  }

 private:
  std::int64_t count_ = 0;
  std::int64_t kill_at_ = 0;
};

std::int64_t Boundaries() {
  Scenario scenario;
  scenario.Start();
  EXPECT_TRUE(scenario.RunArmed(0));
  scenario.ExpectLevel();
  EXPECT_EQ(scenario.State("op1"), OperationState::kCompleted);
  return scenario.count();
}

TEST(Resume, I1_EverythingIsJournalledBeforeItIsSent) {
  Scenario scenario;  // Watch checks each request on its arrival
  scenario.Start();
  ASSERT_TRUE(scenario.RunArmed(0));
  EXPECT_GT(scenario.kafka.writes.size(), 5u);
}

TEST(Resume, I2_AKillAtEveryBoundaryEndsAtTheSamePlace) {
  const std::int64_t boundaries = Boundaries();
  ASSERT_GT(boundaries, 40);
  RecordProperty("boundaries", static_cast<int>(boundaries));
  for (std::int64_t n = 1; n <= boundaries; ++n) {
    SCOPED_TRACE("killed at boundary " + std::to_string(n) + " of " + std::to_string(boundaries));
    Scenario scenario;
    scenario.Start();
    ASSERT_FALSE(scenario.RunArmed(n));
    scenario.Crash();
    scenario.Start();
    ASSERT_TRUE(scenario.RunArmed(0));
    scenario.ExpectLevel();
    EXPECT_EQ(scenario.State("op1"), OperationState::kCompleted)
        << scenario.Operation("op1").hold_reason;
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Resume, I2_KillsInARowEndAtTheSamePlace) {
  std::mt19937 random(20260101);  // the seed is the reproduction
  for (int round = 0; round < 25; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Scenario scenario;
    int kills = 0;
    for (;; ++kills) {
      ASSERT_LT(kills, 200);
      scenario.Start();
      const std::int64_t at = std::uniform_int_distribution<std::int64_t>(1, 25)(random);
      const int quiet = std::uniform_int_distribution<int>(0, 3)(random);
      if (scenario.RunArmed(kills < 6 ? at : 0)) break;
      scenario.Crash();
      for (int i = 0; i < quiet; ++i) scenario.kafka.Advance(400);  // Kafka goes on meanwhile
    }
    scenario.ExpectLevel();
    EXPECT_EQ(scenario.State("op1"), OperationState::kCompleted);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Resume, I2_WhatFinishedWhileWeWereDownIsNotSentAgain) {
  Scenario scenario;
  scenario.Start();
  ASSERT_TRUE(scenario.Submit(scenario.Wanted()).ok());
  ASSERT_TRUE(scenario.RunUntil([&] { return scenario.kafka.At("orders", 0).moving; }));
  scenario.Crash();
  scenario.kafka.Advance(1'000'000);
  const std::size_t writes = scenario.kafka.writes.size();
  scenario.Start();
  ASSERT_TRUE(scenario.RunToEnd());
  scenario.ExpectLevel();
  for (std::size_t i = writes; i < scenario.kafka.writes.size(); ++i) {
    EXPECT_THAT(scenario.kafka.writes[i].reassignments, IsEmpty());
  }
}

TEST(Resume, I2_AKillDuringTheCancelStillCancels) {
  for (std::int64_t n = 1; n <= 40; ++n) {
    SCOPED_TRACE("killed at boundary " + std::to_string(n) + " of the cancel");
    Scenario scenario;
    scenario.kafka.check = nullptr;  // cancels are meant here
    scenario.bytes_per_poll = 1;
    scenario.Start();
    ASSERT_TRUE(scenario.Submit(scenario.Wanted()).ok());
    ASSERT_TRUE(scenario.RunUntil([&] { return scenario.kafka.At("orders", 1).moving; }));
    scenario.Arm(n);
    bool killed = false;
    try {
      ASSERT_TRUE(scenario.executor->Cancel("op1", "test", "stop").ok());
      ASSERT_TRUE(scenario.RunToEnd());
    } catch (const SimulatedKill&) {
      killed = true;
    }
    if (killed) {
      scenario.Crash();
      scenario.Start();
      scenario.Arm(0);
      // Killed before the wish was on disk: it was never confirmed, so the person asks again.
      ASSERT_TRUE(scenario.executor->Cancel("op1", "test", "stop").ok() ||
                  scenario.State("op1") == OperationState::kFinishing ||
                  scenario.State("op1") == OperationState::kCancelled);
      ASSERT_TRUE(scenario.RunToEnd());
    }
    EXPECT_EQ(scenario.State("op1"), OperationState::kCancelled);
    EXPECT_FALSE(scenario.kafka.At("orders", 0).moving);
    EXPECT_EQ(scenario.kafka.At("orders", 0).replicas, (std::vector<BrokerId>{1, 2}));
    EXPECT_THAT(scenario.kafka.Throttles(), ::testing::SizeIs(2)) << "only what was there before";
    if (::testing::Test::HasFailure() || !killed) {
      EXPECT_GT(n, 8) << "the cancel has more boundaries than that";
      return;
    }
  }
}

}  // namespace
}  // namespace levelwind::testing
