// B1: a kill at every boundary of random executions, and the next start ends at the same place.
#include "tests/executor_proof/kill_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "tests/executor_proof/rig.h"

namespace levelwind::testing {
namespace {

constexpr std::size_t kPoints = 10000;

TEST(FaultMatrix, B1_AKillAtEachBoundaryEndsAtTheSamePlace) {
  const std::uint64_t seed = ProofSeed(1);
  const MatrixResult result = RunKillMatrix(seed, kPoints);
  std::cout << "kill matrix: seed " << seed << ", " << result.worlds << " worlds, " << result.points
            << " points, " << result.throttled << " with throttles set, " << result.broken.size()
            << " broken, " << result.leftovers << " with throttles left\n";
  EXPECT_EQ(result.points, kPoints);
  EXPECT_THAT(result.broken, ::testing::IsEmpty());
  EXPECT_GT(result.throttled, kPoints / 10);
  EXPECT_EQ(result.leftovers, 0u);
}

}  // namespace
}  // namespace levelwind::testing
