#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/chaos/kill_matrix.h"

namespace {

using levelwind::testing::KillMatrix;
using levelwind::testing::Scenario;

struct Point {
  const Scenario* scenario = nullptr;
  KillMatrix::Kill kill;
};

/// Of the points that the runs passed, `wanted` spread evenly. Every third kill has another one in
/// the recovery from it; beyond all points there are only such pairs.
std::vector<Point> ChoosePoints(const std::vector<Point>& all, std::size_t wanted,
                                std::mt19937_64& random) {
  std::vector<Point> chosen;
  const std::size_t single = std::min(wanted, all.size());
  for (std::size_t i = 0; i < single; ++i) {
    const std::size_t from = i * all.size() / single;
    const std::size_t to = (i + 1) * all.size() / single;
    chosen.push_back(all[from + random() % (to - from)]);
    if (i % 3 == 2) chosen.back().kill.again_at = 1 + random() % 8;
  }
  while (chosen.size() < wanted) {
    chosen.push_back(all[random() % all.size()]);
    chosen.back().kill.again_at = 1 + random() % 12;
  }
  return chosen;
}

struct Tally {
  std::size_t survived = 0, broken = 0, missed = 0, kills = 0;
};

/// How many points a run passes varies a little: one that was not reached is made up for by one of
/// the first half.
void RunPoints(KillMatrix& matrix, std::vector<Point> queue, std::mt19937_64& random,
               Tally& tally) {
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const Point& point = queue[i];
    const auto outcome = matrix.Survive(*point.scenario, point.kill);
    std::printf("%zu of %zu: %s\n", i + 1, queue.size(),
                outcome.ok()
                    ? outcome->line.c_str()
                    : ("BROKEN " + point.scenario->name + " point " +
                       std::to_string(point.kill.at) + " again at " +
                       std::to_string(point.kill.again_at) + ": " + outcome.error().ToString())
                          .c_str());
    std::fflush(stdout);
    if (!outcome.ok()) {
      ++tally.broken;
    } else if (outcome->kills > 0) {
      ++tally.survived;
      tally.kills += static_cast<std::size_t>(outcome->kills);
    } else {
      ++tally.missed;
      if (tally.missed > queue.size()) return;
      Point next = point;
      next.kill.at = 1 + random() % std::max<std::size_t>(1, point.kill.at / 2);
      queue.push_back(next);
    }
  }
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
  auto matrix = KillMatrix::Start();
  if (!matrix.ok()) {
    std::fprintf(stderr, "%s\n", matrix.error().ToString().c_str());
    return 1;
  }
  std::vector<Point> all;
  for (const Scenario& scenario : (*matrix)->scenarios()) {
    const auto passed = (*matrix)->CountPoints(scenario);
    if (!passed.ok()) {
      std::fprintf(stderr, "%s without a kill failed: %s\n", scenario.name.c_str(),
                   passed.error().ToString().c_str());
      return 1;
    }
    std::printf("%s without a kill passes %zu points\n", scenario.name.c_str(), passed->size());
    std::fflush(stdout);
    for (std::size_t at = 1; at <= passed->size(); ++at) all.push_back({&scenario, {at, 0}});
  }
  std::mt19937_64 random(seed);
  Tally tally;
  const auto began = std::chrono::steady_clock::now();
  RunPoints(**matrix, ChoosePoints(all, points, random), random, tally);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const std::size_t runs = tally.survived + tally.broken + tally.missed;
  std::printf(
      "chaos: %zu points survived (%zu kills), %zu broken, %zu not reached; "
      "%.1f s per run; 0 leftovers in what survived\n",
      tally.survived, tally.kills, tally.broken, tally.missed,
      seconds / static_cast<double>(std::max<std::size_t>(1, runs)));
  return tally.broken == 0 && tally.survived >= points ? 0 : 1;
}
