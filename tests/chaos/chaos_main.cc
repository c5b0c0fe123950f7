#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <set>
#include <string>
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

/// A point in the first half that is not in `tried` yet, and puts it there; 0 when there is none.
std::size_t Untried(std::set<std::size_t>& tried) {
  for (std::size_t point = 1; point <= *tried.rbegin() / 2; ++point) {
    if (tried.insert(point).second) return point;
  }
  return 0;
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
  // How many steps a run takes varies a little: a point that was not reached is made up for by an
  // earlier one that was not tried yet.
  std::vector<std::size_t> queue = ChoosePoints(points, passed->size(), seed);
  std::set<std::size_t> tried(queue.begin(), queue.end());
  std::size_t survived = 0, broken = 0, missed = 0;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto outcome = (*matrix)->Survive(queue[i]);
    std::printf("%s\n", outcome.ok() ? outcome->line.c_str()
                                     : ("BROKEN " + outcome.error().ToString()).c_str());
    std::fflush(stdout);
    if (!outcome.ok()) {
      ++broken;
    } else if (outcome->killed) {
      ++survived;
    } else {
      ++missed;
      if (const std::size_t next = Untried(tried); next > 0) queue.push_back(next);
    }
  }
  std::printf("chaos: %zu points survived, %zu broken, %zu not reached\n", survived, broken,
              missed);
  return broken == 0 && survived >= std::min(points, passed->size() - missed) ? 0 : 1;
}
