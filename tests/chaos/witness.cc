#include "tests/chaos/witness.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

#include "tests/kafka_cluster/daemon_api.h"

namespace levelwind::testing {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// A look at a cluster whose broker just died takes a while, and so does an arrangement.
constexpr Duration kAnswerWithin = 90s;

}  // namespace

RealClusterOptions Witness::ClusterOptions() {
  RealClusterOptions options;
  options.listeners = {{kListener, "PLAINTEXT"}};
  options.proxied = {kListener};
  return options;
}

Daemon::Options Witness::DaemonOptions(
    const RealCluster& cluster, const std::string& dir, const std::string& throttle,
    const std::vector<std::pair<std::string, std::string>>& settings) {
  Daemon::Options options =
      OperatingDaemon(cluster.bootstrap(kListener), dir, {"--throttle", throttle});
  for (const auto& [name, value] : settings) {
    options.env.emplace_back("LEVELWIND_" + name, value);
  }
  return options;
}

Result<std::unique_ptr<Witness>> Witness::Start(const RealCluster& cluster,
                                                const std::string& dir) {
  const int port = FreePort();
  SubprocessOptions options;
  options.argv = {ScriptPath("referee"), "witness", "--cluster", cluster.dir(),
                  "--listener",          kListener, "--port",    std::to_string(port)};
  options.stdout_file = options.stderr_file = dir + "/witness.log";
  LW_ASSIGN_OR_RETURN(Subprocess process, Subprocess::Start(options));
  std::unique_ptr<Witness> witness(new Witness(std::move(process), port));
  const auto end = std::chrono::steady_clock::now() + 120s;
  while (witness->process_.running() && std::chrono::steady_clock::now() < end) {
    const Result<HttpResponse> answer = HttpGet(port, "/ready");
    if (answer.ok() && answer->status == 200) return witness;
    std::this_thread::sleep_for(50ms);
  }
  return Unavailable("the witness did not start: " + ReadFile(options.stdout_file));
}

Result<json> Witness::Ask(const std::string& path, const json& body) {
  LW_ASSIGN_OR_RETURN(const HttpResponse response,
                      HttpPost(port_, path, body.dump(), "application/json", kAnswerWithin));
  json answer = json::parse(response.body, nullptr, false);
  if (response.status != 200 || answer.is_discarded()) {
    return Unavailable(fmt::format("the witness, {}: {}", path, response.body));
  }
  return answer;
}

Status Witness::Tell(const std::string& path, const json& body) {
  LW_RETURN_IF_ERROR(Ask(path, body));
  return Ok();
}

Status Witness::MakeTopic(const std::string& name, const json& replicas, const json& configs) {
  return Tell("/topic", {{"name", name}, {"replicas", replicas}, {"configs", configs}});
}

Status Witness::Arrange(const json& partitions) {
  LW_ASSIGN_OR_RETURN(const json answer, Ask("/arrange", partitions));
  if (answer.contains("missing")) {
    return Unavailable("not arranged: " + answer["missing"].get<std::string>());
  }
  return Ok();
}

Status Witness::Begin(const std::string& file, const WitnessLimits& limits) {
  return Tell("/begin", {{"file", file},
                         {"limits",
                          {{"moves_per_broker", limits.moves_per_broker},
                           {"moves_cluster", limits.moves_cluster},
                           {"leader_moves", limits.leader_moves},
                           {"dir_moves_per_broker", limits.dir_moves_per_broker},
                           {"moves_per_dir", limits.moves_per_dir},
                           {"throttled", limits.throttled},
                           {"factor", limits.factor}}}});
}

Status Witness::Mark(const std::string& what) { return Tell("/mark", {{"what", what}}); }

Status Witness::Records(const json& counts) { return Tell("/records", counts); }

Result<std::string> Witness::End(const std::string& state_dir) {
  LW_ASSIGN_OR_RETURN(const json answer, Ask("/end", {{"state_dir", state_dir}}));
  std::string broken;
  for (const json& line : answer.at("broken")) broken += "\n  " + line.get<std::string>();
  const std::string summary = answer.value("summary", std::string());
  if (!broken.empty()) return Internal("the witness found (" + summary + "):" + broken);
  return summary;
}

Result<std::string> Witness::Leftovers() {
  LW_ASSIGN_OR_RETURN(const json answer, Ask("/leftovers", json::object()));
  return answer.value("left", std::string());
}

}  // namespace levelwind::testing
