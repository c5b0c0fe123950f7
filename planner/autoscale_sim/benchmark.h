#pragma once

// Many runs: workloads x algorithms x protocols x seeds, their means, and what is asked of ours.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/autoscale_sim/run_result.h"
#include "planner/autoscale_sim/scaler.h"

namespace levelwind::planner::sim {

struct BenchmarkPlan {
  std::vector<int> workloads;           ///< 1 to 13; ignored with a trace.
  std::vector<std::string> algorithms;  ///< Of ScalerNames(). B1 is always run: it is the measure.
  std::vector<Protocol> protocols{Protocol::kEager};
  int seeds = 10;
  int first_seed = 1;
  double hours = 0;               ///< > 0: only so long.
  std::optional<Workload> trace;  ///< W14 instead.
};

/// Means over all seeds of one algorithm on one workload under one protocol.
struct Cell {
  int workload = 0;
  std::string workload_name;
  Protocol protocol = Protocol::kEager;
  std::string algorithm;
  std::string setting;           ///< B3: the threshold that was picked.
  double late5 = 0, late60 = 0;  ///< Percent of the records.
  double p50 = 0, p99 = 0, p999 = 0, peak_time_lag = 0, seconds_over = 0;
  double peak_lag = 0;
  double replica_seconds = 0, ratio = 0;  ///< The latter over the clairvoyant's.
  double actions = 0, rebalances = 0, reversals = 0, pause_seconds = 0, cost = 0;
  std::vector<Minute> minutes;  ///< Of the first seed.
};

struct BenchmarkResult {
  std::vector<Cell> cells;  ///< By protocol, workload, algorithm, in the plan's order.
  const Cell* Find(Protocol protocol, int workload, std::string_view algorithm) const;
};

using RunParallel = std::function<void(const std::vector<std::function<void()>>&)>;

/// kInvalidArgument names a workload or algorithm that does not exist. The tasks that
/// `run_parallel` is given are independent; without it they run one after the other.
Result<BenchmarkResult> RunBenchmark(const BenchmarkPlan& plan, const RunParallel& run_parallel);

/// One thing that is asked of ours (B10).
struct Target {
  std::string text;
  bool met = false;
  std::string detail;
};
/// For every protocol in the result that has all it takes.
std::vector<Target> CheckTargets(const BenchmarkResult& result);

// benchmark_text.cc
/// "late over 5 s % / over 60 s % / replica-seconds over the clairvoyant's / rebalances".
std::string RenderTable(const BenchmarkResult& result);
std::string RenderCsv(const BenchmarkResult& result);
std::string RenderJson(const BenchmarkResult& result);
// benchmark_plot.cc
/// File name to SVG: arrivals, replicas and time lag of each workload, and what lateness costs.
std::map<std::string, std::string> RenderPlots(const BenchmarkResult& result);

}  // namespace levelwind::planner::sim
