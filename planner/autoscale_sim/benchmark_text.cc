#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json_writer.h"
#include "planner/autoscale_sim/benchmark.h"

namespace levelwind::planner::sim {
namespace {

std::string Brief(const Cell& cell) {
  return fmt::format("{:.1f}/{:.2f}/{:.2f}/{:.0f}", cell.late5, cell.late60, cell.ratio,
                     cell.rebalances);
}

}  // namespace

std::string RenderTable(const BenchmarkResult& result) {
  std::string out;
  std::vector<std::string> algorithms;
  for (const Cell& cell : result.cells) {
    if (std::ranges::find(algorithms, cell.algorithm) == algorithms.end()) {
      algorithms.push_back(cell.algorithm);
    }
  }
  const Cell* last = nullptr;
  for (const Cell& cell : result.cells) {
    if (last == nullptr || last->protocol != cell.protocol) {
      out += fmt::format(
          "{}{}: records later than 5 s % / later than 60 s % / replica-seconds over "
          "the clairvoyant's / rebalances\n{:<22}",
          last == nullptr ? "" : "\n\n", ProtocolName(cell.protocol), "");
      for (const std::string& name : algorithms) out += fmt::format(" {:<21}", name);
    }
    if (last == nullptr || last->workload != cell.workload || last->protocol != cell.protocol) {
      out += fmt::format("\nW{:<2} {:<18}", cell.workload, cell.workload_name);
    }
    out += fmt::format(" {:<21}", Brief(cell));
    last = &cell;
  }
  return out + "\n";
}

std::string RenderCsv(const BenchmarkResult& result) {
  std::string out =
      "protocol,workload,name,algorithm,setting,late_5s_percent,late_60s_percent,p50_s,p99_s,"
      "p999_s,peak_time_lag_s,peak_lag_records,seconds_over_60s,replica_seconds,over_clairvoyant,"
      "actions,rebalances,reversals_10min,partition_pause_seconds,cost\n";
  for (const Cell& c : result.cells) {
    fmt::format_to(std::back_inserter(out),
                   "{},{},{},{},{},{:.3f},{:.3f},{:.1f},{:.1f},{:.1f},{:.0f},{:.0f},{:.0f},{:.0f},"
                   "{:.3f},{:.1f},{:.1f},{:.1f},{:.0f},{:.1f}\n",
                   ProtocolName(c.protocol), c.workload, c.workload_name, c.algorithm, c.setting,
                   c.late5, c.late60, c.p50, c.p99, c.p999, c.peak_time_lag, c.peak_lag,
                   c.seconds_over, c.replica_seconds, c.ratio, c.actions, c.rebalances, c.reversals,
                   c.pause_seconds, c.cost);
  }
  return out;
}

std::string RenderJson(const BenchmarkResult& result) {
  JsonWriter json;
  json.BeginObject().Key("cells").BeginArray();
  for (const Cell& c : result.cells) {
    json.BeginObject()
        .Field("protocol", ProtocolName(c.protocol))
        .Field("workload", c.workload)
        .Field("name", c.workload_name)
        .Field("algorithm", c.algorithm)
        .FieldText("setting", c.setting)
        .Field("late_5s_percent", c.late5)
        .Field("late_60s_percent", c.late60)
        .Field("p50_s", c.p50)
        .Field("p99_s", c.p99)
        .Field("p999_s", c.p999)
        .Field("peak_time_lag_s", c.peak_time_lag)
        .Field("peak_lag_records", c.peak_lag)
        .Field("seconds_over_60s", c.seconds_over)
        .Field("replica_seconds", c.replica_seconds)
        .Field("over_clairvoyant", c.ratio)
        .Field("actions", c.actions)
        .Field("rebalances", c.rebalances)
        .Field("reversals_10min", c.reversals)
        .Field("partition_pause_seconds", c.pause_seconds)
        .Field("cost", c.cost)
        .EndObject();
  }
  json.EndArray().Key("targets").BeginArray();
  for (const Target& target : CheckTargets(result)) {
    json.BeginObject()
        .Field("target", target.text)
        .Field("met", target.met)
        .Field("detail", target.detail)
        .EndObject();
  }
  return json.EndArray().EndObject().Take() + "\n";
}

}  // namespace levelwind::planner::sim
