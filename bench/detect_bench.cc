// Labelled hours of a cluster's life under the detectors: precision and recall of each.
//   detect_bench [--quick]
// Each scenario is lived through with several seeds (--quick: one). Exit status 1 below the
// targets. Then what a look of all detectors costs on a cluster of a million replicas.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/process_usage.h"
#include "detectors/detector.h"
#include "detectors/watch.h"
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

/// 1,000 brokers, 10,000 topics of 33 or 34 partitions of 3 replicas, 1,000 groups of 20
/// partitions: a million replicas, all figures known.
ClusterSnapshot LargeCluster() {
  constexpr int kBrokers = 1000, kTopics = 10'000, kGroups = 1000;
  ClusterSnapshot s;
  for (int b = 0; b < kBrokers; ++b) {
    Broker& broker = s.brokers.emplace_back();
    broker.id = b;
    broker.rack = fmt::format("r{}", b % 5);
    broker.log_dirs = {{.path = "/d", .total_bytes = 1'000'000'000, .usable_bytes = 500'000'000}};
  }
  for (int t = 0; t < kTopics; ++t) {
    Topic topic;
    topic.name = fmt::format("topic-{:05}", t);
    topic.first_partition = static_cast<std::uint32_t>(s.partitions.size());
    topic.partition_count = t % 3 == 0 ? 34 : 33;
    for (std::uint32_t n = 0; n < topic.partition_count; ++n) {
      const int at = static_cast<int>(s.partitions.size());
      Partition& p = s.partitions.emplace_back();
      p.topic = t;
      p.number = static_cast<std::int32_t>(n);
      p.first_replica = static_cast<std::uint32_t>(s.replicas.size());
      p.replica_count = 3;
      p.leader = at % kBrokers;
      p.log_start_offset = 0;
      p.log_end_offset = 1000 + at;
      p.load.bytes_in_per_s = 1000 + at % 100;
      p.load.messages_in_per_s = 10;
      for (int r = 0; r < 3; ++r) {
        s.replicas.push_back(
            {.broker = (at + r) % kBrokers, .log_dir = 0, .in_sync = true, .size_bytes = 1000});
      }
    }
    s.topics.push_back(std::move(topic));
  }
  for (int g = 0; g < kGroups; ++g) {
    ConsumerGroup& group = s.groups.emplace_back();
    group.name = fmt::format("group-{:04}", g);
    group.state = "Stable";
    group.member_count = 4;
    group.total_lag = group.max_lag = 100;
    for (int o = 0; o < 20; ++o) {
      group.offsets.Edit().push_back(
          {.partition = g * 20 + o, .committed = 900 + g * 20 + o, .lag = 100});
    }
  }
  return s;
}

void MeasureCost(bool quick) {
  const int looks = quick ? 4 : 24;
  const double empty = bench::MemoryMiB("VmRSS");
  const auto cluster = std::make_shared<ClusterSnapshot>(LargeCluster());
  const double with = bench::MemoryMiB("VmRSS");
  detectors::Watch watch{detectors::DetectorOptions()};
  double spent = 0, most = 0;
  for (int look = 0; look <= looks; ++look) {
    cluster->sequence = static_cast<std::uint64_t>(look) + 1;
    cluster->taken_at = {1'760'000'000'000 + look * 10'000};
    const double before = bench::CpuSeconds();
    (void)watch.Look(cluster, cluster->taken_at);
    const double cost = bench::CpuSeconds() - before;
    if (look == 0) continue;  // Memory is made then.
    spent += cost;
    most = std::max(most, cost);
  }
  fmt::print(
      "detect: {} replicas, {} brokers, {} groups: {:.0f} ms of CPU a look of all detectors (most "
      "{:.0f}), {:.0f} MiB held by them beside {:.0f} MiB of the snapshot\n",
      cluster->replicas.size(), cluster->brokers.size(), cluster->groups.size(),
      spent / looks * 1000, most * 1000, bench::MemoryMiB("VmRSS") - with, with - empty);
}

/// Precision and recall over the scenarios that thresholds were not chosen by.
void HeldOut(const std::vector<scenarios::Scenario>& all, std::uint64_t seeds,
             const std::map<std::string, Tally>& tallies) {
  Tally sum;
  for (const auto& [name, tally] : tallies) sum.Add(tally);
  const auto of = [&](bool ill) {
    return std::ranges::count_if(
        all, [&](const auto& s) { return s.held_out && s.wanted.empty() != ill; });
  };
  fmt::print(
      "detect: held out: {} scenarios with an anomaly, {} without, {} seeds: {} right, {} wrong, "
      "{} "
      "missed: precision {:.3f}, recall {:.3f}\n",
      of(true), of(false), seeds, sum.right, sum.wrong, sum.missed, sum.Precision(), sum.Recall());
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const std::vector<scenarios::Scenario> all = scenarios::AllScenarios();
  const auto count = [&](bool ill) {
    return std::ranges::count_if(
        all, [&](const auto& s) { return !s.held_out && s.wanted.empty() != ill; });
  };
  std::map<std::string, Tally> tallies, held_out;
  detectors::DetectorRegistry registry;
  detectors::RegisterBuiltinDetectors(registry);
  for (const detectors::DetectorInfo& info : registry.detectors()) tallies[std::string(info.name)];
  const std::uint64_t seeds = quick ? 1 : 5;
  for (const scenarios::Scenario& scenario : all) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      Count(scenario, seed, scenario.held_out ? held_out : tallies);
    }
  }
  fmt::print("{:20} {:>6} {:>6} {:>6} {:>10} {:>7} {:>8}\n", "detector", "right", "wrong", "missed",
             "precision", "recall", "minutes");
  Tally sum;
  for (const auto& [name, tally] : tallies) {
    Line(name, tally);
    sum.Add(tally);
  }
  Line("all", sum);
  HeldOut(all, seeds, held_out);
  MeasureCost(quick);
  const bool good = sum.Precision() >= kLeastPrecision && sum.Recall() >= kLeastRecall;
  fmt::print(
      "detect: {} scenarios with an anomaly, {} without, {} seeds: precision {:.3f}, recall "
      "{:.3f} (targets {}, {}): {}\n",
      count(true), count(false), seeds, sum.Precision(), sum.Recall(), kLeastPrecision,
      kLeastRecall, good ? "met" : "missed");
  return good ? 0 : 1;
}
