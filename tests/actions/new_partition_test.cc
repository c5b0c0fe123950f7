// Partitions more for topics that exist: made once, in order, whatever is lost on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;
using Fault = FakeKafka::Fault;

struct World {
  World() {
    h_.kafka.AddTopic("orders", {{1, 2}, {2, 3}});
    h_.kafka.AddTopic("users", {{1, 3}});
  }
  Move Made(const std::string& topic, std::int32_t number, Brokers replicas) {
    Move move = h_.MoveOf(topic, 0, {});
    move.kind = MoveKind::kNewPartition;
    move.partition.partition = number;
    move.before.clear();
    move.after = std::move(replicas);
    move.leader_before = kNoBroker;
    move.bytes = 0;
    return move;
  }
  Proposal ThreeMore() {
    return h_.Plan(
        {Made("orders", 2, {3, 4}), Made("users", 1, {4, 1}), Made("orders", 3, {4, 1})});
  }
  void ExpectMade() {
    EXPECT_EQ(h_.kafka.At("orders", 2).replicas, (Brokers{3, 4}));
    EXPECT_EQ(h_.kafka.At("orders", 3).replicas, (Brokers{4, 1}));
    EXPECT_EQ(h_.kafka.At("users", 1).replicas, (Brokers{4, 1}));
    EXPECT_EQ(h_.kafka.At("users", 1).leader, 4);
  }
  Harness h_{{1, 2, 3, 4}};
};

class NewPartitions : public ::testing::Test, protected World {};

TEST_F(NewPartitions, OneRequestMakesThemAndNothingIsThrottled) {
  h_.Start();
  const auto id = h_.Submit(ThreeMore());
  ASSERT_TRUE(id.ok()) << id.error();
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*id), OperationState::kCompleted) << h_.Operation(*id).hold_reason;
  ExpectMade();
  ASSERT_EQ(h_.kafka.writes.size(), 1U) << "no throttle, no reassignment";
  ASSERT_EQ(h_.kafka.writes[0].more.size(), 2U);
  EXPECT_EQ(h_.kafka.writes[0].more[0].total, 4);
  EXPECT_EQ(h_.Operation(*id).bytes_total, 0);
}

TEST_F(NewPartitions, I2_KillsAndLostAnswersEndAtTheSamePlace) {
  for (const Fault fault : {Fault::kLost, Fault::kApplied, Fault::kBusy}) {
    for (int nth = 0; nth < 2; ++nth) {
      SCOPED_TRACE(::testing::Message() << static_cast<int>(fault) << " " << nth);
      World fresh;
      Harness& h = fresh.h_;
      int seen = 0;
      h.kafka.fault = [&](const FakeKafka::Write&) { return seen++ == 0 ? fault : Fault::kNone; };
      h.Start();
      const auto id = h.Submit(fresh.ThreeMore());
      ASSERT_TRUE(id.ok()) << id.error();
      for (int polls = 0; polls < nth; ++polls) h.Poll();
      h.Crash();
      h.Start();
      ASSERT_TRUE(h.RunToEnd());
      EXPECT_EQ(h.State(*id), OperationState::kCompleted) << h.Operation(*id).hold_reason;
      fresh.ExpectMade();
    }
  }
}

TEST_F(NewPartitions, AKillAtTheSendIsResumed) {
  for (const std::string when : {"before", "after"}) {
    World world;
    Harness& h = world.h_;
    bool killed = false;
    h.kafka.on_write = [&](const char* now) {
      if (killed || now != when) return;
      killed = true;
      throw SimulatedKill();
    };
    h.Start();
    const auto id = h.Submit(world.ThreeMore());
    ASSERT_TRUE(id.ok());
    EXPECT_THROW(h.RunToEnd(), SimulatedKill);
    h.Crash();
    h.Start();
    ASSERT_TRUE(h.RunToEnd());
    EXPECT_EQ(h.State(*id), OperationState::kCompleted) << when;
    world.ExpectMade();
  }
}

