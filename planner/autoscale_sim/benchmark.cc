#include "planner/autoscale_sim/benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "base/text.h"
#include "planner/autoscale_sim/group_sim.h"

namespace levelwind::planner::sim {
namespace {

constexpr std::array<std::string_view, 5> kThresholds{"0.1", "0.3", "1", "3", "10"};

/// B3 stands for KEDA with the best of several thresholds: all are run.
std::vector<std::string> Variants(const std::string& algorithm) {
  if (algorithm != "B3") return {algorithm};
  std::vector<std::string> variants;
  for (const std::string_view threshold : kThresholds) {
    variants.push_back(fmt::format("B3:{}", threshold));
  }
  return variants;
}

void Add(Cell& cell, const RunResult& run, double share) {
  cell.late5 += share * run.Late5Percent();
  cell.late60 += share * run.Late60Percent();
  cell.p50 += share * run.latency.Quantile(0.5);
  cell.p99 += share * run.latency.Quantile(0.99);
  cell.p999 += share * run.latency.Quantile(0.999);
  cell.peak_time_lag += share * run.peak_time_lag;
  cell.peak_lag += share * run.peak_lag;
  cell.seconds_over += share * run.seconds_over;
  cell.replica_seconds += share * run.replica_seconds;
  cell.actions += share * run.actions;
  cell.rebalances += share * run.rebalances;
  cell.reversals += share * run.reversals;
  cell.pause_seconds += share * run.pause_seconds;
  cell.cost += share * run.Cost();
}

/// All runs of one workload and seed: the load is made once.
struct Task {
  int workload = 0, seed = 1;
  std::vector<RunResult> results;  // [protocol][variant]
};

void RunTask(const BenchmarkPlan& plan, const std::vector<std::string>& variants, Task& task) {
  const Workload made =
      plan.trace ? Workload{}
                 : MakeWorkload(task.workload, static_cast<std::uint64_t>(task.seed), plan.hours);
  const Workload& load = plan.trace ? *plan.trace : made;
  for (const Protocol protocol : plan.protocols) {
    for (const std::string& variant : variants) {
      const std::unique_ptr<Scaler> scaler = MakeScaler(variant, load, protocol);
      GroupSim sim(load, protocol, static_cast<std::uint64_t>(task.seed), *scaler);
      task.results.push_back(sim.Run());
      if (task.seed != plan.first_seed) task.results.back().minutes.clear();
    }
  }
}

Status Check(const BenchmarkPlan& plan) {
  for (const int workload : plan.workloads) {
    if (workload < 1 || workload > kWorkloads) {
      return InvalidArgument(fmt::format("there is no workload {}: write 1 to {}, or give a trace",
                                         workload, kWorkloads));
    }
  }
  for (const std::string& algorithm : plan.algorithms) {
    if (std::ranges::find(ScalerNames(), algorithm) == ScalerNames().end()) {
      return InvalidArgument(fmt::format("there is no algorithm \"{}\": there are {}",
                                         EscapeControl(algorithm), Join(ScalerNames(), ", ")));
    }
  }
  if (plan.seeds < 1 || plan.seeds > 1000) {
    return InvalidArgument(fmt::format("{} seeds: write 1 to 1000", plan.seeds));
  }
  return {};
}

/// The cells of one protocol and workload.
std::vector<Cell> Merge(const BenchmarkPlan& plan, const std::vector<std::string>& algorithms,
                        const std::vector<std::string>& variants, std::size_t protocol,
                        std::vector<Task*> tasks) {
  std::vector<Cell> all(variants.size());
  for (std::size_t v = 0; v < variants.size(); ++v) {
    for (Task* task : tasks) {
      RunResult& run = task->results[protocol * variants.size() + v];
      Add(all[v], run, 1.0 / static_cast<double>(tasks.size()));
      if (task->seed == plan.first_seed) all[v].minutes = std::move(run.minutes);
    }
  }
  std::vector<Cell> cells;
  std::size_t next = 0;
  double measure = 0;
  for (const std::string& algorithm : algorithms) {
    const std::size_t count = Variants(algorithm).size();
    std::size_t best = next;
    for (std::size_t v = next; v < next + count; ++v) {
      if (all[v].cost < all[best].cost) best = v;
    }
    Cell cell = std::move(all[best]);
    if (count > 1) cell.setting = variants[best].substr(3);
    next += count;
    cell.workload = tasks.front()->workload;
    cell.workload_name = std::string(WorkloadName(cell.workload));
    cell.protocol = plan.protocols[protocol];
    cell.algorithm = algorithm;
    if (algorithm == "B1") {
      measure = cell.replica_seconds;
      cell.rebalances = cell.pause_seconds = 0;  // it moves partitions for nothing
    }
    cells.push_back(std::move(cell));
  }
  for (Cell& cell : cells) cell.ratio = measure > 0 ? cell.replica_seconds / measure : 0;
  return cells;
}

}  // namespace

const Cell* BenchmarkResult::Find(Protocol protocol, int workload,
                                  std::string_view algorithm) const {
  for (const Cell& cell : cells) {
    if (cell.protocol == protocol && cell.workload == workload && cell.algorithm == algorithm) {
      return &cell;
    }
  }
  return nullptr;
}

Result<BenchmarkResult> RunBenchmark(const BenchmarkPlan& plan, const RunParallel& run_parallel) {
  if (const Status status = Check(plan); !status.ok()) return status.error();
  std::vector<std::string> algorithms = plan.algorithms;
  if (std::ranges::find(algorithms, "B1") == algorithms.end()) {
    algorithms.insert(algorithms.begin(), "B1");
  }
  std::vector<std::string> variants;
  for (const std::string& algorithm : algorithms) {
    for (std::string& variant : Variants(algorithm)) variants.push_back(std::move(variant));
  }
  const std::vector<int> workloads = plan.trace ? std::vector<int>{14} : plan.workloads;
  std::vector<Task> tasks;
  for (const int workload : workloads) {
    for (int i = 0; i < plan.seeds; ++i) tasks.push_back({workload, plan.first_seed + i, {}});
  }
  std::vector<std::function<void()>> work;
  work.reserve(tasks.size());
  for (Task& task : tasks) {
    work.push_back([&plan, &variants, &task] { RunTask(plan, variants, task); });
  }
  if (run_parallel) {
    run_parallel(work);
  } else {
    for (const auto& one : work) one();
  }
  BenchmarkResult result;
  for (std::size_t protocol = 0; protocol < plan.protocols.size(); ++protocol) {
    for (const int workload : workloads) {
      std::vector<Task*> of;
      for (Task& task : tasks) {
        if (task.workload == workload) of.push_back(&task);
      }
      for (Cell& cell : Merge(plan, algorithms, variants, protocol, of)) {
        result.cells.push_back(std::move(cell));
      }
    }
  }
  return result;
}

}  // namespace levelwind::planner::sim
