#include "base/crash_point.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace levelwind {

void HitCrashPoint(std::string_view name) {
  static std::atomic<long> count{0};
  static const char* const log = std::getenv("LEVELWIND_CRASH_LOG");
  static const long crash_at = [] {
    const char* text = std::getenv("LEVELWIND_CRASH_AT");
    return text == nullptr ? 0L : std::strtol(text, nullptr, 10);
  }();
  const long now = ++count;
  if (log != nullptr) {
    if (std::FILE* file = std::fopen(log, "a")) {
      std::fprintf(file, "%ld %.*s\n", now, static_cast<int>(name.size()), name.data());
      std::fclose(file);
    }
  }
  if (crash_at > 0 && now == crash_at) {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
}

}  // namespace levelwind
