// What people ask of the executor, over the queue between their thread and its own.
#include "daemon/executor_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "actions/throttle_plan.h"
#include "tests/actions/harness.h"

namespace levelwind::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kRate(actions::kLeaderRate);

/// The executor on its own thread, as the daemon runs it.
class RunningExecutor {
 public:
  explicit RunningExecutor(Harness& h) : loop_(*h.executor, h.clock) {
    thread_ = std::jthread([this](std::stop_token stop) { loop_.Run(stop); });
  }
  daemon::ExecutorLoop& loop() { return loop_; }

 private:
  daemon::ExecutorLoop loop_;
  std::jthread thread_;
};

class ClearingThrottles : public ::testing::Test {
 protected:
  ClearingThrottles() {
    h_.kafka.AddTopic("orders", {{1, 2}, {2, 3}});
    h_.kafka.SetBrokerConfig(2, kRate, "1000");
    h_.Start();
  }
  Harness h_{{1, 2, 3}};
};

TEST_F(ClearingThrottles, ABrokerMayShowTheOldValueForAMoment) {
  h_.kafka.stale_config_reads = 3;
  {
    RunningExecutor running(h_);
    const auto cleared = running.loop().ClearOrphans("cli:ada", "left by a tool");
    ASSERT_TRUE(cleared.ok()) << cleared.error();
    EXPECT_EQ(cleared->throttles.size(), 1U);
  }
  EXPECT_THAT(h_.kafka.Throttles(), IsEmpty());
}

TEST_F(ClearingThrottles, OneThatComesBackIsToldAfterAWhile) {
  // Another tool sets it again before every look, and looks take seconds.
  h_.kafka.on_config_read = [&](BrokerId broker) {
    if (broker != 2) return;
    h_.kafka.SetBrokerConfig(2, kRate, "1000");
    h_.clock.Advance(std::chrono::seconds(4));
  };
  RunningExecutor running(h_);
  const auto cleared = running.loop().ClearOrphans("cli:ada", "left by a tool");
  ASSERT_FALSE(cleared.ok());
  EXPECT_EQ(cleared.error().code(), ErrorCode::kAborted);
  EXPECT_THAT(cleared.error().message(), HasSubstr(kRate + " of broker 2 is 1000"));
}

}  // namespace
}  // namespace levelwind::testing
