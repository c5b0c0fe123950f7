#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

#include "tests/chaos/kill_matrix.h"

namespace {

/// Points spread evenly over all of them, from a random start, each at most once.
std::vector<std::size_t> ChoosePoints(std::size_t wanted, std::size_t passed, std::uint64_t seed) {
  std::vector<std::size_t> all(passed);
  std::iota(all.begin(), all.end(), std::size_t{1});
  if (wanted >= passed) return all;
  std::mt19937_64 random(seed);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t from = i * passed / wanted;
    const std::size_t to = (i + 1) * passed / wanted;
    chosen.push_back(all[from + random() % (to - from)]);
  }
  return chosen;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t points = 20;
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (i + 1 < argc && flag == "--points") {
      points = std::strtoul(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && flag == "--seed") {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: levelwind-chaos [--points N] [--seed S]\n");
      return 2;
    }
  }
  std::printf("kill matrix: %zu points, seed %llu\n", points,
              static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  auto matrix = levelwind::testing::KillMatrix::Start();
  if (!matrix.ok()) {
    std::fprintf(stderr, "%s\n", matrix.error().ToString().c_str());
    return 1;
  }
  const auto passed = (*matrix)->CountPoints();
  if (!passed.ok()) {
    std::fprintf(stderr, "the run without a kill failed: %s\n", passed.error().ToString().c_str());
    return 1;
  }
  std::printf("a run without a kill passes %zu points\n", passed->size());
  std::size_t survived = 0;
  std::size_t broken = 0;
  for (std::size_t point : ChoosePoints(points, passed->size(), seed)) {
    const auto line = (*matrix)->Survive(point);
    std::printf("%s\n", line.ok() ? line->c_str() : ("BROKEN " + line.error().ToString()).c_str());
    std::fflush(stdout);
    ++(line.ok() ? survived : broken);
  }
  std::printf("chaos: %zu points survived, %zu broken\n", survived, broken);
  return broken == 0 && survived > 0 ? 0 : 1;
}
