// A4: the controller dies, hangs and is gone for a while in the middle of an operation.
#include <gmock/gmock.h>

#include <charconv>
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

  // The leader of the KRaft quorum, as Kafka's own tool has it.
  BrokerId ActiveController() {
    const auto told = Cluster().RunTool({"metadata-quorum", "describe", "--status"});
    EXPECT_TRUE(told.ok() && told->ok()) << (told.ok() ? told->err : told.error().ToString());
    if (!told.ok()) return kNoBroker;
    constexpr std::string_view kKey = "LeaderId:";
    const std::size_t at = told->out.find(kKey);
    if (at == std::string::npos) return kNoBroker;
    const std::size_t digit = told->out.find_first_of("0123456789", at + kKey.size());
    BrokerId id = kNoBroker;
    std::from_chars(told->out.data() + digit, told->out.data() + told->out.size(), id);
    return id;
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
    EXPECT_NE(ActiveController(), active) << "another one took over";
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
