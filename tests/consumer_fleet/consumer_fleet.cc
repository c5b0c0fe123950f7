#include "tests/consumer_fleet/consumer_fleet.h"

#include <fmt/format.h>
#include <httplib.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "kafka/security/crypto.h"

namespace levelwind::testing {
namespace {

namespace crypto = kafka::crypto;
using namespace std::chrono_literals;

constexpr std::int64_t kTolerance_s = 300;

std::int64_t UnixSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Standard Webhooks: any of the signatures over "id.timestamp.body".
bool SignatureFits(const std::string& key, const httplib::Request& request) {
  const std::string moment = request.get_header_value("webhook-timestamp");
  if (std::llabs(std::atoll(moment.c_str()) - UnixSeconds()) > kTolerance_s) return false;
  const std::string text =
      request.get_header_value("webhook-id") + "." + moment + "." + request.body;
  const std::string wanted =
      "v1," + crypto::Base64(crypto::Hmac(crypto::Hash::kSha256, crypto::AsBytes(key), text));
  std::istringstream signatures(request.get_header_value("webhook-signature"));
  for (std::string one; signatures >> one;) {
    if (crypto::SameSecretly(crypto::AsBytes(one), crypto::AsBytes(wanted))) return true;
  }
  return false;
}

}  // namespace

struct ConsumerFleet::Server {
  httplib::Server http;
  int port = 0;
};

ConsumerFleet::ConsumerFleet(Options options) : options_(std::move(options)) {
  for (const FleetGroup& group : options_.groups) fleets_[group.name].group = group;
}

ConsumerFleet::~ConsumerFleet() {
  if (server_ != nullptr) server_->http.stop();
}

Result<std::unique_ptr<ConsumerFleet>> ConsumerFleet::Start(Options options) {
  std::unique_ptr<ConsumerFleet> fleet(new ConsumerFleet(std::move(options)));
  LW_RETURN_IF_ERROR(fleet->Open());
  return fleet;
}

Status ConsumerFleet::Open() {
  const crypto::Bytes bytes = crypto::RandomBytes(32);
  key_ = crypto::AsText(bytes);
  std::ofstream(secret_file()) << "whsec_" << crypto::Base64(bytes) << "\n";
  if (::chmod(secret_file().c_str(), 0600) != 0) return Internal("no key for the webhook");
  server_ = std::make_unique<Server>();
  server_->http.Post("/scale", [this](const httplib::Request& request, httplib::Response& out) {
    const auto [status, body] = SignatureFits(key_, request)
                                    ? Answer(request.body)
                                    : std::pair<int, std::string>(401, R"({"error":"signature"})");
    out.status = status;
    out.set_content(body, "application/json");
  });
  server_->port = server_->http.bind_to_any_port("127.0.0.1");
  if (server_->port <= 0) return Internal("no port for the webhook");
  listener_ = std::jthread([this] { server_->http.listen_after_bind(); });
  server_->http.wait_until_ready();
  keeper_ = std::jthread([this](std::stop_token stop) { Keep(stop); });
  return Ok();
}

std::string ConsumerFleet::url() const {
  return fmt::format("http://127.0.0.1:{}/scale", server_->port);
}

std::pair<int, std::string> ConsumerFleet::Answer(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("data")) return {400, R"({"error":"not an order"})"};
  const auto& data = json["data"];
  const std::lock_guard lock(mutex_);
  const auto found = fleets_.find(data.value("group", ""));
  if (found == fleets_.end()) return {404, R"({"error":"no such group"})"};
  Fleet& fleet = found->second;
  const std::pair order(data.value("epoch", std::uint64_t{0}), data.value("seq", std::uint64_t{0}));
  if (order < fleet.last) {
    return {409, fmt::format(R"({{"last":{{"epoch":{},"seq":{}}}}})", fleet.last.first,
                             fleet.last.second)};
  }
  fleet.last = order;
  const int to = data["replicas"].value("desired", -1);
  if (to < 0) return {422, R"({"error":"no number of members"})"};
  if (to != fleet.wanted && !data.value("dry_run", false)) {
    fleet.orders.push_back(
        {WallTime{UnixSeconds() * 1000}, fleet.wanted, to, data.value("reason", "")});
    fleet.wanted = to;
    changed_.notify_all();
  }
  return {200, fmt::format(R"({{"applied":{}}})", to)};
}

