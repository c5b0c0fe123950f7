// One replica of a partition after the other.
#include "actions/step_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using actions::OneReplicaAtATime;
using actions::Racks;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

Move MoveFrom(Brokers before, Brokers after) {
  Move move;
  move.kind = MoveKind::kReplica;
  move.partition = {"orders", 0};
  move.before = std::move(before);
  move.after = std::move(after);
  move.bytes = 300 * static_cast<std::int64_t>(move.Added().size());
  return move;
}

std::size_t RacksOf(const Brokers& replicas, const Racks& racks) {
  std::set<std::string> used;
  for (const BrokerId id : replicas) used.insert(racks.at(id));
  return used.size();
}

TEST(StepChain, ASingleCopyStaysAsItIs) {
  EXPECT_EQ(OneReplicaAtATime(MoveFrom({1, 2, 3}, {1, 2, 4}), {}).size(), 1U);
  EXPECT_EQ(OneReplicaAtATime(MoveFrom({1, 2, 3}, {2, 1, 3}), {}).size(), 1U);
}

TEST(StepChain, TheLeaderStaysUntilTheLast) {
  const auto chain = OneReplicaAtATime(MoveFrom({1, 2, 3}, {4, 5, 6}), {});
  ASSERT_EQ(chain.size(), 3U);
  EXPECT_EQ(chain[0].after.front(), 1);
  EXPECT_EQ(chain[1].after.front(), 1);
  EXPECT_EQ(chain[2].after, (Brokers{4, 5, 6}));
  EXPECT_EQ(chain[0].bytes + chain[1].bytes + chain[2].bytes, 900);
}

TEST(StepChain, HoldsForAnyMove) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    Brokers all = {1, 2, 3, 4, 5, 6, 7, 8};
    Racks racks;
    for (const BrokerId id : all) racks[id] = std::string(1, static_cast<char>('a' + random() % 4));
    std::ranges::shuffle(all, random);
    Brokers before(all.begin(), all.begin() + 1 + static_cast<std::ptrdiff_t>(random() % 4));
    std::ranges::shuffle(all, random);
    Brokers after(all.begin(), all.begin() + 1 + static_cast<std::ptrdiff_t>(random() % 4));
    const Move whole = MoveFrom(before, after);
    if (whole.Added().empty()) continue;
    const auto chain = OneReplicaAtATime(whole, racks);
    EXPECT_EQ(chain.front().before, before);
    EXPECT_EQ(chain.back().after, after);
    EXPECT_EQ(chain.size(), whole.Added().size());
    const std::size_t least = std::min(RacksOf(before, racks), RacksOf(after, racks));
    for (std::size_t i = 0; i < chain.size(); ++i) {
      EXPECT_EQ(chain[i].Added().size(), 1U);
      if (i > 0) {
        EXPECT_TRUE(actions::Follows(chain[i], chain[i - 1]));
      }
      EXPECT_EQ(std::set<BrokerId>(chain[i].after.begin(), chain[i].after.end()).size(),
                chain[i].after.size());
      if (i + 1 == chain.size()) continue;
      EXPECT_GE(chain[i].after.size(), before.size());
      EXPECT_GE(RacksOf(chain[i].after, racks) + 1, least);
    }
  }
}

class OneAtATime : public ::testing::Test {
 protected:
  OneAtATime() {
    h_.options.one_replica_at_a_time = true;
    h_.kafka.AddTopic("orders", {{1, 2, 3}, {2, 3, 1}});
    h_.kafka.check = [this](const FakeKafka::Write& write) {
      for (const auto& request : write.reassignments) {
        if (!request.replicas) continue;
        std::size_t added = 0;
        const auto& now = h_.kafka.At(request.partition.topic, request.partition.partition);
        for (const BrokerId id : *request.replicas) added += !std::ranges::count(now.replicas, id);
        most_ = std::max(most_, added);
      }
    };
  }
  Harness h_{{1, 2, 3, 4, 5, 6}};
  std::size_t most_ = 0;
};

TEST_F(OneAtATime, NeverMoreThanOneReplicaTooMany) {
  h_.Start();
  const auto id =
      h_.Submit(h_.Plan({h_.MoveOf("orders", 0, {4, 5, 6}), h_.MoveOf("orders", 1, {2, 4, 5})}));
  ASSERT_TRUE(id.ok()) << id.error();
  EXPECT_EQ(h_.Operation(*id).steps.size(), 5U);
  ASSERT_TRUE(h_.RunUntil([&] { return h_.Step(*id, 0).state == StepState::kInProgress; }));
  EXPECT_THAT(h_.Step(*id, 1).note, HasSubstr("waiting for step 1"));
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*id), OperationState::kCompleted) << h_.Operation(*id).hold_reason;
  EXPECT_EQ(h_.kafka.At("orders", 0).replicas, (Brokers{4, 5, 6}));
  EXPECT_EQ(h_.kafka.At("orders", 0).leader, 4);
  EXPECT_EQ(h_.kafka.At("orders", 1).replicas, (Brokers{2, 4, 5}));
  EXPECT_EQ(most_, 1U);
  EXPECT_THAT(h_.kafka.Throttles(), IsEmpty());
}

TEST_F(OneAtATime, I2_AKillBetweenTheStepsIsResumed) {
  h_.Start();
  const auto id = h_.Submit(h_.Plan({h_.MoveOf("orders", 0, {4, 5, 6})}));
  ASSERT_TRUE(id.ok());
  for (int life = 0; life < 60 && h_.State(*id) != OperationState::kCompleted; ++life) {
    h_.Poll();
    h_.Crash();
    h_.Start();
  }
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*id), OperationState::kCompleted);
  EXPECT_EQ(h_.kafka.At("orders", 0).replicas, (Brokers{4, 5, 6}));
  EXPECT_EQ(most_, 1U);
}

TEST_F(OneAtATime, WhatFollowsOnAFailedStepIsOver) {
  h_.options.dead_target_patience = std::chrono::seconds(10);
  h_.Start();
  const auto id = h_.Submit(h_.Plan({h_.MoveOf("orders", 0, {4, 5, 6})}));
  ASSERT_TRUE(id.ok());
  for (const BrokerId target : h_.Step(*id, 0).after) {
    if (target > 3) h_.kafka.Kill(target);
  }
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*id), OperationState::kFailed);
  for (const std::size_t later : {1U, 2U}) {
    EXPECT_EQ(h_.Step(*id, later).state, StepState::kVoided);
    EXPECT_THAT(h_.Step(*id, later).note, HasSubstr("follows on"));
  }
}

TEST_F(OneAtATime, ARollbackGoesTheWayBack) {
  h_.Start();
  const auto id = h_.Submit(h_.Plan({h_.MoveOf("orders", 0, {4, 5, 6})}));
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(h_.RunToEnd());
  const auto undo = h_.executor->Rollback(*id, "cli:ada", "");
  ASSERT_TRUE(undo.ok()) << undo.error();
  ASSERT_TRUE(h_.RunToEnd());
  EXPECT_EQ(h_.State(*undo), OperationState::kCompleted) << h_.Operation(*undo).hold_reason;
  EXPECT_EQ(h_.kafka.At("orders", 0).replicas, (Brokers{1, 2, 3}));
  EXPECT_EQ(h_.kafka.At("orders", 0).leader, 1);
  EXPECT_EQ(most_, 1U);
}

}  // namespace
}  // namespace levelwind::testing
