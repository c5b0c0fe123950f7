// The executor on a real four-broker Kafka: what it sends is what Kafka does, and nothing is left
// behind.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Brokers = std::vector<BrokerId>;

TEST_F(ExecutorOnKafka, MovesReplicasUnderAThrottleAndLeavesNothing) {
  MakeTopic("moves", {{1, 2}, {1, 3}}, 3);
  Start();
  const std::string id = Submit(Plan("moves", {{4, 2}, {1, 4}}));
  const SteadyTime start = clock_.Now();
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  EXPECT_THAT(Leftovers("moves"),
              ::testing::Contains(HasSubstr("follower.replication.throttled.rate")));
  EXPECT_THAT(Leftovers("moves"),
              ::testing::Contains(HasSubstr("moves leader.replication.throttled.replicas")));
  ASSERT_TRUE(RunUntil([&] { return Operation(id).bytes_done > 0; }, seconds(30), "bytes"));
  ASSERT_TRUE(RunUntil([&] { return IsKnown(Operation(id).eta_s); }, seconds(30), "an ETA"));
  ASSERT_TRUE(RunToEnd(id));
  const OperationView view = Operation(id);
  EXPECT_EQ(view.state, OperationState::kCompleted) << view.hold_reason;
  EXPECT_EQ(Partition("moves", 0).replicas, (Brokers{4, 2}));
  EXPECT_EQ(Partition("moves", 0).leader, 4);
  EXPECT_EQ(Partition("moves", 1).replicas, (Brokers{1, 4}));
  EXPECT_EQ(Partition("moves", 1).leader, 1);
  EXPECT_GE(view.bytes_total, 5'500'000) << "the leaders' sizes as Kafka tells them";
  // About 6 MB at 0.5 MB/s; Kafka's throttle lets a burst through at first.
  EXPECT_GE(clock_.Now() - start, seconds(6)) << "the throttle did not bite";
  EXPECT_THAT(Leftovers("moves"), IsEmpty());
}

