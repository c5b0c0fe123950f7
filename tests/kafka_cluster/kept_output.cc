#include "tests/kafka_cluster/kept_output.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <system_error>

namespace levelwind::testing {
namespace {

std::mutex mutex;

/// "DIR/PROGRAM.PID." or nothing.
std::string Prefix() {
  const char* directory = std::getenv("LEVELWIND_TRACE_DIR");
  if (directory == nullptr || *directory == '\0') return {};
  return fmt::format("{}/{}.{}.", directory, program_invocation_short_name, ::getpid());
}

}  // namespace

void KeepText(std::string_view what, std::string_view from, std::string_view text) {
  const std::string prefix = Prefix();
  if (prefix.empty()) return;
  std::lock_guard lock(mutex);
  static std::set<std::size_t> seen;
  if (!seen.insert(std::hash<std::string>()(fmt::format("{}\n{}", from, text))).second) return;
  std::ofstream(fmt::format("{}{}.txt", prefix, what), std::ios::app) << from << '\n'
                                                                      << text << '\n';
}

void KeepFilesBelow(const std::string& dir) {
  const std::string prefix = Prefix();
  if (prefix.empty() || dir.empty()) return;
  std::lock_guard lock(mutex);
  static int count = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(dir, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_symlink(error) || !at->is_regular_file(error)) continue;
    const std::string to = fmt::format("{}{}.{}", prefix, ++count, at->path().filename().string());
    std::error_code not_copied;
    std::filesystem::copy_file(at->path(), to, not_copied);
    if (not_copied) {
      // Said in a place where the check stumbles over it.
      std::ofstream(prefix + "not-kept.txt", std::ios::app) << at->path().string() << '\n';
    }
  }
}

}  // namespace levelwind::testing
