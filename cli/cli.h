#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/finding.h"
#include "config/config.h"
#include "config/loader.h"

namespace levelwind::cli {

/// What `levelwind serve` was started with. Everything but the file is in `overrides`, in the
/// schema's words, so that config::LoadConfig can take it as it is.
struct ServeArgs {
  std::string config_file;  ///< Empty: none.
  std::vector<config::Override> overrides;

  config::LoadRequest ToLoadRequest() const {
    config::LoadRequest request;
    request.file = config_file;
    request.overrides = overrides;
    return request;
  }
};

/// What `levelwind snapshot` was started with.
struct SnapshotArgs {
  std::string config_file;
  std::vector<config::Override> overrides;
  std::string out;              ///< File to write; "-": standard output.
  bool wait_for_rates = false;  ///< Look until produce rates are known.
  /// Add a line to the file at this interval until it is stopped, for `replay`. Empty: one
  /// snapshot.
  std::optional<Duration> follow{};

  config::LoadRequest ToLoadRequest() const {
    config::LoadRequest request;
    request.file = config_file;
    request.overrides = overrides;
    return request;
  }
};

/// The verbs that need the whole daemon; implemented in daemon/, which nobody includes. Each
/// returns the process's exit code.
struct DaemonVerbs {
  std::function<int(const ServeArgs&)> serve;
  std::function<int(const SnapshotArgs&)> snapshot;
  /// Looks at the cluster that the configuration names, read-only and without a daemon; for doctor.
  std::function<Result<std::vector<Finding>>(const config::Config&)> examine = {};
  /// Whether the files and secrets that a configuration names can be used; for check-config.
  std::function<Status(const config::Config&)> check_files = {};
  /// Runs independent tasks on all cores and returns when all have ended; without it they run one
  /// after the other.
  std::function<void(const std::vector<std::function<void()>>&)> run_parallel = {};
};

/// Exit codes of every verb; in --help.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,        ///< Wrong flags or wrong configuration.
  kFinding = 3,      ///< Only with --exit-code: the plan has moves, an anomaly is there.
  kUnreachable = 4,  ///< No daemon at the address.
  kTimedOut = 5,     ///< --wait or watch took longer than --timeout.
  kRefused = 6,      ///< Observe mode, stale plan, missing confirmation, a login not accepted.
};

struct Terminal;

/// The whole command line. Runs on the calling thread; returns the process's exit code.
int RunCli(int argc, char** argv, const DaemonVerbs& verbs);
/// The same on another terminal than the process's own, for tests.
int RunCli(int argc, const char* const* argv, const DaemonVerbs& verbs, Terminal& terminal);

}  // namespace levelwind::cli
