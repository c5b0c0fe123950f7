#include "tests/kafka_cluster/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/kafka_cluster/paths.h"

extern char** environ;

namespace levelwind::testing {
namespace {

std::vector<std::string> MergedEnvironment(
    const std::vector<std::pair<std::string, std::string>>& extra) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    bool replaced = false;
    for (const auto& [key, value] : extra) replaced |= text.starts_with(key + "=");
    if (!replaced) merged.push_back(text);
  }
  for (const auto& [key, value] : extra) merged.push_back(key + "=" + value);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

int OpenOutput(const std::string& path) {
  const char* name = path.empty() ? "/dev/null" : path.c_str();
  return ::open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

// Between fork and exec only async-signal-safe calls: the parent may have threads.
[[noreturn]] void ExecChild(char** argv, char** env, const char* dir, int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in = ::open("/dev/null", O_RDONLY);
  if (in >= 0) ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (*dir != '\0' && ::chdir(dir) != 0) ::_exit(126);
  ::execvpe(argv[0], argv, env);
  ::_exit(127);
}

}  // namespace

std::string ExitStatus::ToString() const {
  return signal != 0 ? fmt::format("signal {}", signal) : fmt::format("status {}", code);
}

Result<Subprocess> Subprocess::Start(const SubprocessOptions& options) {
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> environment = MergedEnvironment(options.env);
  std::vector<char*> argv = Pointers(arguments);
  std::vector<char*> env = Pointers(environment);
  const int out = OpenOutput(options.stdout_file);
  const int err = OpenOutput(options.stderr_file);
  if (out < 0 || err < 0) {
    const int error = errno;
    if (out >= 0) ::close(out);
    return Internal(fmt::format("output files of {}: {}", arguments[0], strerror(error)));
  }
  const pid_t pid = ::fork();
  if (pid == 0) ExecChild(argv.data(), env.data(), options.work_dir.c_str(), out, err);
  const int error = errno;
  ::close(out);
  ::close(err);
  if (pid < 0) return Internal(fmt::format("fork for {}: {}", arguments[0], strerror(error)));
  return Subprocess(pid);
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this != &other) {
    KillAndReap();
    pid_ = std::exchange(other.pid_, -1);
    status_ = other.status_;
  }
  return *this;
}

Subprocess::~Subprocess() { KillAndReap(); }

void Subprocess::KillAndReap() {
  if (pid_ <= 0 || status_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool Subprocess::Signal(int signal) {
  // Not reaped yet, so the pid is still ours whatever happened to the process.
  return !Poll() && ::kill(pid_, signal) == 0;
}

std::optional<ExitStatus> Subprocess::Poll() {
  if (status_ || pid_ <= 0) return status_;
  int raw = 0;
  if (::waitpid(pid_, &raw, WNOHANG) == pid_) {
    status_ = WIFSIGNALED(raw) ? ExitStatus{-1, WTERMSIG(raw)} : ExitStatus{WEXITSTATUS(raw), 0};
  }
  return status_;
}

std::optional<ExitStatus> Subprocess::Wait(Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!Poll() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return Poll();
}

Result<CommandResult> RunCommand(std::vector<std::string> argv, Duration timeout) {
  const TempDir dir("command");
  SubprocessOptions options;
  options.argv = std::move(argv);
  options.stdout_file = dir.path() + "/out";
  options.stderr_file = dir.path() + "/err";
  LW_ASSIGN_OR_RETURN(Subprocess process, Subprocess::Start(options));
  const std::optional<ExitStatus> status = process.Wait(timeout);
  CommandResult result;
  result.out = ReadFile(options.stdout_file);
  result.err = ReadFile(options.stderr_file);
  if (!status) {
    return DeadlineExceeded(fmt::format("{} ran for more than {} s; its output so far: {}{}",
                                        options.argv[0], ToSeconds(timeout), result.out,
                                        result.err));
  }
  result.status = *status;
  return result;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace levelwind::testing