TEST_F(ExecutorOnKafka, MovesLeadersWithoutBytes) {
  MakeTopic("leaders", {{1, 2}, {1, 2}, {3, 2}}, 0);
  Start();
  const std::string id = Submit(Plan("leaders", {{2, 1}, {1, 2}, {2, 3}}));
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Partition("leaders", 0).leader, 2);
  EXPECT_EQ(Partition("leaders", 2).leader, 2);
  EXPECT_EQ(Operation(id).steps.at(1).state, StepState::kVoided) << "was so before";
  EXPECT_THAT(Leftovers("leaders"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I2_ARestartInTheMiddleGoesOn) {
  // More than brokers may copy at once after a time without copies: eleven seconds' worth.
  MakeTopic("resume", {{1, 2}}, 9);
  Start();
  const std::string id = Submit(Plan("resume", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  Crash();
  Start();
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCompleted);
  EXPECT_EQ(Partition("resume", 0).replicas, (Brokers{1, 4}));
  EXPECT_THAT(Leftovers("resume"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I12_YieldsToKafkasOwnTool) {
  MakeTopic("foreign", {{1, 2}}, 6);
  Start();
  const std::string id = Submit(Plan("foreign", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  const std::string file = state_.path() + "/reassign.json";
  std::ofstream(file) << R"({"version":1,"partitions":[)"
                      << R"({"topic":"foreign","partition":0,"replicas":[1,3]}]})";
  const auto tool = RealCluster::Shared().RunTool(
      {"reassign", "--reassignment-json-file", file, "--execute", "--additional"});
  ASSERT_TRUE(tool.ok()) << tool.error();
  ASSERT_EQ(tool->status.code, 0) << tool->out << tool->err;
  ASSERT_TRUE(RunToEnd(id));
  const StepView step = Operation(id).steps.at(0);
  EXPECT_EQ(step.state, StepState::kYielded);
  EXPECT_THAT(step.note, HasSubstr("another tool"));
  EXPECT_THAT(Leftovers("foreign"), IsEmpty());
  EXPECT_TRUE(WaitFor(
      [&] {
        return Partition("foreign", 0).replicas == Brokers({1, 3});
      },
      seconds(60), "the other tool's move to end as it wished"));
}

TEST_F(ExecutorOnKafka, I14_CancelTakesBackAndKeepsTheOrder) {
  MakeTopic("cancel", {{1, 2}}, 6);
  Start();
  const std::string id = Submit(Plan("cancel", {{4, 2}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(executor_->Cancel(id, "test", "enough").ok());
  ASSERT_TRUE(RunToEnd(id, seconds(60)));
  EXPECT_EQ(Operation(id).state, OperationState::kCancelled);
  EXPECT_EQ(Partition("cancel", 0).replicas, (Brokers{1, 2}));
  EXPECT_EQ(Partition("cancel", 0).leader, 1);
  EXPECT_TRUE(client().ListReassignments({}, kCallTimeout)->empty());
  EXPECT_THAT(Leftovers("cancel"), IsEmpty());
}

TEST_F(ExecutorOnKafka, A1_ATargetThatDiesAndComesBackIsFinished) {
  MakeTopic("dying", {{1, 2}, {2, 3}}, 8);
  Start();
  const std::string id = Submit(Plan("dying", {{1, 4}, {2, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  RealCluster& cluster = RealCluster::Shared();
  ASSERT_TRUE(cluster.Kill(4).ok());
  const SteadyTime killed = clock_.Now();
  ASSERT_TRUE(
      RunUntil([&] { return clock_.Now() - killed > seconds(15); }, seconds(60), "a while"));
  EXPECT_FALSE(IsTerminal(Operation(id).state));
  const auto moving = client().ListReassignments({}, kCallTimeout);
  ASSERT_TRUE(moving.ok()) << moving.error();
  // A throttle lets a first burst through, so one of the two may have been copied before the kill.
  const auto unfinished = std::ranges::count_if(
      Operation(id).steps, [](const StepView& step) { return !IsTerminal(step.state); });
  EXPECT_GE(unfinished, 1);
  EXPECT_EQ(std::ssize(*moving), unfinished) << "not cancelled: the broker may come back";
  ASSERT_TRUE(cluster.StartBroker(4).ok());
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).state, OperationState::kCompleted) << Operation(id).hold_reason;
  EXPECT_EQ(Partition("dying", 0).replicas, (Brokers{1, 4}));
  EXPECT_EQ(Partition("dying", 1).replicas, (Brokers{2, 4}));
  EXPECT_THAT(Leftovers("dying"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I7_ADeadBrokersThrottleGoesWhenItReturns) {
  MakeTopic("owed", {{1, 2}}, 3);
  options_.restore_patience = seconds(5);
  Start();
  const std::string id = Submit(Plan("owed", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  RealCluster& cluster = RealCluster::Shared();
  ASSERT_TRUE(cluster.Kill(2).ok());  // the replica that goes away: its throttle is ours, too
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Partition("owed", 0).replicas, (Brokers{1, 4}));
  Crash();
  ASSERT_TRUE(cluster.StartBroker(2).ok());
  Start();
  ASSERT_TRUE(RunUntil([&] { return executor_->OpenThrottles().empty(); }, seconds(30),
                       "the returned broker's throttle to be restored"));
  EXPECT_THAT(Leftovers("owed"), IsEmpty());
}

TEST_F(ExecutorOnKafka, I13_ADeletedTopicEndsItsStepsAndFreesTheBrokers) {
  MakeTopic("doomed", {{1, 2}}, 6);
  Start();
  const std::string id = Submit(Plan("doomed", {{1, 4}}));
  ASSERT_TRUE(RunUntil([&] { return Runs(id); }, seconds(20), "the copy to begin"));
  ASSERT_TRUE(client().DeleteTopics({"doomed"}, kCallTimeout).ok());
  ASSERT_TRUE(RunToEnd(id));
  EXPECT_EQ(Operation(id).steps.at(0).state, StepState::kVoided);
  MakeTopic("after", {{1, 2}}, 0);
  EXPECT_THAT(Leftovers("after"), IsEmpty());
}

}  // namespace
}  // namespace levelwind::testing
