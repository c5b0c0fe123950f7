// B6: memory runs out. An allocation that fails ends the process, which is one more kill: the next
// start must reach the same end, wherever it was.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "tests/executor_proof/rig.h"
#include "tests/support/failing_memory.h"

namespace levelwind::testing {
namespace {

// How many allocations one run of this world makes.
std::size_t AllocationsOf(std::uint64_t seed) {
  Rig rig(seed);
  rig.Start();
  EXPECT_TRUE(rig.Submit().ok()) << seed;
  rig.out_of_memory_at = SIZE_MAX;
  EXPECT_TRUE(rig.RunToEnd()) << seed;
  return rig.allocations;
}

TEST(MemoryMatrix, B6_AnAllocationThatFailsIsOneMoreKill) {
  const std::size_t points = ProofCount("ALLOCATIONS", 2000);
  constexpr std::size_t kWorlds = 20;
  std::size_t kills = 0;
  for (std::uint64_t seed = ProofSeed(6000), end = seed + kWorlds; seed < end; ++seed) {
    const std::size_t all = AllocationsOf(seed);
    ASSERT_GT(all, 100U);
    const std::size_t tries = points / kWorlds;
    for (std::size_t i = 0; i < tries; ++i) {
      Rig rig(seed);
      rig.Start();
      ASSERT_TRUE(rig.Submit().ok());
      // Spread over the run, and never the same place in each world.
      rig.out_of_memory_at = 1 + (i * all + seed * 7919 % all) / tries;
      EXPECT_TRUE(rig.RunToEnd()) << seed << ", allocation " << rig.out_of_memory_at;
      EXPECT_EQ(rig.Verdict(), "") << "allocation " << rig.out_of_memory_at;
      kills += rig.kills;
    }
  }
  EXPECT_GT(kills, points * 9 / 10) << "most of them must hit";
}

}  // namespace
}  // namespace levelwind::testing
