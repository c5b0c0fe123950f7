#include "tests/kafka_cluster/daemon_api.h"

#include <fmt/format.h>

namespace levelwind::testing {

using nlohmann::json;
using namespace nlohmann::literals;

namespace {

Result<json> Parse(const std::string& request, const HttpResponse& response) {
  json parsed = json::parse(response.body, nullptr, false);
  if (response.status >= 300 || parsed.is_discarded()) {
    return Unavailable(fmt::format("{} answered {}: {}", request, response.status, response.body));
  }
  return parsed;
}

}  // namespace

Result<json> GetJson(const Daemon& daemon, const std::string& path) {
  LW_ASSIGN_OR_RETURN(const HttpResponse response, daemon.Get(path));
  return Parse("GET " + path, response);
}

Result<json> PostJson(const Daemon& daemon, const std::string& path, const json& body) {
  LW_ASSIGN_OR_RETURN(const HttpResponse response, daemon.Post(path, body.dump()));
  return Parse("POST " + path, response);
}

Result<std::string> MakeProposal(const Daemon& daemon) {
  LW_ASSIGN_OR_RETURN(const json plan, PostJson(daemon, "/api/v1/proposals", json::object()));
  return plan.value("/proposal/id"_json_pointer, std::string());
}

Result<std::string> NewestOperationState(const Daemon& daemon) {
  LW_ASSIGN_OR_RETURN(const json answer, GetJson(daemon, "/api/v1/operations"));
  const json operations = answer.value("operations", json::array());
  return operations.empty() ? std::string() : operations.front().value("state", std::string());
}

bool IsOver(const std::string& operation_state) {
  return operation_state == "completed" || operation_state == "partial" ||
         operation_state == "cancelled" || operation_state == "failed";
}

Daemon::Options OperatingDaemon(const std::string& bootstrap, const std::string& dir,
                                const std::vector<std::string>& extra) {
  Daemon::Options options;
  options.dir = dir;
  options.http_port = FreePort();
  options.arguments = {"serve",
                       "--bootstrap",
                       bootstrap,
                       "--mode",
                       "operate",
                       "--listen",
                       fmt::format("127.0.0.1:{}", options.http_port),
                       "--state-dir",
                       dir + "/state"};
  // However full the disk is that the tests run on.
  options.env = {{"LEVELWIND_EXECUTE_DISK_RESERVE", "0"}};
  options.arguments.insert(options.arguments.end(), extra.begin(), extra.end());
  return options;
}

}  // namespace levelwind::testing
