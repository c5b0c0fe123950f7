// Throttles that nobody owes, on a real Kafka.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::IsEmpty;

TEST_F(ExecutorOnKafka, A8_AnotherToolsThrottleIsFoundAndClearedWhenAsked) {
  MakeTopic("left", {{1, 2}}, 1);
  const auto set = [&](const char* type, const char* name, const char* what) {
    const auto done = RealCluster::Shared().RunTool(
        {"configs", "--alter", "--entity-type", type, "--entity-name", name, "--add-config", what});
    ASSERT_TRUE(done.ok() && done->ok()) << (done.ok() ? done->err : done.error().ToString());
  };
  set("brokers", "3", "follower.replication.throttled.rate=12345");
  set("topics", "left", "leader.replication.throttled.replicas=[0:1,0:2]");
  Start();
  const auto looked = [&] { return executor_->View()->orphans.at.unix_ms > 0; };
  ASSERT_TRUE(RunUntil(looked, seconds(20), "the look at the start"));
  std::vector<std::string> found;
  for (const ThrottleView& throttle : executor_->View()->orphans.throttles) {
    found.push_back(throttle.resource + ":" + throttle.value);
  }
  EXPECT_THAT(found, ::testing::UnorderedElementsAre("3:12345", "left:0:1,0:2"));

  const auto cleared = executor_->ClearOrphans("cli:ada", "left by a tool");
  ASSERT_TRUE(cleared.ok()) << cleared.error();
  EXPECT_EQ(cleared->throttles.size(), 2U);
  // A broker shows a deleted value until it has applied the change.
  const auto gone = [&] {
    const auto left = executor_->Sweep();
    return left.ok() && left->throttles.empty();
  };
  ASSERT_TRUE(RunUntil(gone, seconds(20), "the throttles are gone"));
  EXPECT_THAT(Leftovers("left"), IsEmpty());
}

}  // namespace
}  // namespace levelwind::testing
