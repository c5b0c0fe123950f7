// More partitions for a topic, on a real Kafka: made as planned, also over a crash.
#include <chrono>
#include <vector>

#include "tests/integration_executor/on_kafka.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;
using Brokers = std::vector<BrokerId>;

TEST_F(ExecutorOnKafka, NewPartitionsAreMadeWhereThePlanSays) {
  MakeTopic("grows", {{1, 2}, {2, 3}}, 1);
  Proposal proposal = Plan("grows", {{}, {}});
  const kafka::TopicInfo topic = Topic("grows");
  for (const auto& [number, replicas] :
       {std::pair(2, Brokers{4, 1}), std::pair(3, Brokers{3, 4}), std::pair(4, Brokers{4, 2})}) {
    Move move;
    move.kind = MoveKind::kNewPartition;
    move.partition = {"grows", number};
    move.topic_id = topic.id;
    move.after = replicas;
    move.bytes = 0;
    proposal.moves.push_back(std::move(move));
  }
  Start();
  const std::string id = Submit(proposal);
  Crash();
  Start();
  ASSERT_TRUE(RunUntil([&] { return IsTerminal(Operation(id).state); }, seconds(60), "its end"));
  EXPECT_EQ(Operation(id).state, OperationState::kCompleted) << Operation(id).hold_reason;
  ASSERT_EQ(Topic("grows").partitions.size(), 5U);
  EXPECT_EQ(Partition("grows", 0).replicas, (Brokers{1, 2}));
  EXPECT_EQ(Partition("grows", 2).replicas, (Brokers{4, 1}));
  EXPECT_EQ(Partition("grows", 2).leader, 4);
  EXPECT_EQ(Partition("grows", 4).replicas, (Brokers{4, 2}));
  EXPECT_TRUE(Leftovers("grows").empty());
  EXPECT_FALSE(executor_->Rollback(id, "cli:ada", "").ok()) << "there is no way back";
}

}  // namespace
}  // namespace levelwind::testing
