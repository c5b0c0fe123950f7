// The state machine alone: Kafka's rules for moves, leaders and throttles.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim_cluster/sim_state.h"

namespace levelwind::testing {
namespace {

using kafka::ConfigOp;
using kafka::ConfigResourceType;
using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr double kMb = 1e6;

class SimStateTest : public ::testing::Test {
 protected:
  SimStateTest() { Make({}); }

  void Make(SimOptions options) {
    options.brokers = 5;
    options.replication_bytes_per_s = 10 * kMb;
    options.min_move_time = milliseconds(50);
    state_ = std::make_unique<SimState>(options, SteadyTime{});
    SimTopic topic;
    topic.name = "t";
    topic.assignments = {{1, 2}, {2, 3}, {1, 2}};
    topic.partition_bytes = 100 * kMb;
    EXPECT_EQ(state_->CreateTopic(topic).error, 0);
  }
  void Pass(Duration time) {
    state_->Advance(state_->now() + std::chrono::duration_cast<SteadyTime::duration>(time));
  }
  const SimState::Partition& P(std::int32_t index) { return *state_->Find({"t", index}); }
  std::int16_t Move(std::int32_t index, std::vector<BrokerId> target, bool allow = false) {
    return state_->Reassign({"t", index}, target, allow).error;
  }
  std::int16_t Cancel(std::int32_t index) {
    return state_->Reassign({"t", index}, std::nullopt, false).error;
  }
  void Set(ConfigResourceType type, const std::string& name, const std::string& key,
           const std::string& value) {
    ASSERT_EQ(state_->configs().Apply({type, name}, key, ConfigOp::kSet, value).error, 0);
    state_->ConfigsChanged({type, name});
  }

