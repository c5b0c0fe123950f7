#include "tests/kafka_cluster/real_cluster.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/text.h"
#include "tests/kafka_cluster/topic_maker.h"

namespace levelwind::testing {
namespace {

constexpr Duration kVerbTimeout = std::chrono::seconds(150);

nlohmann::json ReadDescription(const std::string& dir) {
  try {
    return nlohmann::json::parse(ReadFile(dir + "/cluster.json"));
  } catch (const std::exception&) {
    return nlohmann::json::object();
  }
}

int IntOrZero(const nlohmann::json& value) { return value.is_number() ? value.get<int>() : 0; }

RealBroker ParseBroker(const nlohmann::json& fields) {
  RealBroker broker;
  broker.id = fields.at("id").get<int>();
  broker.host = fields.at("host").get<std::string>();
  broker.port = fields.at("port").get<int>();
  broker.pid = IntOrZero(fields.at("pid"));
  broker.rack = fields.at("rack").get<std::string>();
  broker.log_dirs = fields.at("log_dirs").get<std::vector<std::string>>();
  broker.log_file = fields.at("log_file").get<std::string>();
  broker.started = fields.at("started").get<bool>();
  if (fields.contains("listeners")) {
    for (const auto& [name, listener] : fields.at("listeners").items()) {
      broker.listeners[name] = listener.at("port").get<int>();
      broker.advertised[name] = listener.value("advertised_port", broker.listeners[name]);
    }
  }
  return broker;
}

bool IsStopped(int pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(in, line);
  const std::size_t end = line.rfind(") ");
  return end != std::string::npos && line.substr(end + 2, 1) == "T";
}

const char* SignalName(RealCluster::KillSignal signal) {
  switch (signal) {
    case RealCluster::KillSignal::kKill:
      return "KILL";
    case RealCluster::KillSignal::kTerm:
      return "TERM";
    case RealCluster::KillSignal::kStop:
      return "STOP";
    case RealCluster::KillSignal::kCont:
      return "CONT";
  }
  return "KILL";
}

}  // namespace

Result<std::string> RunScript(std::vector<std::string> arguments, Duration timeout) {
  const std::string name = arguments.at(0);
  arguments[0] = ScriptPath(name);
  LW_ASSIGN_OR_RETURN(const CommandResult result, RunCommand(std::move(arguments), timeout));
  if (!result.ok()) {
    return Internal(
        fmt::format("scripts/{} ended with {}: {}", name, result.status.ToString(), result.err));
  }
  return result.out;
}

RealCluster::RealCluster(std::string_view name) : home_(name), dir_(home_.path() + "/kafka") {}

Result<std::unique_ptr<RealCluster>> RealCluster::Start(const RealClusterOptions& options) {
  std::unique_ptr<RealCluster> cluster(new RealCluster("kafka"));
  std::vector<std::string> arguments = {"kafka-cluster", "start",
                                        "--dir",         cluster->dir_,
                                        "--brokers",     std::to_string(options.brokers),
                                        "--racks",       options.racks,
                                        "--log-dirs",    std::to_string(options.log_dirs),
                                        "--join-later",  std::to_string(options.join_later),
                                        "--parent",      std::to_string(::getpid())};
  if (!options.kafka_version.empty()) {
    arguments.insert(arguments.end(), {"--kafka-version", options.kafka_version});
  }
  for (const auto& [name, protocol] : options.listeners) {
    arguments.insert(arguments.end(), {"--listener", name + "=" + protocol});
  }
  for (const std::string& name : options.proxied) {
    arguments.insert(arguments.end(), {"--proxied", name});
  }
  for (const std::string& option : options.jvm_options) {
    arguments.push_back("--jvm-option=" + option);
  }
  for (const auto& [key, value] : options.settings) {
    arguments.push_back("--set");
    arguments.push_back(key + "=" + value);
  }
  LW_RETURN_IF_ERROR(RunScript(std::move(arguments), kVerbTimeout));
  return cluster;
}

RealCluster& RealCluster::Shared(const RealClusterOptions& options) {
  static const std::unique_ptr<RealCluster> shared = [&] {
    auto started = Start(options);
    if (!started.ok()) {
      std::fprintf(stderr, "no Kafka cluster for the tests: %s\n",
                   started.error().ToString().c_str());
      std::_Exit(1);
    }
    return std::move(started).value();
  }();
  return *shared;
}

RealCluster::~RealCluster() {
  if (const Status stopped = Stop(); !stopped.ok()) {
    std::fprintf(stderr, "stopping Kafka: %s\n", stopped.error().ToString().c_str());
  }
}

std::string RealCluster::bootstrap() const {
  return ReadDescription(dir_).value("bootstrap", std::string());
}

std::string RealCluster::bootstrap(const std::string& listener) const {
  std::string all;
  for (const RealBroker& broker : Brokers()) {
    all +=
        fmt::format("{}{}:{}", all.empty() ? "" : ",", broker.host, broker.advertised.at(listener));
  }
  return all;
}

std::vector<std::string> RealCluster::bootstrap_list() const {
  const std::string all = bootstrap();
  std::vector<std::string> list;
  for (const std::string_view address : Split(all, ',')) list.emplace_back(address);
  return list;
}

std::vector<RealBroker> RealCluster::Brokers() const {
  const nlohmann::json description = ReadDescription(dir_);
  std::vector<RealBroker> brokers;
  for (const auto& fields : description.at("brokers")) brokers.push_back(ParseBroker(fields));
  return brokers;
}

RealBroker RealCluster::Broker(BrokerId id) const {
  const std::vector<RealBroker> brokers = Brokers();
  const auto found = std::find_if(brokers.begin(), brokers.end(),
                                  [&](const RealBroker& broker) { return broker.id == id; });
  LW_CHECK(found != brokers.end());
  return *found;
}

Result<CommandResult> RealCluster::Verb(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), ScriptPath("kafka-cluster"));
  arguments.push_back("--dir");
  arguments.push_back(dir_);
  const std::string verb = arguments[1];
  LW_ASSIGN_OR_RETURN(CommandResult result, RunCommand(std::move(arguments), kVerbTimeout));
  if (!result.ok()) {
    return Internal(
        fmt::format("kafka-cluster {}: {}: {}", verb, result.status.ToString(), result.err));
  }
  return result;
}

