// Throttles that are tuned while an operation runs: where they begin, when they change, and that
// what was there before comes back all the same (I7).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actions/throttle_plan.h"
#include "actions/throttle_tuner.h"
#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

const std::string kLeaderRate(actions::kLeaderRate);
const std::string kFollowerRate(actions::kFollowerRate);
constexpr std::int64_t kMiB = 1 << 20;

class ThrottleTuning : public ::testing::Test {
 protected:
  ThrottleTuning() {
    h.kafka.AddTopic("orders", {{1, 2}, {1, 3}}, 1'000'000);
    h.options.tune.on = true;
    h.options.throttle_bytes_per_s = 40 * kMiB;
    h.options.guard.catch_up_patience = {};
    h.bytes_per_poll = 1;  // copies last as long as a test wants
  }
  std::string Begin(double bytes_in_per_s = kUnknown) {
    if (!h.executor) Start();
    Move move = h.MoveOf("orders", 0, {4, 2});
    move.bytes_in_per_s = bytes_in_per_s;
    const auto id = h.Submit(h.Plan({move}));
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().ToString());
    EXPECT_TRUE(h.RunUntil([&] { return h.kafka.At("orders", 0).moving; }));
    return *id;
  }
  void Start() {
    h.Start();
    h.executor->ReadSnapshots([this] { return snapshot; });
  }
  void Restart() {
    h.Crash();
    Start();
  }
  void Polls(int count) {
    for (int i = 0; i < count; ++i) h.Poll();
  }
  std::optional<std::int64_t> Rate(BrokerId broker, const std::string& key = kLeaderRate) {
    const auto text = h.kafka.BrokerConfig(broker, key);
    return text ? std::optional<std::int64_t>(std::stoll(*text)) : std::nullopt;
  }
  void Finish(const std::string& id) {
    h.bytes_per_poll = 1'000'000;
    ASSERT_TRUE(h.RunToEnd());
    EXPECT_EQ(h.State(id), OperationState::kCompleted) << h.Operation(id).hold_reason;
  }

  Harness h{{1, 2, 3, 4}};
  SnapshotPtr snapshot;
};