  std::unique_ptr<SimState> state_;
};

TEST_F(SimStateTest, AMoveShowsTheUnionTakesItsTimeAndMovesTheLeader) {
  ASSERT_EQ(Move(0, {3, 4}), 0);
  EXPECT_THAT(P(0).replicas, ElementsAre(3, 4, 1, 2));
  EXPECT_THAT(P(0).adding, ElementsAre(3, 4));
  EXPECT_THAT(P(0).removing, ElementsAre(1, 2));
  EXPECT_EQ(P(0).leader, 1);
  // Two copies leave broker 1 at 10 MB/s together: 200 MB take 20 s.
  Pass(seconds(10));
  EXPECT_NEAR(state_->CopySize(P(0), P(0).copies.at(2)), 50 * kMb, 0.1 * kMb);
  Pass(milliseconds(9'900));
  EXPECT_TRUE(P(0).moving());
  Pass(milliseconds(200));
  EXPECT_FALSE(P(0).moving());
  EXPECT_THAT(P(0).replicas, ElementsAre(3, 4));
  EXPECT_THAT(P(0).isr, UnorderedElementsAre(3, 4));
  EXPECT_EQ(P(0).leader, 3);
  EXPECT_EQ(P(0).copies.size(), 2u);
  EXPECT_NEAR(state_->counters().replicated_bytes, 200 * kMb, kMb);
}

TEST_F(SimStateTest, RefusesWhatKafkaRefuses) {
  EXPECT_EQ(Move(0, {1, 9}), 39);
  EXPECT_EQ(Move(0, {1, 1}), 39);
  EXPECT_EQ(Move(0, {}), 39);
  EXPECT_EQ(Move(0, {1}), 38);
  EXPECT_EQ(Move(0, {1, 2, 3}), 38);
  EXPECT_EQ(Move(7, {1, 2}), 3);
  EXPECT_EQ(Cancel(0), 85);
  EXPECT_FALSE(P(0).moving());
  EXPECT_EQ(Move(0, {1}, true), 0);
  EXPECT_THAT(P(0).replicas, ElementsAre(1)) << "a pure removal is done at once";
}

TEST_F(SimStateTest, AReorderIsDoneAtOnceAndKeepsTheLeader) {
  ASSERT_EQ(Move(0, {2, 1}), 0);
  EXPECT_THAT(P(0).replicas, ElementsAre(2, 1));
  EXPECT_FALSE(P(0).moving());
  EXPECT_EQ(P(0).leader, 1);
  EXPECT_EQ(state_->Elect({"t", 0}, true).error, 0);
  EXPECT_EQ(P(0).leader, 2);
  EXPECT_EQ(state_->Elect({"t", 0}, true).error, 84);
}

TEST_F(SimStateTest, AcceptsADeadTargetAndWaitsForIt) {
  state_->SetAlive(4, false);
  ASSERT_EQ(Move(0, {1, 4}), 0);
  Pass(seconds(1000));
  EXPECT_TRUE(P(0).moving());
  state_->SetAlive(4, true);
  Pass(seconds(11));
  EXPECT_FALSE(P(0).moving());
  EXPECT_THAT(P(0).replicas, ElementsAre(1, 4));
}

TEST_F(SimStateTest, ANewTargetReplacesTheRunningOne) {
  ASSERT_EQ(Move(0, {1, 3}), 0);
  Pass(seconds(5));
  ASSERT_EQ(Move(0, {1, 4}), 0);
  EXPECT_THAT(P(0).replicas, ElementsAre(1, 4, 2, 3));
  EXPECT_THAT(P(0).adding, ElementsAre(4));
  EXPECT_THAT(P(0).removing, ElementsAre(2, 3));
  Pass(seconds(30));
  EXPECT_THAT(P(0).replicas, ElementsAre(1, 4));
  EXPECT_EQ(state_->events().back().kind, SimEventKind::kMoveCompleted);
}

TEST_F(SimStateTest, CancelGivesTheOldReplicasBack) {
  ASSERT_EQ(Move(0, {3, 4}), 0);
  Pass(seconds(1));
  ASSERT_EQ(Cancel(0), 0);
  EXPECT_THAT(P(0).replicas, ElementsAre(1, 2));
  EXPECT_EQ(P(0).leader, 1);
  EXPECT_EQ(P(0).copies.size(), 2u);
  const double before = state_->counters().replicated_bytes;
  Pass(seconds(10));
  EXPECT_EQ(state_->counters().replicated_bytes, before) << "nothing copies any more";
}

TEST_F(SimStateTest, CancelIsRefusedWhenOnlyAddedReplicasAreInSync) {
  ASSERT_EQ(Move(0, {3, 4}), 0);
  // 3 catches up, 4 is dead: the move hangs with 1, 2 and 3 in sync. Then the old ones die.
  state_->SetAlive(4, false);
  Pass(seconds(30));
  EXPECT_THAT(P(0).isr, UnorderedElementsAre(1, 2, 3));
  state_->SetAlive(1, false);
  state_->SetAlive(2, false);
  EXPECT_EQ(P(0).leader, 3);
  EXPECT_EQ(Cancel(0), 39);
  EXPECT_TRUE(P(0).moving());
  Set(ConfigResourceType::kTopic, "t", "unclean.leader.election.enable", "true");
  EXPECT_EQ(Cancel(0), 0);
  EXPECT_THAT(P(0).replicas, ElementsAre(1, 2));
}

TEST_F(SimStateTest, BrokersThatDieLeaveTheIsrButNeverEmptyIt) {
  state_->SetAlive(1, false);
  EXPECT_THAT(P(0).isr, ElementsAre(2));
  EXPECT_EQ(P(0).leader, 2);
  state_->SetAlive(2, false);
  EXPECT_THAT(P(0).isr, ElementsAre(2));
  EXPECT_EQ(P(0).leader, kNoBroker);
  state_->SetAlive(1, true);
  EXPECT_EQ(P(0).leader, kNoBroker) << "broker 1 is alive, but was not in sync";
  EXPECT_EQ(state_->Elect({"t", 0}, true).error, 80);
  state_->SetAlive(2, true);
  EXPECT_EQ(P(0).leader, 2);
  Pass(seconds(1));
  EXPECT_THAT(P(0).isr, UnorderedElementsAre(1, 2));
}

TEST_F(SimStateTest, AFailedLogDirIsLikeADeadReplica) {
  const int dir = P(0).copies.at(0).dir;
  state_->SetLogDirFailed(1, dir, true);
  EXPECT_EQ(P(0).leader, 2);
  EXPECT_FALSE(state_->Usable(P(0), 1));
  EXPECT_TRUE(state_->Alive(1));
}

TEST_F(SimStateTest, ThrottlesSlowOnlyTheReplicasTheyName) {
  Set(ConfigResourceType::kBroker, "4", "follower.replication.throttled.rate", "1000000");
  Set(ConfigResourceType::kTopic, "t", "follower.replication.throttled.replicas", "0:4");
  ASSERT_EQ(Move(0, {1, 4}), 0);
  ASSERT_EQ(Move(2, {1, 3}), 0);
  Pass(seconds(12));
  EXPECT_FALSE(P(2).moving()) << "not named, and 9 MB/s are left for it";
  EXPECT_TRUE(P(0).moving());
  EXPECT_NEAR(state_->CopySize(P(0), P(0).copies.at(2)), 12 * kMb, 0.1 * kMb);
  Set(ConfigResourceType::kBroker, "4", "follower.replication.throttled.rate", "20000000");
  Pass(seconds(10));
  EXPECT_FALSE(P(0).moving());
}

TEST_F(SimStateTest, LeaderThrottlesAndBrokerDefaultsCountToo) {
  Set(ConfigResourceType::kBroker, "", "leader.replication.throttled.rate", "2000000");
  Set(ConfigResourceType::kTopic, "t", "leader.replication.throttled.replicas", "*");
  ASSERT_EQ(Move(0, {1, 4}), 0);
  Pass(seconds(49));
  EXPECT_TRUE(P(0).moving());
  Pass(seconds(2));
  EXPECT_FALSE(P(0).moving());
}

TEST_F(SimStateTest, AThrottleBelowTheInflowNeverCatchesUp) {
  Set(ConfigResourceType::kBroker, "4", "follower.replication.throttled.rate", "20000");
  Set(ConfigResourceType::kTopic, "t", "follower.replication.throttled.replicas", "0:4");
  state_->SetRate({{"t", 0}, 200'000});
  ASSERT_EQ(Move(0, {1, 4}), 0);
  Pass(seconds(3600));
  EXPECT_TRUE(P(0).moving());
}

TEST_F(SimStateTest, LogsGrowWithTimeAndStandStillWithoutALeader) {
  state_->SetRate({{"t", 1}, 10'240});
  const double before = state_->EndOffset(*state_->FindTopic("t"), P(1));
  Pass(seconds(60));
  EXPECT_NEAR(state_->EndOffset(*state_->FindTopic("t"), P(1)) - before, 600, 1);
  state_->SetAlive(2, false);
  state_->SetAlive(3, false);
  const double size = state_->SizeOf(P(1));
  Pass(seconds(60));
  EXPECT_EQ(state_->SizeOf(P(1)), size);
}

TEST_F(SimStateTest, DeletingATopicEndsItsMovesAndLeavesBrokerThrottles) {
  Set(ConfigResourceType::kBroker, "4", "follower.replication.throttled.rate", "1");
  Set(ConfigResourceType::kTopic, "t", "follower.replication.throttled.replicas", "0:4");
  ASSERT_EQ(Move(0, {1, 4}), 0);
  EXPECT_EQ(state_->counters().moving_partitions, 1);
  ASSERT_EQ(state_->DeleteTopic("t").error, 0);
  Pass(seconds(1));
  EXPECT_EQ(state_->counters().moving_partitions, 0);
  EXPECT_TRUE(state_->configs().All({ConfigResourceType::kTopic, "t"}).empty());
  EXPECT_EQ(state_->configs().All({ConfigResourceType::kBroker, "4"}).size(), 1u);
}

TEST(SimConfigsTest, AppendAndSubtractKeepOtherUsersEntries) {
  SimConfigs configs;
  const kafka::ConfigResource topic{ConfigResourceType::kTopic, "t"};
  const std::string key = "leader.replication.throttled.replicas";
  EXPECT_EQ(configs.Apply(topic, key, ConfigOp::kAppend, "0:1,0:2").error, 0);
  EXPECT_EQ(configs.Apply(topic, key, ConfigOp::kAppend, "0:2,1:3").error, 0);
  EXPECT_EQ(configs.Get(topic, key), "0:1,0:2,1:3");
  EXPECT_EQ(configs.Apply(topic, key, ConfigOp::kSubtract, "0:1,1:3,7:7").error, 0);
  EXPECT_EQ(configs.Get(topic, key), "0:2");
  EXPECT_EQ(configs.Apply(topic, key, ConfigOp::kSubtract, "0:2").error, 0);
  EXPECT_EQ(configs.Get(topic, key), "") << "empty, but still set";
  EXPECT_EQ(configs.Apply(topic, key, ConfigOp::kDelete, std::nullopt).error, 0);
  EXPECT_EQ(configs.Get(topic, key), std::nullopt);
}

TEST(SimConfigsTest, RefusesWhatIsNotValid) {
  SimConfigs configs;
  const kafka::ConfigResource topic{ConfigResourceType::kTopic, "t"};
  const kafka::ConfigResource broker{ConfigResourceType::kBroker, "1"};
  EXPECT_EQ(configs.Apply(topic, "no.such.key", ConfigOp::kSet, "1").error, 40);
  EXPECT_EQ(configs.Apply(topic, "retention.ms", ConfigOp::kAppend, "1").error, 40);
  EXPECT_EQ(
      configs.Apply(topic, "leader.replication.throttled.replicas", ConfigOp::kSet, "0-1").error,
      40);
  EXPECT_EQ(
      configs.Apply(broker, "leader.replication.throttled.rate", ConfigOp::kSet, "fast").error, 40);
  EXPECT_TRUE(configs.All(topic).empty());
  EXPECT_TRUE(configs.All(broker).empty());
}

}  // namespace
}  // namespace levelwind::testing
