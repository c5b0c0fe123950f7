#include "planner/search/polish.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "planner/search/search.h"

namespace levelwind::planner {
namespace {

constexpr int kPasses = 4;

bool ReturnOneByOne(Placement& placement, Rng& rng) {
  Proposer proposer(placement, rng);
  std::vector<std::uint32_t> displaced = placement.displaced();
  std::ranges::sort(displaced, [&](std::uint32_t x, std::uint32_t y) {
    const float a = placement.partition(x).disk;
    const float b = placement.partition(y).disk;
    return a != b ? a > b : x < y;
  });
  bool changed = false;
  for (const std::uint32_t p : displaced) {
    while (proposer.GiveBack(p)) changed = true;
  }
  return changed;
}

}  // namespace

void Polish(Placement& placement, Rng& rng) {
  placement.RestoreBands();
  placement.SetInset(kExactInset);
  placement.RecomputeLoads();
  for (int pass = 0; pass < kPasses; ++pass) {
    const bool changed = ReturnOneByOne(placement, rng);
    placement.RecomputeLoads();
    if (!changed) break;
  }
  placement.SetInset(kSearchInset);
  placement.RecomputeLoads();
}

}  // namespace levelwind::planner
