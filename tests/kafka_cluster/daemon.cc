#include "tests/kafka_cluster/daemon.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/kafka_cluster/kept_output.h"
#include "tests/kafka_cluster/paths.h"

namespace levelwind::testing {
namespace {

std::string Tail(const std::string& text, std::size_t bytes) {
  return text.size() <= bytes ? text : "..." + text.substr(text.size() - bytes);
}

}  // namespace

Daemon::Daemon(Options options) : options_(std::move(options)) {}

Daemon::~Daemon() {
  process_.reset();
  KeepFilesBelow(options_.dir);
}

Status Daemon::Start() { return StartWith({}); }

Status Daemon::StartWith(std::vector<std::pair<std::string, std::string>> env) {
  if (running()) return FailedPrecondition("levelwind is running already");
  SubprocessOptions options;
  options.argv = options_.arguments;
  options.argv.insert(options.argv.begin(), LevelwindBinary());
  // The later entry wins where a life's own environment repeats a name.
  options.env = std::move(env);
  for (const auto& [key, value] : options_.env) {
    bool given = false;
    for (const auto& [name, unused] : options.env) given |= name == key;
    if (!given) options.env.emplace_back(key, value);
  }
  options.stdout_file = stdout_file();
  options.stderr_file = stderr_file();
  LW_ASSIGN_OR_RETURN(Subprocess process, Subprocess::Start(options));
  process_ = std::move(process);
  return Ok();
}

void Daemon::KillHard() {
  if (!process_) return;
  process_->Signal(SIGKILL);
  process_->Wait(std::chrono::seconds(30));
}

std::optional<ExitStatus> Daemon::Terminate(Duration timeout) {
  if (!process_) return std::nullopt;
  process_->Signal(SIGTERM);
  return process_->Wait(timeout);
}

std::optional<ExitStatus> Daemon::WaitExit(Duration timeout) {
  return process_ ? process_->Wait(timeout) : std::nullopt;
}

bool Daemon::running() { return process_ && process_->running(); }

Result<HttpResponse> Daemon::Get(std::string_view path) const {
  return HttpGet(options_.http_port, path);
}

Result<HttpResponse> Daemon::Post(std::string_view path, std::string_view body) const {
  return HttpPost(options_.http_port, path, body);
}

Status Daemon::WaitHttp(std::string_view path, Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  std::string last = "no answer";
  while (running() && std::chrono::steady_clock::now() < end) {
    const Result<HttpResponse> answer = Get(path);
    if (answer.ok() && answer->status == 200) return Ok();
    last = answer.ok() ? fmt::format("HTTP {}", answer->status) : answer.error().message();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return Unavailable(fmt::format("{} of levelwind ({}): {}; its log ends: {}", path,
                                 running() ? "running" : "not running", last,
                                 Tail(stderr_text(), 2000)));
}

std::int64_t Daemon::ResidentBytes() const {
  std::ifstream in(fmt::format("/proc/{}/statm", pid()));
  std::int64_t total = 0;
  std::int64_t resident = 0;
  if (!(in >> total >> resident)) return -1;
  return resident * ::sysconf(_SC_PAGESIZE);
}

Result<CommandResult> RunLevelwind(std::vector<std::string> arguments, Duration timeout) {
  arguments.insert(arguments.begin(), LevelwindBinary());
  const std::string line = fmt::format("{}", fmt::join(arguments, " "));
  Result<CommandResult> run = RunCommand(std::move(arguments), timeout);
  KeepText("cli", line, run.ok() ? run->out + run->err : run.error().message());
  return run;
}

}  // namespace levelwind::testing
