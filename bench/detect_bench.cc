// Labelled hours of a cluster's life under the detectors: precision and recall of each.
//   detect_bench [--quick]
// Each scenario is lived through with several seeds (--quick: one). Exit status 1 below the
// targets.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "detectors/detector.h"
#include "tests/detector_scenarios/judge.h"

namespace {

using namespace levelwind;

constexpr double kLeastPrecision = 0.95;
constexpr double kLeastRecall = 0.95;

struct Tally {
  int right = 0, wrong = 0, missed = 0;
  std::vector<int> delays;

  double Precision() const { return right + wrong == 0 ? 1 : 1.0 * right / (right + wrong); }
  double Recall() const { return right + missed == 0 ? 1 : 1.0 * right / (right + missed); }
  int MedianDelay() {
    if (delays.empty()) return 0;
    std::ranges::sort(delays);
    return delays[delays.size() / 2];
  }
  void Add(const Tally& other) {
    right += other.right;
    wrong += other.wrong;
    missed += other.missed;
    delays.insert(delays.end(), other.delays.begin(), other.delays.end());
  }
};

void Count(const scenarios::Scenario& scenario, std::uint64_t seed,
           std::map<std::string, Tally>& tallies) {
  const scenarios::Outcome outcome = scenarios::Run(scenario, seed, detectors::DetectorOptions());
  for (std::size_t i = 0; i < outcome.right.size(); ++i) {
    Tally& tally = tallies[outcome.right[i].type];
    ++tally.right;
    tally.delays.push_back(outcome.delays[i]);
  }
  for (const scenarios::Wanted& wanted : outcome.missed) {
    ++tallies[wanted.type].missed;
    fmt::print("missed  seed {} \"{}\": {} {}\n", seed, scenario.name, wanted.type, wanted.subject);
  }
  for (const scenarios::Alert& alert : outcome.wrong) {
    ++tallies[alert.type].wrong;
    fmt::print("wrong   seed {} \"{}\" minute {}: {} {}: {}\n", seed, scenario.name, alert.minute,
               alert.type, alert.subject, alert.message);
  }
}

void Line(std::string_view name, Tally tally) {
  fmt::print("{:20} {:6} {:6} {:6} {:10.3f} {:7.3f} {:8}\n", name, tally.right, tally.wrong,
             tally.missed, tally.Precision(), tally.Recall(), tally.MedianDelay());
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const std::vector<scenarios::Scenario> all = scenarios::AllScenarios();
  const auto ill = std::ranges::count_if(all, [](const auto& s) { return !s.wanted.empty(); });
  std::map<std::string, Tally> tallies;
  detectors::DetectorRegistry registry;
  detectors::RegisterBuiltinDetectors(registry);
  for (const detectors::DetectorInfo& info : registry.detectors()) tallies[std::string(info.name)];
  const std::uint64_t seeds = quick ? 1 : 5;
  for (const scenarios::Scenario& scenario : all) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) Count(scenario, seed, tallies);
  }
  fmt::print("{:20} {:>6} {:>6} {:>6} {:>10} {:>7} {:>8}\n", "detector", "right", "wrong", "missed",
             "precision", "recall", "minutes");
  Tally sum;
  for (const auto& [name, tally] : tallies) {
    Line(name, tally);
    sum.Add(tally);
  }
  Line("all", sum);
  const bool good = sum.Precision() >= kLeastPrecision && sum.Recall() >= kLeastRecall;
  fmt::print(
      "detect: {} scenarios with an anomaly, {} without, {} seeds: precision {:.3f}, recall "
      "{:.3f} (targets {}, {}): {}\n",
      ill, std::ssize(all) - ill, seeds, sum.Precision(), sum.Recall(), kLeastPrecision,
      kLeastRecall, good ? "met" : "missed");
  return good ? 0 : 1;
}
