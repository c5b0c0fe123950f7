// A4: the controller dies, hangs and is gone for a while in the middle of an operation.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::IsEmpty;
using KillSignal = RealCluster::KillSignal;
using Brokers = std::vector<BrokerId>;

class ControllerOnKafka : public ExecutorOnKafka {
 protected:
  static RealCluster& Cluster() { return RealCluster::Shared(); }

  // The leader of the KRaft quorum. While one is elected brokers tell the old one, or nothing.
  BrokerId ActiveController() {
    const auto told = client().cluster_admin().DescribeQuorum(kCallTimeout);
    EXPECT_TRUE(told.ok()) << told.error();
    return told.ok() ? told->leader : kNoBroker;
  }
  void RunFor(Duration time) {
    const SteadyTime began = clock_.Now();
    ASSERT_TRUE(
        RunUntil([&] { return clock_.Now() - began > time; }, time + seconds(60), "a while"));
  }
  // All that a plan of `topic` to {1,4} {2,4} must have left.
  void ExpectDone(const std::string& topic, const std::string& id) {
    EXPECT_EQ(Operation(id).state, OperationState::kCompleted) << Operation(id).hold_reason;
    EXPECT_EQ(Partition(topic, 0).replicas, (Brokers{1, 4}));
    EXPECT_EQ(Partition(topic, 1).replicas, (Brokers{2, 4}));
    EXPECT_THAT(Leftovers(topic), IsEmpty());
  }
};

TEST_F(ControllerOnKafka, A4_EachControllerThatDiesOrHangsIsFollowedByAnother) {
  MakeTopic("failover", {{1, 2}, {2, 3}}, 12);
  Start();
  const std::string id = Submit(Plan("failover", {{1, 4}, {2, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  for (const KillSignal how : {KillSignal::kKill, KillSignal::kStop}) {
    const BrokerId active = ActiveController();
    ASSERT_NE(active, kNoBroker);
    ASSERT_TRUE(Cluster().Kill(active, how).ok());
    RunFor(seconds(12));
    EXPECT_NE(Operation(id).state, OperationState::kFailed) << Operation(id).hold_reason;
    if (how == KillSignal::kStop) {
      ASSERT_TRUE(Cluster().Kill(active, KillSignal::kCont).ok());
    } else {
      ASSERT_TRUE(Cluster().StartBroker(active).ok());
    }
    EXPECT_TRUE(WaitFor(
        [&] {
          const BrokerId now = ActiveController();
          return now != kNoBroker && now != active;
        },
        seconds(20), "another one to have taken over"));
  }
  ASSERT_TRUE(RunToEnd(id, seconds(180)));
  ExpectDone("failover", id);
}

TEST_F(ControllerOnKafka, A4_AQuorumThatIsGoneForAWhileIsWaitedFor) {
  MakeTopic("quorum", {{1, 2}, {2, 3}}, 8);
  Start();
  const std::string id = Submit(Plan("quorum", {{1, 4}, {2, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(Cluster().Kill(1).ok());
  ASSERT_TRUE(Cluster().Kill(3).ok());
  RunFor(seconds(20));
  EXPECT_FALSE(IsTerminal(Operation(id).state));
  // A restart in the dark must not lose the operation either.
  Crash();
  ASSERT_TRUE(Cluster().StartBroker(1).ok());
  Start();
  ASSERT_TRUE(Cluster().StartBroker(3).ok());
  ASSERT_TRUE(RunToEnd(id, seconds(180)));
  ExpectDone("quorum", id);
}

}  // namespace
}  // namespace levelwind::testing
