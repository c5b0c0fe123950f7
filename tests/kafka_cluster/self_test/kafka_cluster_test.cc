#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "tests/kafka_cluster/daemon.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/subprocess.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::testing {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::HasSubstr;

TEST(SubprocessTest, ReportsExitStatusAndOutput) {
  const auto result = RunCommand({"sh", "-c", "echo out; echo err >&2; exit 7"}, seconds(10));
  ASSERT_TRUE(result.ok()) << result.error();
  EXPECT_EQ(result->status.code, 7);
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
}

TEST(SubprocessTest, TimesOutAndKills) {
  const auto result = RunCommand({"sleep", "60"}, milliseconds(100));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kDeadlineExceeded);
}

TEST(SubprocessTest, PassesEnvironmentAndSeesSignals) {
  ASSERT_EQ(::setenv("LW_FIXTURE_PROBE", "ours", 1), 0);
  const TempDir dir("probe");
  SubprocessOptions options;
  options.argv = {"sh", "-c", "echo $LW_FIXTURE_PROBE; exec sleep 60"};
  options.env = {{"LW_FIXTURE_PROBE", "theirs"}};
  options.stdout_file = dir.path() + "/out";
  auto process = Subprocess::Start(options);
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(WaitFor([&] { return ReadFile(options.stdout_file) == "theirs\n"; }, seconds(10),
                      "the child's line"));
  EXPECT_TRUE(process->Signal(SIGTERM));
  const auto status = process->Wait(seconds(10));
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->signal, SIGTERM);
  EXPECT_FALSE(process->Signal(SIGTERM));
}

TEST(WaitForTest, FailsWithItsReason) {
  const auto result = WaitFor([] { return false; }, milliseconds(50), "the impossible");
  EXPECT_FALSE(result);
  EXPECT_THAT(result.message(), HasSubstr("the impossible"));
}

TEST(RealClusterTest, TopicsToolsAndBrokersThatComeAndGo) {
  RealCluster& kafka = RealCluster::Shared();
  ASSERT_EQ(kafka.Brokers().size(), 4u);
  EXPECT_EQ(kafka.Broker(4).rack, "r1");
  EXPECT_EQ(kafka.bootstrap_list().size(), 4u);

  kafka::NewTopic topic;
  topic.name = "fixture";
  topic.assignments = {{2, 3}, {4, 1}};
  topic.configs = {{"min.insync.replicas", "1"}};
  const Status created = kafka.CreateTopic(topic);
  ASSERT_TRUE(created.ok()) << created.error();
  const Status again = kafka.CreateTopic(topic);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), ErrorCode::kAlreadyExists);

  const auto described = kafka.RunTool({"topics", "--describe", "--topic", "fixture"});
  ASSERT_TRUE(described.ok()) << described.error();
  EXPECT_THAT(described->out, HasSubstr("Leader: 2\tReplicas: 2,3"));
  EXPECT_THAT(described->out, HasSubstr("Leader: 4\tReplicas: 4,1"));

  ASSERT_TRUE(kafka.Kill(4).ok());
  const auto offline = [&] {
    const auto seen = kafka.RunTool({"topics", "--describe", "--under-replicated-partitions"});
    return seen.ok() &&
           seen->out.find("Topic: fixture\tPartition: 1\tLeader: 1") != std::string::npos;
  };
  EXPECT_TRUE(WaitFor(offline, seconds(30), "the leader to move away from the killed broker"));
  const Status started = kafka.StartAll();
  ASSERT_TRUE(started.ok()) << started.error();
  EXPECT_GT(kafka.Broker(4).pid, 0);
}

TEST(HttpTest, NobodyThereIsUnavailable) {
  const auto answer = HttpGet(FreePort(), "/", seconds(1));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace levelwind::testing
