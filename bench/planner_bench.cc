// Plans from a snapshot file or from a cluster of its own making.
//   planner_bench --plan SNAPSHOT.json PLAN.json [seed] [fast|normal|thorough]
//     writes Kafka's reassignment JSON and prints one line of JSON with the figures
//     (bench/planner_planbench.py calls this);
//   planner_bench [google-benchmark options]
//     times reading, writing and planning.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "model/proposal.h"
#include "planner/rebalance/plan_rebalance.h"
#include "planner/snapshot_file.h"

namespace {

using levelwind::ClusterSnapshot;
using levelwind::Proposal;
using levelwind::Result;
using levelwind::planner::Effort;
using levelwind::planner::PlannerOptions;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

/// Of this program. getrusage would count what its parent had when it forked.
double PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024.0;
  }
  return 0;
}

int Fail(const levelwind::Error& error) {
  fmt::print(stderr, "planner_bench: {}\n", error.ToString());
  return 1;
}

/// The text is gone again when this returns: it is no part of what planning needs.
Result<ClusterSnapshot> Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::string json(file ? static_cast<std::size_t>(file.tellg()) : 0, '\0');
  file.seekg(0);
  file.read(json.data(), static_cast<std::streamsize>(json.size()));
  return levelwind::planner::ParseSnapshotJson(json);
}

int Plan(const std::vector<std::string>& arguments) {
  double mark = CpuSeconds();
  const Result<ClusterSnapshot> snapshot = Read(arguments[0]);
  if (!snapshot.ok()) return Fail(snapshot.error());
  const double read_s = CpuSeconds() - mark;
  PlannerOptions options;
  if (arguments.size() > 2) options.seed = std::stoull(arguments[2]);
  if (arguments.size() > 3 && arguments[3] == "fast") options.effort = Effort::kFast;
  if (arguments.size() > 3 && arguments[3] == "thorough") options.effort = Effort::kThorough;
  mark = CpuSeconds();
  const auto wall = std::chrono::steady_clock::now();
  const Result<Proposal> proposal = levelwind::planner::PlanRebalance(*snapshot, options);
  if (!proposal.ok()) return Fail(proposal.error());
  const double plan_s = CpuSeconds() - mark;
  const double wall_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  std::ofstream(arguments[1], std::ios::binary) << levelwind::ToReassignmentJson(*proposal);
  fmt::print(
      "{{\"read_s\":{:.3f},\"plan_s\":{:.3f},\"wall_s\":{:.3f},\"rss_mb\":{:.1f},\"moves\":{},"
      "\"bytes\":{},\"bound\":{},\"score_before\":{:.1f},\"score_after\":{:.1f}}}\n",
      read_s, plan_s, wall_s, PeakMegabytes(), proposal->moves.size(), proposal->bytes_to_move,
      proposal->bytes_lower_bound, proposal->score_before, proposal->score_after);
  return 0;
}

/// An uneven cluster in the snapshot format: broker b of n gets a share that falls with b.
std::string UnevenCluster(int brokers, int partitions) {
  std::string json = "{\"format\":\"cluster-snapshot/1\",\"brokers\":[";
  for (int b = 0; b < brokers; ++b) {
    json += fmt::format("{}{{\"id\":{},\"rack\":\"r{}\",\"state\":\"alive\"}}", b > 0 ? "," : "", b,
                        b % 5);
  }
  json += "],\"topics\":[{\"name\":\"t\",\"partitions\":[";
  std::uint64_t state = 42;
  const auto next = [&](int n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<int>((state >> 33) % static_cast<std::uint64_t>(n));
  };
  for (int p = 0; p < partitions; ++p) {
    const int first = std::min(next(brokers), next(brokers));
    json += fmt::format(
        "{}{{\"replicas\":[{},{},{}],\"network_in\":{},\"network_out\":{},\"cpu\":0.1,\"disk\":{}}"
        "}",
        p > 0 ? "," : "", first, (first + 1) % brokers, (first + 2) % brokers, 1 + next(500),
        1 + next(1500), 1 + next(2000));
  }
  return json + "]}]}";
}

void BM_ReadSnapshot(benchmark::State& state) {
  const std::string json = UnevenCluster(50, static_cast<int>(state.range(0)));
  for (auto step : state) {
    benchmark::DoNotOptimize(levelwind::planner::ParseSnapshotJson(json));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
}
BENCHMARK(BM_ReadSnapshot)->Arg(10'000)->Unit(benchmark::kMillisecond);

void BM_Plan(benchmark::State& state) {
  const auto snapshot = levelwind::planner::ParseSnapshotJson(
      UnevenCluster(static_cast<int>(state.range(0)), static_cast<int>(state.range(1))));
  PlannerOptions options;
  for (auto step : state) {
    benchmark::DoNotOptimize(levelwind::planner::PlanRebalance(*snapshot, options));
  }
}
BENCHMARK(BM_Plan)
    ->Args({4, 100})
    ->Args({10, 1'000})
    ->Args({50, 10'000})
    ->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 3 && arguments[0] == "--plan") {
    return Plan({arguments.begin() + 1, arguments.end()});
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
