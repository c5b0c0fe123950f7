// Replication factors changed on a real Kafka, judged by Kafka's own tool.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Brokers = std::vector<BrokerId>;

class FactorOnKafka : public ExecutorOnKafka {
 protected:
  // What kafka-topics says of the topic.
  static std::string Described(const std::string& topic) {
    const auto tool = RealCluster::Shared().RunTool({"topics", "--describe", "--topic", topic});
    EXPECT_TRUE(tool.ok() && tool->status.code == 0);
    return tool.ok() ? tool->out : "";
  }
  void ExpectDone(const std::string& id) {
    ASSERT_TRUE(RunToEnd(id));
    EXPECT_EQ(Operation(id).state, OperationState::kCompleted) << Operation(id).hold_reason;
    EXPECT_THAT(Leftovers("factor"), IsEmpty());
  }
};

TEST_F(FactorOnKafka, I3_FromTwoToThreeAndBack) {
  MakeTopic("factor", {{1, 2}, {2, 3}}, 3);
  Start();
  const std::string up = Submit(Plan("factor", {{1, 2, 4}, {2, 3, 1}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(up); }, seconds(20), "the copy to begin"));
  EXPECT_THAT(Leftovers("factor"),
              ::testing::Contains(HasSubstr("follower.replication.throttled.rate")));
  Crash();
  Start();  // a restart in the middle of the growth
  ExpectDone(up);
  EXPECT_GE(Operation(up).bytes_total, 5'500'000) << "two new copies of about 3 MB";
  std::string told = Described("factor");
  EXPECT_THAT(told, HasSubstr("ReplicationFactor: 3"));
  EXPECT_THAT(told, HasSubstr("Replicas: 1,2,4"));
  EXPECT_THAT(told, HasSubstr("Replicas: 2,3,1"));
  EXPECT_EQ(Partition("factor", 0).isr.size(), 3u);

  const std::string down = Submit(Plan("factor", {{1, 4}, {3, 1}}));
  ExpectDone(down);
  EXPECT_EQ(Operation(down).bytes_total, 0);
  told = Described("factor");
  EXPECT_THAT(told, HasSubstr("ReplicationFactor: 2"));
  EXPECT_THAT(told, HasSubstr("Replicas: 1,4"));
  EXPECT_THAT(told, HasSubstr("Leader: 3\tReplicas: 3,1"));
}

TEST_F(FactorOnKafka, AShrinkBelowMinInSyncIsRefused) {
  MakeTopic("narrow", {{1, 2}}, 0);
  kafka::ConfigChange least;
  least.resource = {kafka::ConfigResourceType::kTopic, "narrow"};
  least.key = "min.insync.replicas";
  least.value = "2";
  const auto set = client().AlterConfigs({least}, kCallTimeout);
  ASSERT_TRUE(set.ok() && set->front().error == 0);
  Start();
  const auto refused = executor_->Submit(Plan("narrow", {{2}}), "test", "integration");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("min.insync.replicas=2"));
  EXPECT_THAT(Described("narrow"), HasSubstr("Replicas: 1,2"));
}

TEST_F(FactorOnKafka, ACancelledGrowthIsTakenBack) {
  MakeTopic("grown", {{1, 2}}, 6);
  Start();
  const std::string id = Submit(Plan("grown", {{4, 1, 2}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(executor_->Cancel(id, "test", "enough").ok());
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCancelled);
  const std::string told = Described("grown");
  EXPECT_THAT(told, HasSubstr("Replicas: 1,2\t"));
  EXPECT_THAT(told, Not(HasSubstr("Adding")));
  EXPECT_THAT(Leftovers("grown"), IsEmpty());
}

}  // namespace
}  // namespace levelwind::testing
