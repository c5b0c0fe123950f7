// What people do to an operation while it runs, on a real Kafka: pause, resume, roll back.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::IsEmpty;
using ::testing::Not;
using Brokers = std::vector<BrokerId>;

TEST_F(ExecutorOnKafka, PauseRestsOverARestartAndRollbackBringsAllBack) {
  options_.max_moves_cluster = 1;
  MakeTopic("control", {{1, 2}, {1, 3}}, 5);  // 2 MB were once there before a broker slowed down
  Start();
  const std::string id = Submit(Plan("control", {{4, 2}, {1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(executor_->Pause(id, "cli:ada", "lunch").ok());
  Crash();
  Start();
  EXPECT_EQ(Operation(id).state, OperationState::kPaused);
  const auto first_done = [&] { return Operation(id).steps.at(0).state == StepState::kDone; };
  ASSERT_TRUE(RunUntil(first_done, seconds(60), "what was begun to end"));
  const auto rests = [&] { return executor_->OpenThrottles().empty(); };
  ASSERT_TRUE(RunUntil(rests, seconds(30), "the throttles to go"));
  EXPECT_THAT(Leftovers("control"), IsEmpty()) << "nothing is copied, so nothing is throttled";
  EXPECT_EQ(Operation(id).state, OperationState::kPaused);
  EXPECT_EQ(Operation(id).steps.at(1).state, StepState::kPending);
  EXPECT_EQ(Partition("control", 1).replicas, (Brokers{1, 3}));

  ASSERT_TRUE(executor_->Resume(id, "cli:ada", "").ok());
  const auto second_runs = [&] {
    return Operation(id).steps.at(1).state == StepState::kInProgress;
  };
  ASSERT_TRUE(RunUntil(second_runs, seconds(30), "the next move to begin"));
  EXPECT_THAT(Leftovers("control"), Not(IsEmpty())) << "throttled again";

  const auto undo = executor_->Rollback(id, "cli:ada", "second thoughts");
  ASSERT_TRUE(undo.ok()) << undo.error();
  EXPECT_EQ(*undo, "") << "it is cancelled first";
  const auto undone = [&] { return IsTerminal(Operation("op2").state); };
  ASSERT_TRUE(RunUntil(undone, seconds(90), "the rollback to end"));
  EXPECT_EQ(Operation(id).state, OperationState::kCancelled);
  EXPECT_EQ(Operation(id).undone_by, "op2");
  EXPECT_EQ(Operation("op2").state, OperationState::kCompleted) << Operation("op2").hold_reason;
  EXPECT_EQ(Partition("control", 0).replicas, (Brokers{1, 2}));
  EXPECT_EQ(Partition("control", 0).leader, 1);
  EXPECT_EQ(Partition("control", 1).replicas, (Brokers{1, 3}));
  EXPECT_THAT(Leftovers("control"), IsEmpty());
}

}  // namespace
}  // namespace levelwind::testing