Status RealCluster::Kill(BrokerId id, KillSignal signal) {
  LW_RETURN_IF_ERROR(
      Verb({"kill", "--broker", std::to_string(id), "--signal", SignalName(signal)}));
  return Ok();
}

Status RealCluster::StartBroker(BrokerId id) {
  LW_RETURN_IF_ERROR(Verb({"start-broker", "--broker", std::to_string(id)}));
  return Ok();
}

Status RealCluster::StartAll() {
  for (const RealBroker& broker : Brokers()) {
    if (broker.pid != 0 && IsStopped(broker.pid)) {
      LW_RETURN_IF_ERROR(Kill(broker.id, KillSignal::kCont));
    }
  }
  LW_RETURN_IF_ERROR(Verb({"start-broker", "--broker", "all"}));
  return Ok();
}

Result<BrokerId> RealCluster::AddBroker(std::string_view rack) {
  LW_ASSIGN_OR_RETURN(const CommandResult result,
                      Verb({"add-broker", "--rack", std::string(rack)}));
  return static_cast<BrokerId>(std::strtol(result.out.c_str(), nullptr, 10));
}

Status RealCluster::Stop() {
  if (::access((dir_ + "/cluster.json").c_str(), F_OK) != 0) return Ok();
  LW_RETURN_IF_ERROR(Verb({"stop"}));
  return Ok();
}

Status RealCluster::CreateTopic(const kafka::NewTopic& topic) const {
  return CreateTopics(bootstrap(), {topic}, std::chrono::seconds(30));
}

Result<CommandResult> RealCluster::RunTool(const std::vector<std::string>& arguments,
                                           Duration timeout) const {
  std::vector<std::string> argv = {ScriptPath("kafka-tool")};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.insert(argv.end(), {"--bootstrap-server", bootstrap()});
  return RunCommand(std::move(argv), timeout);
}

Result<CommandResult> RealCluster::RunReferee(const std::vector<std::string>& arguments,
                                              Duration timeout) const {
  std::vector<std::string> argv = {ScriptPath("referee"), "--bootstrap", bootstrap()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return RunCommand(std::move(argv), timeout);
}

}  // namespace levelwind::testing
