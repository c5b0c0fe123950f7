// B1: a kill at every boundary of random executions, and the next start ends at the same place.
#include "tests/executor_proof/kill_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "tests/executor_proof/rig.h"

namespace levelwind::testing {
namespace {

TEST(KillMatrix, B1_AKillAtEachBoundaryEndsAtTheSamePlace) {
  const std::uint64_t seed = ProofSeed(1);
  const std::size_t points = ProofCount("POINTS", 10000);
  const MatrixResult result = RunKillMatrix(seed, points);
  std::cout << "kill matrix: seed " << seed << ", " << result.worlds << " worlds, " << result.points
            << " points, " << result.throttled << " with throttles set, " << result.broken.size()
            << " broken, " << result.leftovers << " with throttles left\n";
  EXPECT_EQ(result.points, points);
  EXPECT_THAT(result.broken, ::testing::IsEmpty());
  EXPECT_GT(result.throttled, points / 10);
  EXPECT_EQ(result.leftovers, 0u);
}

}  // namespace
}  // namespace levelwind::testing
