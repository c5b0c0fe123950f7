#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace levelwind::testing {

struct SubprocessOptions {
  std::vector<std::string> argv;  ///< argv[0]: absolute path, or a name on the PATH.
  std::vector<std::pair<std::string, std::string>> env;  ///< Added to ours; wins over it.
  std::string stdout_file;                               ///< Empty: /dev/null.
  std::string stderr_file;  ///< Empty: /dev/null. May be the same as stdout_file.
  std::string work_dir;     ///< Empty: ours.
};

/// How a process ended.
struct ExitStatus {
  int code = -1;   ///< Its exit status, or -1 when a signal ended it.
  int signal = 0;  ///< The signal that ended it, or 0.
  std::string ToString() const;
};

/// A child process with its output in files. Not thread-safe. The destructor kills and reaps it;
/// the kernel kills it when the thread that started it ends, so that an aborted test leaves nothing
/// behind.
class Subprocess {
 public:
  static Result<Subprocess> Start(const SubprocessOptions& options);
  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  ~Subprocess();

  pid_t pid() const { return pid_; }
  /// False when it is gone already.
  bool Signal(int signal);
  /// Empty while it still runs.
  std::optional<ExitStatus> Poll();
  /// Empty when it still runs after `timeout`.
  std::optional<ExitStatus> Wait(Duration timeout);
  bool running() { return !Poll().has_value(); }

 private:
  explicit Subprocess(pid_t pid) : pid_(pid) {}
  void KillAndReap();

  pid_t pid_ = -1;
  std::optional<ExitStatus> status_;
};

struct CommandResult {
  ExitStatus status;
  std::string out;
  std::string err;
  bool ok() const { return status.code == 0; }
};

/// Runs a command to its end. kDeadlineExceeded (and the process killed) after `timeout`.
Result<CommandResult> RunCommand(std::vector<std::string> argv, Duration timeout);

/// A whole file as text; empty when it cannot be read.
std::string ReadFile(const std::string& path);

}  // namespace levelwind::testing
