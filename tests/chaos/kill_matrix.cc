#include "tests/chaos/kill_matrix.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <utility>

#include "tests/chaos/killed_run.h"

namespace levelwind::testing {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

std::vector<std::string> ReadPoints(const std::string& file) {
  std::vector<std::string> points;
  std::ifstream in(file);
  std::string number, name;
  while (in >> number >> name) points.push_back(name);
  return points;
}

// Everything that a run waits for comes around quickly; the rules are those of a default daemon.
Daemon::Options QuickDaemon(const RealCluster& cluster, const std::string& dir) {
  return Witness::DaemonOptions(cluster, dir, "2MiB/s",
                                {{"COLLECT_METADATA_INTERVAL", "500ms"},
                                 {"COLLECT_OFFSET_INTERVAL", "1s"},
                                 {"COLLECT_LOG_DIR_INTERVAL", "1s"},
                                 {"EXECUTE_POLL_INTERVAL", "100ms"},
                                 {"PLAN_EFFORT", "fast"}});
}

}  // namespace

Result<std::unique_ptr<KillMatrix>> KillMatrix::Start() {
  LW_ASSIGN_OR_RETURN(auto cluster, RealCluster::Start(Witness::ClusterOptions()));
  std::unique_ptr<KillMatrix> matrix(new KillMatrix(std::move(cluster)));
  LW_ASSIGN_OR_RETURN(matrix->witness_, Witness::Start(*matrix->cluster_, matrix->work_.path()));
  LW_RETURN_IF_ERROR(matrix->MakeTopics());
  return matrix;
}

Status KillMatrix::MakeTopics() {
  for (const Scenario& scenario : scenarios_) {
    LW_RETURN_IF_ERROR(witness_->MakeTopic(scenario.topic, scenario.replicas));
    const std::string records = std::to_string(300 * scenario.replicas.size());
    LW_ASSIGN_OR_RETURN(
        const CommandResult filled,
        cluster_->RunTool({"producer-perf", "--topic", scenario.topic, "--num-records", records,
                           "--record-size", "1000", "--throughput", "-1"}));
    if (!filled.ok()) return Unavailable("filling " + scenario.topic + ": " + filled.err);
  }
  return Ok();
}

/// All topics are put back, not only the one that the run is about: what a plan moves to the fourth
/// broker depends on what the runs before have left there.
json KillMatrix::Beginning() const {
  json partitions = json::array();
  for (const Scenario& scenario : scenarios_) {
    for (std::size_t p = 0; p < scenario.replicas.size(); ++p) {
      json dirs = json::array();
      for (const BrokerId broker : scenario.replicas[p]) {
        dirs.push_back(scenario.one_dir ? cluster_->Broker(broker).log_dirs.front() : "any");
      }
      partitions.push_back({{"topic", scenario.topic},
                            {"partition", p},
                            {"replicas", scenario.replicas[p]},
                            {"log_dirs", dirs}});
    }
  }
  return {{"version", 1}, {"partitions", partitions}};
}

Result<std::vector<std::string>> KillMatrix::CountPoints(const Scenario& scenario) {
  std::vector<std::string> points;
  LW_ASSIGN_OR_RETURN(const Outcome outcome, RunOnce(scenario, {}, &points));
  if (points.empty()) return FailedPrecondition("no crash point was passed: " + outcome.line);
  return points;
}

Result<KillMatrix::Outcome> KillMatrix::Survive(const Scenario& scenario, Kill kill) {
  return RunOnce(scenario, kill, nullptr);
}

Result<KillMatrix::Outcome> KillMatrix::RunOnce(const Scenario& scenario, Kill kill,
                                                std::vector<std::string>* points) {
  const auto began = std::chrono::steady_clock::now();
  const std::string dir = fmt::format("{}/run-{}", work_.path(), ++run_);
  LW_ASSIGN_OR_RETURN(const CommandResult made, RunCommand({"mkdir", "-p", dir}, 5s));
  if (!made.ok()) return Unavailable("cannot make " + dir);
  LW_RETURN_IF_ERROR(witness_->Arrange(Beginning()));
  WitnessLimits limits;
  limits.factor = scenario.factor;
  LW_RETURN_IF_ERROR(witness_->Begin(dir + "/record", limits));

  const std::string log = dir + "/points";
  KilledRun::Lives lives;
  lives.first = {{"LEVELWIND_CRASH_LOG", log}, {"LEVELWIND_CRASH_AT", std::to_string(kill.at)}};
  if (kill.again_at > 0) {
    lives.second = {{"LEVELWIND_CRASH_AT", std::to_string(kill.again_at)}};
  }
  Daemon daemon(QuickDaemon(*cluster_, dir));
  KilledRun run(scenario, *witness_, daemon, std::move(lives));
  const Status carried = run.CarryOut();
  if (!daemon.Terminate()) return Internal("the daemon did not stop on SIGTERM");
  const Result<std::string> judged = witness_->End(dir + "/state");
  if (!carried.ok()) {
    return Internal(carried.error().message() + (judged.ok() ? "" : judged.error().message()));
  }
  LW_RETURN_IF_ERROR(judged);
  LW_ASSIGN_OR_RETURN(const std::string left, witness_->Leftovers());
  if (!left.empty()) return Internal("left behind: " + left);

  const std::vector<std::string> passed = ReadPoints(log);
  if (points != nullptr) *points = passed;
  const std::string name = kill.at > 0 && kill.at <= passed.size() ? passed[kill.at - 1] : "none";
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return Outcome{run.kills(),
                 fmt::format("{} point {} ({}){}: killed {} times, as it should be; {} ({:.1f} s)",
                             scenario.name, kill.at, name,
                             kill.again_at > 0 ? fmt::format(", again at {}", kill.again_at) : "",
                             run.kills(), *judged, seconds)};
}

}  // namespace levelwind::testing
