#include "model/cluster_snapshot.h"

#include <gtest/gtest.h>

#include "model/operation.h"
#include "model/proposal.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind {
namespace {

TEST(ClusterSnapshot, FindsByName) {
  const ClusterSnapshot snapshot = testing::SnapshotBuilder()
                                       .AddBroker(2, "r2")
                                       .AddBroker(1, "r1")
                                       .AddTopic("orders", {{1, 2}, {2, 1}})
                                       .AddTopic("bills", {{2, 1}})
                                       .Build();
  EXPECT_EQ(snapshot.FindBroker(2)->rack, "r2");
  EXPECT_EQ(snapshot.FindBroker(3), nullptr);
  ASSERT_NE(snapshot.FindPartition("orders", 1), nullptr);
  EXPECT_EQ(snapshot.ReplicaIds(*snapshot.FindPartition("orders", 1)),
            (std::vector<BrokerId>{2, 1}));
  EXPECT_EQ(snapshot.FindPartition("orders", 2), nullptr);
  EXPECT_EQ(snapshot.FindPartition("order", 0), nullptr);
  EXPECT_EQ(snapshot.NameOf(*snapshot.FindPartition("bills", 0)).ToString(), "bills-0");
}

TEST(Names, EveryStateRoundTrips) {
  for (int i = 0; i <= static_cast<int>(OperationState::kFailed); ++i) {
    const auto state = static_cast<OperationState>(i);
    EXPECT_EQ(ParseOperationState(OperationStateName(state)), state);
  }
  for (int i = 0; i <= static_cast<int>(StepState::kFailed); ++i) {
    const auto state = static_cast<StepState>(i);
    EXPECT_EQ(ParseStepState(StepStateName(state)), state);
  }
  EXPECT_EQ(ParseStepState("no such state"), std::nullopt);
}

TEST(Proposal, IsPrintedAsKafkasToolReadsIt) {
  Proposal proposal;
  Move move;
  move.partition = {"a\"b", 3};
  move.before = {1, 2, 3};
  move.after = {4, 2, 3};
  proposal.moves.push_back(move);
  EXPECT_EQ(ToReassignmentJson(proposal),
            "{\"version\":1,\"partitions\":[\n"
            "  {\"topic\":\"a\\\"b\",\"partition\":3,\"replicas\":[4,2,3]}\n]}\n");
  EXPECT_EQ(move.Added(), std::vector<BrokerId>{4});
  EXPECT_EQ(move.Removed(), std::vector<BrokerId>{1});
}

}  // namespace
}  // namespace levelwind