TEST_F(NewPartitions, I12_SomebodyElsesPartitionIsLeftAsItIs) {
  h_.Start();
  h_.options.max_moves_cluster = 1;
  const auto id = h_.Submit(ThreeMore());
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(h_.kafka.CreatePartitions({{"orders", 3, {{1, 2}}}}, false, {}).ok());
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*id), OperationState::kPartial);
  EXPECT_EQ(h_.Step(*id, 0).state, StepState::kYielded);
  EXPECT_THAT(h_.Step(*id, 0).note, HasSubstr("there already"));
  EXPECT_EQ(h_.kafka.At("orders", 2).replicas, (Brokers{1, 2}));
  EXPECT_EQ(h_.kafka.At("orders", 3).replicas, (Brokers{4, 1})) << "still wanted, and still next";
}

TEST_F(NewPartitions, I10_WaitsForADeadBrokerAndGivesUpWhatComesBehind) {
  h_.options.dead_target_patience = std::chrono::seconds(20);
  h_.Start();
  const auto id = h_.Submit(h_.Plan({Made("orders", 2, {3, 4}), Made("orders", 3, {1, 2})}));
  ASSERT_TRUE(id.ok());
  h_.kafka.Kill(4);
  h_.Poll();
  h_.Poll();
  EXPECT_THAT(h_.Step(*id, 0).note, HasSubstr("broker 4"));
  EXPECT_THAT(h_.kafka.writes, IsEmpty());
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*id), OperationState::kFailed);
  EXPECT_THAT(h_.Step(*id, 1).note, HasSubstr("orders-2 comes before it"));
  EXPECT_THAT(h_.kafka.writes, IsEmpty());
}

TEST_F(NewPartitions, I13_ATopicMadeAnewGetsNone) {
  h_.Start();
  const auto id = h_.Submit(h_.Plan({Made("users", 1, {4, 1})}));
  ASSERT_TRUE(id.ok());
  h_.kafka.DeleteTopic("users");
  h_.kafka.AddTopic("users", {{1, 3}});
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.Step(*id, 0).state, StepState::kVoided);
  EXPECT_THAT(h_.kafka.writes, IsEmpty());
}

TEST_F(NewPartitions, WhatCannotFollowIsRefused) {
  h_.Start();
  const auto gap = h_.Submit(h_.Plan({Made("orders", 3, {3, 4})}));
  ASSERT_FALSE(gap.ok());
  EXPECT_THAT(gap.error().message(), HasSubstr("topic orders has 2 partitions"));
  const auto there = h_.Submit(h_.Plan({Made("orders", 1, {3, 4})}));
  ASSERT_FALSE(there.ok());
  EXPECT_THAT(there.error().message(), HasSubstr("orders-1 exists already"));
  h_.kafka.Kill(4);
  const auto dead = h_.Submit(h_.Plan({Made("orders", 2, {3, 4})}));
  ASSERT_FALSE(dead.ok());
  EXPECT_THAT(dead.error().message(), HasSubstr("broker 4"));
}

TEST_F(NewPartitions, ThereIsNoWayBack) {
  h_.Start();
  const auto id = h_.Submit(ThreeMore());
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(h_.RunToEnd());
  const auto undo = h_.executor->Rollback(*id, "cli:ada", "");
  ASSERT_FALSE(undo.ok());
  EXPECT_THAT(undo.error().message(), HasSubstr("cannot take a partition away"));
  ExpectMade();
}

TEST_F(NewPartitions, ACancelBeforeTheSendMakesNone) {
  h_.Start();
  const auto id = h_.Submit(ThreeMore());
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(h_.executor->Cancel(*id, "cli:ada", "").ok());
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*id), OperationState::kCancelled);
  EXPECT_THAT(h_.kafka.writes, IsEmpty());
}

}  // namespace
}  // namespace levelwind::testing
