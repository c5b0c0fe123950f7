#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {

struct HttpResponse {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// One GET to http://127.0.0.1:`port``path`, without following redirects. kUnavailable when there
/// is no HTTP answer.
Result<HttpResponse> HttpGet(int port, std::string_view path,
                             Duration timeout = std::chrono::seconds(5));
Result<HttpResponse> HttpPost(int port, std::string_view path, std::string_view body,
                              std::string_view content_type = "application/json",
                              Duration timeout = std::chrono::seconds(5));

/// A loopback port that was free a moment ago, below the range of outgoing connections.
int FreePort();

/// The built `levelwind` program as a child process. One thread. Its output goes to files in `dir`,
/// appended over restarts, so that a test can look at all of a crashing daemon's lives.
class Daemon {
 public:
  struct Options {
    std::string dir;                                       ///< For its output. Must exist.
    std::vector<std::string> arguments;                    ///< After the program's name.
    std::vector<std::pair<std::string, std::string>> env;  ///< E.g. LEVELWIND_CRASH_AT.
    int http_port = 0;                                     ///< Where Get() and Post() go.
  };

  explicit Daemon(Options options);
  /// Kills it, and keeps what it wrote into `dir` (see kept_output.h).
  ~Daemon();
  Daemon(Daemon&&) = default;
  Daemon& operator=(Daemon&&) = delete;

  /// Starts it (again). It must not be running.
  Status Start();
  /// The same with more environment for this life only.
  Status StartWith(std::vector<std::pair<std::string, std::string>> env);

  /// SIGKILL; returns when it is gone.
  void KillHard();
  /// SIGTERM, then waits. Empty when it did not end in time (and it is left running).
  std::optional<ExitStatus> Terminate(Duration timeout = std::chrono::seconds(30));
  std::optional<ExitStatus> WaitExit(Duration timeout);
  bool running();
  int http_port() const { return options_.http_port; }
  pid_t pid() const { return process_ ? process_->pid() : -1; }

  Result<HttpResponse> Get(std::string_view path) const;
  Result<HttpResponse> Post(std::string_view path, std::string_view body) const;
  /// Until GET `path` answers 200. kUnavailable with the end of its log when it ends or time is
  /// over.
  Status WaitHttp(std::string_view path, Duration timeout);

  std::string stdout_text() const { return ReadFile(stdout_file()); }
  std::string stderr_text() const { return ReadFile(stderr_file()); }
  std::string stdout_file() const { return options_.dir + "/stdout"; }
  std::string stderr_file() const { return options_.dir + "/stderr"; }

  /// Resident set of the running process in bytes; -1 when it is not running.
  std::int64_t ResidentBytes() const;

 private:
  Options options_;
  std::optional<Subprocess> process_;
};

/// Runs `levelwind ARGUMENTS...` to its end: for the client and offline verbs.
Result<CommandResult> RunLevelwind(std::vector<std::string> arguments,
                                   Duration timeout = std::chrono::seconds(30));

}  // namespace levelwind::testing
