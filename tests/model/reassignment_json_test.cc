#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "model/proposal.h"

namespace levelwind {
namespace {

Move LogDirMove(std::int32_t partition, BrokerId broker, std::string to) {
  Move move;
  move.kind = MoveKind::kLogDir;
  move.partition = {"t", partition};
  move.before = move.after = {3, 1, 2};
  move.broker = broker;
  move.to_dir = std::move(to);
  return move;
}

TEST(ReassignmentJson, LogDirsAreListedOncePerPartition) {
  Proposal proposal;
  proposal.moves = {LogDirMove(0, 2, "/b"), LogDirMove(1, 3, "/\"q"), LogDirMove(0, 3, "/c")};
  EXPECT_EQ(ToReassignmentJson(proposal),
            "{\"version\":1,\"partitions\":[\n"
            "  {\"topic\":\"t\",\"partition\":0,\"replicas\":[3,1,2],"
            "\"log_dirs\":[\"/c\",\"any\",\"/b\"]},\n"
            "  {\"topic\":\"t\",\"partition\":1,\"replicas\":[3,1,2],"
            "\"log_dirs\":[\"/\\\"q\",\"any\",\"any\"]}\n]}\n");
}

TEST(ReassignmentJson, MovesBetweenBrokersHaveNone) {
  Proposal proposal;
  Move move;
  move.kind = MoveKind::kReplica;
  move.partition = {"t", 4};
  move.before = {1, 2};
  move.after = {3, 2};
  proposal.moves = {move};
  EXPECT_EQ(ToReassignmentJson(proposal),
            "{\"version\":1,\"partitions\":[\n"
            "  {\"topic\":\"t\",\"partition\":4,\"replicas\":[3,2]}\n]}\n");
}

}  // namespace
}  // namespace levelwind
