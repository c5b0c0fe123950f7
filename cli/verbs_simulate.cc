#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/verbs.h"
#include "planner/autoscale_sim/benchmark.h"

namespace levelwind::cli {
namespace {

using planner::sim::BenchmarkPlan;
using planner::sim::Protocol;

Result<std::vector<Protocol>> Protocols(const std::vector<std::string>& names) {
  std::vector<Protocol> protocols;
  for (const std::string& name : names) {
    std::optional<Protocol> found;
    for (const Protocol protocol :
         {Protocol::kEager, Protocol::kCooperative, Protocol::kConsumer, Protocol::kStatic}) {
      if (planner::sim::ProtocolName(protocol) == name) found = protocol;
    }
    if (!found) {
      return InvalidArgument(
          fmt::format("there is no protocol \"{}\": write eager, cooperative, kip848 or static",
                      EscapeControl(name)));
    }
    protocols.push_back(*found);
  }
  return protocols;
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(fmt::format("{} cannot be read", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Status WritePlots(const std::string& folder, const planner::sim::BenchmarkResult& result) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return FailedPrecondition(fmt::format("{}: {}", folder, error.message()));
  for (const auto& [name, svg] : planner::sim::RenderPlots(result)) {
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    std::ofstream file(path, std::ios::binary);
    if (!(file << svg) || !file.flush()) {
      return FailedPrecondition(fmt::format("{} cannot be written", path.string()));
    }
  }
  return {};
}

Result<BenchmarkPlan> PlanOf(const SimulateArgs& args) {
  BenchmarkPlan plan;
  plan.workloads = args.workloads;
  if (args.workloads.empty()) {
    for (int w = 1; w <= planner::sim::kWorkloads; ++w) plan.workloads.push_back(w);
  }
  plan.algorithms = args.algorithms.empty() ? planner::sim::ScalerNames() : args.algorithms;
  auto protocols = Protocols(args.protocols);
  if (!protocols.ok()) return protocols.error();
  plan.protocols = std::move(protocols).value();
  plan.seeds = args.seeds;
  plan.hours = args.hours;
  if (!args.trace.empty()) {
    const auto text = ReadFile(args.trace);
    if (!text.ok()) return text.error();
    auto trace = planner::sim::ParseTrace(*text, args.partitions);
    if (!trace.ok()) return trace.error().Wrap(args.trace);
    plan.trace = std::move(trace).value();
  }
  return plan;
}

}  // namespace

int RunSimulateAutoscale(const SimulateArgs& args, const DaemonVerbs& verbs, Terminal& terminal) {
  const auto fail = [&](const Error& error) {
    terminal.err << "levelwind simulate autoscale: " << error.message() << "\n";
    return error.code() == ErrorCode::kInvalidArgument ? kUsage : kFailed;
  };
  const auto plan = PlanOf(args);
  if (!plan.ok()) return fail(plan.error());
  const auto result = planner::sim::RunBenchmark(*plan, verbs.run_parallel);
  if (!result.ok()) return fail(result.error());
  if (args.output == "csv") {
    terminal.out << planner::sim::RenderCsv(*result);
  } else if (args.output == "json") {
    terminal.out << planner::sim::RenderJson(*result);
  } else {
    terminal.out << planner::sim::RenderTable(*result);
    for (const planner::sim::Target& target : planner::sim::CheckTargets(*result)) {
      terminal.out << fmt::format("{}  {}: {}\n", target.met ? "met   " : "missed", target.text,
                                  target.detail);
    }
  }
  terminal.out << std::flush;
  if (!args.plots.empty()) {
    if (const Status status = WritePlots(args.plots, *result); !status.ok()) {
      return fail(status.error());
    }
  }
  return kDone;
}

}  // namespace levelwind::cli
