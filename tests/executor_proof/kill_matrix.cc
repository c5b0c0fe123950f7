#include "tests/executor_proof/kill_matrix.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "tests/executor_proof/rig.h"

namespace levelwind::testing {
namespace {

// Where a run has arrived, as text that can be compared and shown.
std::string Outcome(Rig& rig) {
  const ClusterStatePtr state = rig.Capture();
  std::string text;
  for (const auto& [tp, now] : state->partitions) {
    text += fmt::format("{} {} leader {} {}", tp.ToString(), fmt::join(now.replicas, ","),
                        now.leader, now.moving ? "moving" : "at rest");
    for (const auto& [broker, dir] : now.dirs) text += fmt::format(" {}:{}", broker, dir);
    text += "\n";
  }
  for (const auto& [name, value] : state->throttles) {
    text += fmt::format("{} {}={}\n", name.resource, name.key, value);
  }
  return text;
}

struct Run {
  std::string outcome, broken;
  std::size_t boundaries = 0;
  bool throttled = false;  // when it was killed
  bool left_throttles = false;
};

Run CarryOut(std::uint64_t seed, std::size_t kill_at) {
  Rig rig(seed);
  rig.kill_at = kill_at;
  const auto before = rig.Capture()->throttles;
  rig.Start();
  Run run;
  if (const auto id = rig.Submit(); !id.ok()) {
    run.broken = fmt::format("seed {}: refused: {}", seed, id.error().message());
    return run;
  }
  const bool over = rig.RunToEnd();
  run.boundaries = rig.boundaries;
  run.outcome = Outcome(rig);
  run.broken = rig.Verdict();
  run.throttled = rig.at_kill && rig.at_kill->throttles != before;
  run.left_throttles = rig.Capture()->throttles != before;
  if (!over) {
    run.broken += fmt::format("seed {}: did not end: {}\n", seed, rig.h.executor->View()->status);
  }
  if (kill_at != 0 && rig.kills != 1) run.broken += fmt::format("seed {}: never killed\n", seed);
  return run;
}

}  // namespace

MatrixResult RunKillMatrix(std::uint64_t seed, std::size_t points, std::size_t stop_after) {
  MatrixResult result;
  for (std::uint64_t world = seed; result.points < points; ++world) {
    const Run calm = CarryOut(world, 0);
    ++result.worlds;
    if (!calm.broken.empty()) result.broken.push_back("without a kill: " + calm.broken);
    for (std::size_t k = 1; k <= calm.boundaries && result.points < points; ++k) {
      if (result.broken.size() >= stop_after) return result;
      ++result.points;
      const Run killed = CarryOut(world, k);
      result.throttled += killed.throttled ? 1 : 0;
      result.leftovers += killed.left_throttles ? 1 : 0;
      if (!killed.broken.empty()) {
        result.broken.push_back(fmt::format("killed at {}: {}", k, killed.broken));
      } else if (killed.outcome != calm.outcome) {
        result.broken.push_back(fmt::format("seed {}, killed at {}: I2: ended at\n{}instead of\n{}",
                                            world, k, killed.outcome, calm.outcome));
      }
    }
    if (calm.boundaries == 0 || result.broken.size() >= stop_after) return result;
  }
  return result;
}

}  // namespace levelwind::testing