TEST_F(ThrottleTuning, RisesByStepsWhileAllIsCalmUpToItsBound) {
  h.options.tune.max_bytes_per_s = 55 * kMiB;
  const std::string id = Begin();
  EXPECT_EQ(Rate(1), 40 * kMiB);
  Polls(45);
  EXPECT_EQ(Rate(1), 40 * kMiB) << "not before two calm intervals";
  Polls(25);
  EXPECT_EQ(Rate(1), 50 * kMiB);
  EXPECT_EQ(Rate(4, kFollowerRate), 50 * kMiB);
  EXPECT_EQ(h.Operation(id).throttle_bytes_per_s, 50 * kMiB);
  EXPECT_EQ(h.Operation(id).throttle_changes, 1);
  Polls(200);
  EXPECT_EQ(Rate(1), 55 * kMiB);
  EXPECT_EQ(h.Operation(id).throttle_changes, 2) << "at its bound it stays";
  Finish(id);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(ThrottleTuning, FallsWhenReplicasFallBehindAndNotMoreOftenThanItsInterval) {
  h.kafka.AddTopic("other", {{2, 3}});
  const std::string id = Begin();
  h.kafka.At("other", 0).isr = {2};
  Polls(35);
  EXPECT_EQ(Rate(1), 20 * kMiB);
  Polls(20);
  EXPECT_EQ(Rate(1), 20 * kMiB);
  Polls(200);
  EXPECT_EQ(Rate(1), 5 * kMiB) << "its bound";
  h.kafka.At("other", 0).isr = {2, 3};
  Polls(30);
  EXPECT_EQ(Rate(1), 5 * kMiB) << "not at the first good sight";
  Polls(60);
  EXPECT_EQ(Rate(1), 15 * kMiB);
  Finish(id);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(ThrottleTuning, FallsWhenACopyLosesAnInSyncReplica) {
  const std::string id = Begin();
  h.kafka.At("orders", 0).isr = {1};
  Polls(35);
  EXPECT_EQ(Rate(1), 20 * kMiB);
  h.kafka.At("orders", 0).isr = {1, 2};
  Finish(id);
}

TEST_F(ThrottleTuning, FallsWhenABrokerAnswersSlowly) {
  std::chrono::milliseconds took{30};
  h.kafka.on_config_read = [&](BrokerId broker) {
    if (broker == 2) h.clock.Advance(took);
  };
  const std::string id = Begin();
  took = std::chrono::milliseconds(250);  // 8 times: no reason to hold yet
  Polls(45);
  EXPECT_EQ(h.State(id), OperationState::kRunning);
  EXPECT_EQ(Rate(1), 20 * kMiB);
  took = {};
  Finish(id);
}

TEST_F(ThrottleTuning, NeverBelowWhatTheCopiesNeed) {
  h.kafka.AddTopic("other", {{2, 3}});
  const std::string id = Begin(20.0 * kMiB);
  h.kafka.At("other", 0).isr = {2};
  Polls(200);
  EXPECT_EQ(h.Operation(id).throttle_bytes_per_s, 5 * kMiB);
  EXPECT_EQ(Rate(1), 30 * kMiB) << "1.5 x 20";
  h.kafka.At("other", 0).isr = {2, 3};
  Finish(id);
}

TEST_F(ThrottleTuning, NeverAboveTheOperatorsRateOwnOrInherited) {
  h.kafka.SetBrokerConfig(1, kLeaderRate, std::to_string(45 * kMiB));
  h.kafka.default_broker_configs[kFollowerRate] = std::to_string(42 * kMiB);
  const std::string id = Begin();
  EXPECT_EQ(Rate(1), 40 * kMiB);
  Polls(150);
  EXPECT_EQ(h.Operation(id).throttle_bytes_per_s, 60 * kMiB);
  EXPECT_EQ(Rate(1), 45 * kMiB);
  EXPECT_EQ(Rate(2), 60 * kMiB);
  EXPECT_EQ(Rate(4, kFollowerRate), 42 * kMiB);
  Finish(id);
  EXPECT_THAT(h.kafka.Throttles(),
              ElementsAre("broker 1 " + kLeaderRate + "=" + std::to_string(45 * kMiB)));
}

TEST_F(ThrottleTuning, AStricterRateOfTheOperatorIsPassedBelowAndComesBack) {
  h.kafka.SetBrokerConfig(1, kLeaderRate, std::to_string(30 * kMiB));
  h.kafka.AddTopic("other", {{2, 3}});
  const std::string id = Begin();
  EXPECT_EQ(Rate(1), 30 * kMiB) << "strict enough";
  h.kafka.At("other", 0).isr = {2};
  Polls(40);
  EXPECT_EQ(Rate(1), 20 * kMiB);
  h.kafka.At("other", 0).isr = {2, 3};
  Polls(250);
  EXPECT_EQ(Rate(1), 30 * kMiB) << "and no higher";
  EXPECT_GT(*Rate(2), 30 * kMiB);
  Finish(id);
  EXPECT_THAT(h.kafka.Throttles(),
              ElementsAre("broker 1 " + kLeaderRate + "=" + std::to_string(30 * kMiB)));
}

TEST_F(ThrottleTuning, A7_WhatTheOperatorChangesMeanwhileIsTheirs) {
  const std::string id = Begin();
  h.kafka.SetBrokerConfig(1, kLeaderRate, "123456");
  Polls(80);
  EXPECT_EQ(Rate(1), 123456);
  EXPECT_EQ(Rate(2), 50 * kMiB) << "the others go on";
  Finish(id);
  EXPECT_THAT(h.kafka.Throttles(), ElementsAre("broker 1 " + kLeaderRate + "=123456"));
}

TEST_F(ThrottleTuning, I1_EachChangeIsJournalledWithTheValueBeforeItAndAudited) {
  const std::string id = Begin();
  int changes = 0;
  h.kafka.check = [&](const FakeKafka::Write& write) {
    for (const kafka::ConfigChange& change : write.configs) {
      if (change.key != kLeaderRate || change.value != std::to_string(50 * kMiB)) continue;
      ++changes;
      const auto rows = h.journal->LoadPreimages(id);
      for (const store::PreimageRecord& row : *rows) {
        if (row.key != kLeaderRate || row.resource != change.resource.name) continue;
        EXPECT_EQ(row.ours, change.value);
        EXPECT_EQ(row.previous, std::to_string(40 * kMiB));
        EXPECT_EQ(row.before, std::nullopt) << "still the value of before the operation";
      }
      EXPECT_EQ(h.journal->LoadOperation(id)->header.throttle_bytes_per_s, 50 * kMiB);
      EXPECT_THAT(h.journal->LoadAudit(1)->front().target, HasSubstr(change.value));
    }
  };
  Polls(70);
  EXPECT_EQ(changes, 2) << "brokers 1 and 2";
  Finish(id);
}

// Killed at each boundary of a change: the next start either makes it or takes back what is there.
TEST_F(ThrottleTuning, I7_AKillInTheMiddleOfAChangeLeavesNothing) {
  for (int kill_at = 1; kill_at <= 12; ++kill_at) {
    Harness fresh{{1, 2, 3, 4}};
    fresh.options = h.options;
    fresh.options.tune.interval = std::chrono::seconds(5);
    fresh.kafka.AddTopic("orders", {{1, 2}, {1, 3}}, 1'000'000);
    fresh.bytes_per_poll = 1;
    fresh.kafka.SetBrokerConfig(2, kLeaderRate, "900000000");
    fresh.Start();
    const auto id = fresh.Submit(fresh.Plan({fresh.MoveOf("orders", 0, {4, 2})}));
    ASSERT_TRUE(fresh.RunUntil([&] { return fresh.kafka.At("orders", 0).moving; }));
    int passed = 0;
    const auto point = [&](const char*) {
      const bool changing = fresh.executor->View()->operations.front().throttle_changes > 0;
      const auto stored = fresh.journal->LoadOperation(*id);
      const bool announced = stored.ok() && stored->header.throttle_changes > 0;
      if ((changing || announced) && ++passed == kill_at) throw SimulatedKill{};
    };
    fresh.probe->on_commit = point;
    fresh.kafka.on_write = point;
    bool killed = false;
    for (int i = 0; i < 60 && !killed; ++i) {
      try {
        fresh.Poll();
      } catch (const SimulatedKill&) {
        killed = true;
      }
    }
    ASSERT_TRUE(killed) << kill_at;
    fresh.kafka.on_write = nullptr;
    fresh.Crash();
    fresh.Start();
    fresh.bytes_per_poll = 1'000'000;
    ASSERT_TRUE(fresh.RunToEnd()) << kill_at;
    EXPECT_EQ(fresh.State(*id), OperationState::kCompleted);
    EXPECT_THAT(fresh.kafka.Throttles(), ElementsAre("broker 2 " + kLeaderRate + "=900000000"))
        << kill_at;
  }
}

TEST_F(ThrottleTuning, TheRateOutlivesARestart) {
  const std::string id = Begin();
  Polls(70);
  ASSERT_EQ(Rate(1), 50 * kMiB);
  Restart();
  Polls(5);
  EXPECT_EQ(Rate(1), 50 * kMiB);
  EXPECT_EQ(h.Operation(id).throttle_bytes_per_s, 50 * kMiB);
  Polls(70);
  EXPECT_EQ(Rate(1), 60 * kMiB) << "and it goes on from there";
  Finish(id);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(ThrottleTuning, ABrokerThatDiesBeforeItsChangeHoldsNothingUp) {
  h.options.dead_target_patience = std::chrono::hours(1);
  const std::string id = Begin();
  h.kafka.fault = [&](const FakeKafka::Write& write) {
    if (write.configs.empty()) return FakeKafka::Fault::kNone;
    h.kafka.Kill(2);
    return FakeKafka::Fault::kLost;
  };
  Polls(65);
  h.kafka.fault = nullptr;
  ASSERT_EQ(h.Operation(id).throttle_changes, 1);
  Polls(5);
  EXPECT_EQ(Rate(1), 50 * kMiB);
  h.kafka.Start(2);
  Polls(5);
  EXPECT_EQ(Rate(2), 50 * kMiB);
  Finish(id);
  EXPECT_THAT(h.kafka.Throttles(), IsEmpty());
}

TEST_F(ThrottleTuning, OffItStaysWhatItIs) {
  h.options.tune.on = false;
  const std::string id = Begin();
  Polls(200);
  EXPECT_EQ(Rate(1), 40 * kMiB);
  EXPECT_FALSE(h.Operation(id).throttle_tuned);
  Finish(id);
}

// ---- where it begins
// ------------------------------------------------------------------------------

// Brokers 1 to 4; one topic of one partition on 1 and 2, which takes in `in` and gives out `out`.
SnapshotPtr SnapshotWith(double in, double out, double capacity) {
  auto made = std::make_shared<ClusterSnapshot>();
  for (BrokerId id : {1, 2, 3, 4}) {
    Broker broker;
    broker.id = id;
    broker.capacity.network_in_bytes_per_s = capacity;
    broker.capacity.network_out_bytes_per_s = capacity;
    made->brokers.push_back(std::move(broker));
  }
  Partition partition;
  partition.leader = 1;
  partition.replica_count = 2;
  partition.load.bytes_in_per_s = in;
  partition.load.bytes_out_per_s = out;
  made->partitions.push_back(partition);
  for (BrokerId id : {1, 2}) {
    Replica replica;
    replica.broker = id;
    replica.offset_lag = 0;
    made->replicas.push_back(replica);
  }
  return made;
}

TEST_F(ThrottleTuning, BeginsAtHalfOfWhatTheBrokersHaveLeft) {
  snapshot = SnapshotWith(20.0 * kMiB, 60.0 * kMiB, 100.0 * kMiB);
  const std::string id = Begin();
  EXPECT_EQ(h.Operation(id).throttle_bytes_per_s, 20 * kMiB)
      << "broker 1 has 40 MiB/s left to give";
  EXPECT_EQ(Rate(1), 20 * kMiB);
  Finish(id);
}

TEST_F(ThrottleTuning, WithoutCapacitiesItBeginsAtTheConfiguredRate) {
  snapshot = SnapshotWith(20.0 * kMiB, 60.0 * kMiB, kUnknown);
  const std::string id = Begin();
  EXPECT_EQ(Rate(1), 40 * kMiB);
  Finish(id);
}

TEST(ThrottleTuner, RoomIsUnknownWhereALoadOrACapacityIs) {
  const auto room = actions::MeasureRoom(*SnapshotWith(10, kUnknown, 100));
  EXPECT_EQ(room.at(1).in, 90);
  EXPECT_EQ(room.at(2).in, 90) << "followers take in as much";
  EXPECT_FALSE(IsKnown(room.at(1).out));
  EXPECT_EQ(room.at(3).out, 100);
  EXPECT_EQ(actions::MeasureRoom(*SnapshotWith(200, 1, 100)).at(1).in, 0) << "never below zero";
}

TEST(ThrottleTuner, LagOfFollowersIsComparedWithWhatItWas) {
  actions::TuneOptions options;
  actions::ThrottleTuner tuner(options);
  EXPECT_FALSE(tuner.LagGrows(kUnknownCount));
  EXPECT_FALSE(tuner.LagGrows(1'000));
  EXPECT_FALSE(tuner.LagGrows(12'000));
  EXPECT_TRUE(tuner.LagGrows(12'001));
}

}  // namespace
}  // namespace levelwind::testing
