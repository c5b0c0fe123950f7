#include "tests/chaos/kill_matrix.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/kafka_cluster/daemon_api.h"

namespace levelwind::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr int kTopics = 2;
constexpr int kPartitions = 10;
constexpr const char* kThrottle = "8MiB/s";

std::string TopicName(int index) { return fmt::format("chaos-{}", index); }

/// All leaders on broker 1, nothing on broker 4.
std::vector<BrokerId> SkewedReplicas(int topic, int partition) {
  const BrokerId second = partition % 2 == 0 ? 2 : 3;
  const BrokerId third = second == 2 ? 3 : 2;
  return topic == 0 ? std::vector<BrokerId>{1, second} : std::vector<BrokerId>{1, second, third};
}

Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::trunc);
  out << text;
  out.close();
  return out ? Ok() : Status(Unavailable("cannot write " + path));
}

std::vector<std::string> ReadPoints(const std::string& file) {
  std::vector<std::string> points;
  std::ifstream in(file);
  std::string number, name;
  while (in >> number >> name) points.push_back(name);
  return points;
}

}  // namespace

Result<std::unique_ptr<KillMatrix>> KillMatrix::Start() {
  LW_ASSIGN_OR_RETURN(auto cluster, RealCluster::Start());
  std::unique_ptr<KillMatrix> matrix(new KillMatrix(std::move(cluster)));
  LW_RETURN_IF_ERROR(matrix->MakeSkew());
  return matrix;
}

Status KillMatrix::MakeSkew() {
  json assignment = {{"version", 1}, {"partitions", json::array()}};
  for (int t = 0; t < kTopics; ++t) {
    kafka::NewTopic topic;
    topic.name = TopicName(t);
    for (int p = 0; p < kPartitions; ++p) {
      topic.assignments.push_back(SkewedReplicas(t, p));
      assignment["partitions"].push_back(
          {{"topic", topic.name}, {"partition", p}, {"replicas", SkewedReplicas(t, p)}});
    }
    LW_RETURN_IF_ERROR(cluster_->CreateTopic(topic));
    LW_ASSIGN_OR_RETURN(
        const CommandResult filled,
        cluster_->RunTool({"producer-perf", "--topic", topic.name, "--num-records", "20000",
                           "--record-size", "1000", "--throughput", "-1"}));
    if (!filled.ok()) return Unavailable("filling " + topic.name + ": " + filled.err);
  }
  skew_file_ = work_.path() + "/skew.json";
  return WriteFile(skew_file_, assignment.dump());
}

Status KillMatrix::RestoreSkew() {
  LW_ASSIGN_OR_RETURN(
      const CommandResult started,
      cluster_->RunTool({"reassign", "--reassignment-json-file", skew_file_, "--execute"}));
  if (!started.ok()) return Unavailable("restoring the skew: " + started.out + started.err);
  LW_ASSIGN_OR_RETURN(const CommandResult there,
                      cluster_->RunReferee({"--check", "replicas", "--check", "no-leftovers",
                                            "--expect", skew_file_, "--wait", "60"},
                                           90s));
  if (!there.ok()) return Unavailable("the skew did not come back: " + there.out + there.err);
  return Ok();
}

Result<std::vector<std::string>> KillMatrix::CountPoints() {
  std::vector<std::string> points;
  LW_ASSIGN_OR_RETURN(const Outcome outcome, RunOnce(0, &points));
  if (points.empty()) return FailedPrecondition("no crash point was passed: " + outcome.line);
  return points;
}

Result<KillMatrix::Outcome> KillMatrix::Survive(std::size_t crash_at) {
  LW_RETURN_IF_ERROR(RestoreSkew());
  return RunOnce(crash_at, nullptr);
}