void ConsumerFleet::Scale(const std::string& group, int members) {
  std::unique_lock lock(mutex_);
  Fleet& fleet = fleets_.at(group);
  fleet.wanted = members;
  changed_.notify_all();
  changed_.wait(lock, [&] { return fleet.there == fleet.wanted; });
}

int ConsumerFleet::members(const std::string& group) const {
  const std::lock_guard lock(mutex_);
  return fleets_.at(group).wanted;
}

std::vector<FleetOrder> ConsumerFleet::orders(const std::string& group) const {
  const std::lock_guard lock(mutex_);
  return fleets_.at(group).orders;
}

std::vector<std::vector<MemberEvent>> ConsumerFleet::Logs(const std::string& group) const {
  std::vector<std::string> files;
  {
    const std::lock_guard lock(mutex_);
    files = fleets_.at(group).logs;
  }
  std::vector<std::vector<MemberEvent>> logs;
  for (const std::string& file : files) logs.push_back(ParseMemberLog(ReadFile(file)));
  return logs;
}

std::string ConsumerFleet::Trouble() const { return ReadFile(options_.dir + "/members.err"); }

Result<Subprocess> ConsumerFleet::StartMember(const FleetGroup& group,
                                              const std::string& log) const {
  SubprocessOptions options;
  options.argv = {LEVELWIND_GROUP_MEMBER,
                  "--bootstrap",
                  options_.bootstrap,
                  "--topic",
                  group.topic,
                  "--group",
                  group.name,
                  "--protocol",
                  group.protocol,
                  "--work-ms",
                  std::to_string(group.work_ms),
                  "--batch",
                  std::to_string(group.batch),
                  "--objective",
                  fmt::format("{}", options_.objective_s),
                  "--from",
                  group.from,
                  "--log",
                  log};
  options.stderr_file = options_.dir + "/members.err";
  return Subprocess::Start(options);
}

/// One process more or less; false when there is nothing to do.
bool ConsumerFleet::StepFleet(Fleet& fleet, std::unique_lock<std::mutex>& lock) {
  const std::size_t wanted = static_cast<std::size_t>(fleet.wanted);
  if (fleet.processes.size() == wanted) return false;
  if (fleet.processes.size() > wanted) {
    fleet.processes.back().Signal(SIGTERM);
    leaving_.push_back(std::move(fleet.processes.back()));
    fleet.processes.pop_back();
  } else {
    const std::string log =
        fmt::format("{}/{}-{}.log", options_.dir, fleet.group.name, fleet.logs.size());
    fleet.logs.push_back(log);
    lock.unlock();
    auto started = StartMember(fleet.group, log);
    lock.lock();
    if (!started.ok()) return false;  // tried again
    fleet.processes.push_back(*std::move(started));
  }
  return true;
}

void ConsumerFleet::Keep(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    bool busy = false;
    for (auto& [name, fleet] : fleets_) {
      // Who dies is started anew.
      std::erase_if(fleet.processes, [](Subprocess& process) { return !process.running(); });
      while (StepFleet(fleet, lock)) busy = true;
      fleet.there = static_cast<int>(fleet.processes.size());
    }
    std::erase_if(leaving_, [](Subprocess& process) { return !process.running(); });
    if (busy) changed_.notify_all();
    changed_.wait_for(lock, 200ms);
  }
  for (auto& [name, fleet] : fleets_) {
    for (Subprocess& process : fleet.processes) leaving_.push_back(std::move(process));
    fleet.processes.clear();
  }
  for (Subprocess& process : leaving_) process.Signal(SIGTERM);
  for (Subprocess& process : leaving_) static_cast<void>(process.Wait(10s));
  leaving_.clear();
}

}  // namespace levelwind::testing
