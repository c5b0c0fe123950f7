// A throttle that is tuned, on a real Kafka: the broker takes each change, and nothing is left.
#include <gmock/gmock.h>

#include <chrono>
#include <string>

#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::IsEmpty;

TEST_F(ExecutorOnKafka, ATunedThrottleRisesOverARestartAndLeavesNothing) {
  options_.throttle_bytes_per_s = 200'000;
  options_.tune.on = true;
  options_.tune.min_bytes_per_s = 100'000;
  options_.tune.max_bytes_per_s = 1'000'000;
  options_.tune.step_bytes_per_s = 100'000;
  options_.tune.interval = seconds(2);
  MakeTopic("tuned", {{1, 2}}, 8);
  Start();
  const std::string id = Submit(Plan("tuned", {{4, 2}}));
  const auto raised = [&] { return Operation(id).throttle_changes >= 1; };
  ASSERT_TRUE(RunUntil(raised, seconds(60), "the first change"));
  const std::int64_t rate = Operation(id).throttle_bytes_per_s;
  EXPECT_GT(rate, 200'000);
  Crash();
  Start();
  EXPECT_EQ(Operation(id).throttle_bytes_per_s, rate) << "the journal has it";
  const auto more = [&] { return Operation(id).throttle_changes >= 3; };
  ASSERT_TRUE(RunUntil(more, seconds(60), "further changes"));
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCompleted) << Operation(id).hold_reason;
  EXPECT_THAT(Leftovers("tuned"), IsEmpty());
}

}  // namespace
}  // namespace levelwind::testing