Result<KillMatrix::Outcome> KillMatrix::RunOnce(std::size_t crash_at,
                                                std::vector<std::string>* points) {
  const std::string dir = fmt::format("{}/run-{}", work_.path(), ++run_);
  LW_ASSIGN_OR_RETURN(const CommandResult made, RunCommand({"mkdir", "-p", dir}, 5s));
  if (!made.ok()) return Unavailable("cannot make " + dir);
  const std::string log = dir + "/points";
  const Daemon::Options options =
      OperatingDaemon(cluster_->bootstrap(), dir, {"--throttle", kThrottle});
  Daemon daemon(options);
  LW_RETURN_IF_ERROR(daemon.StartWith(
      {{"LEVELWIND_CRASH_LOG", log}, {"LEVELWIND_CRASH_AT", std::to_string(crash_at)}}));
  LW_RETURN_IF_ERROR(daemon.WaitHttp("/-/ready", 30s));
  LW_ASSIGN_OR_RETURN(const std::string id, MakeProposal(daemon));
  const std::string plan_file = dir + "/plan.json";
  LW_ASSIGN_OR_RETURN(const CommandResult shown,
                      RunLevelwind({"show", id, "-o", "reassign", "--api",
                                    fmt::format("http://127.0.0.1:{}", options.http_port)}));
  if (!shown.ok()) return Unavailable("show " + id + ": " + shown.err);
  LW_RETURN_IF_ERROR(WriteFile(plan_file, shown.out));
  // The kill may come before the answer: only the journal says whether the operation was taken.
  const Result<json> applied =
      PostJson(daemon, "/api/v1/proposals/" + id + "/apply", {{"reason", "kill matrix"}});
  // A killed process takes a moment until it is seen to have ended.
  for (int i = 0; i < 50 && !applied.ok() && daemon.running(); ++i) {
    std::this_thread::sleep_for(100ms);
  }
  if (!applied.ok() && daemon.running()) return applied.error();

  std::string state;
  bool killed = false;
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (std::chrono::steady_clock::now() < deadline && !IsOver(state)) {
    std::this_thread::sleep_for(100ms);
    if (!daemon.running()) {
      if (killed) return Internal("the restarted daemon ended: " + daemon.stderr_text());
      killed = true;
      LW_RETURN_IF_ERROR(daemon.Start());
      LW_RETURN_IF_ERROR(daemon.WaitHttp("/-/ready", 30s));
      LW_ASSIGN_OR_RETURN(state, NewestOperationState(daemon));
      if (state.empty()) {
        // Killed before the journal had it: nothing may have been sent, and it is applied again.
        LW_RETURN_IF_ERROR(PostJson(daemon, "/api/v1/proposals/" + id + "/apply",
                                    {{"reason", "kill matrix, again"}}));
      }
    }
    if (Result<std::string> now = NewestOperationState(daemon); now.ok()) state = *now;
  }
  if (state != "completed") {
    return Internal(fmt::format("killed at point {}: the operation ended as '{}' (run in {})",
                                crash_at, state, dir));
  }
  LW_RETURN_IF_ERROR(Judge(plan_file));
  if (points != nullptr) *points = ReadPoints(log);
  const std::vector<std::string> passed = ReadPoints(log);
  const std::string name =
      crash_at > 0 && crash_at <= passed.size() ? passed[crash_at - 1] : "none";
  if (!daemon.Terminate()) return Internal("the daemon did not stop on SIGTERM");
  if (crash_at > 0 && !killed) {
    return Outcome{false, fmt::format("point {}: not reached this time", crash_at)};
  }
  return Outcome{killed, fmt::format("point {} ({}): {}", crash_at, name,
                                     killed ? "killed, resumed, level" : "level")};
}

Status KillMatrix::Judge(const std::string& plan_file) {
  LW_ASSIGN_OR_RETURN(const CommandResult verdict,
                      cluster_->RunReferee({"--check", "replicas", "--check", "no-leftovers",
                                            "--expect", plan_file, "--wait", "20"},
                                           60s));
  if (!verdict.ok()) return Internal("the referee says: " + verdict.out + verdict.err);
  return Ok();
}

}  // namespace levelwind::testing
