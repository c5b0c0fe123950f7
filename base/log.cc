#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace levelwind {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

#ifdef LEVELWIND_CRASH_POINTS
/// In builds for tests: each process also writes everything, at trace level, to a file of its own
/// in the directory that LEVELWIND_TRACE_DIR names. What tests/checks/canary.py looks for secrets
/// in.
spdlog::sink_ptr TraceSink() {
  const char* directory = std::getenv("LEVELWIND_TRACE_DIR");
  if (directory == nullptr || *directory == '\0') return nullptr;
  return std::make_shared<spdlog::sinks::basic_file_sink_mt>(
      fmt::format("{}/{}.{}.log", directory, program_invocation_short_name, ::getpid()));
}
#else
spdlog::sink_ptr TraceSink() { return nullptr; }
#endif

struct Log {
  Log()
      : trace(TraceSink()), logger("levelwind", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.flush_on(trace ? spdlog::level::trace : spdlog::level::info);
    if (trace) logger.sinks().push_back(trace);
    SetLevel(spdlog::level::info);
    SetPattern();
  }
  /// The trace file gets everything, whatever the level of the log itself.
  void SetLevel(spdlog::level::level_enum level) {
    logger.sinks().front()->set_level(level);
    logger.set_level(trace ? spdlog::level::trace : level);
  }
  void SetPattern() {
    logger.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  }

  spdlog::sink_ptr trace;
  spdlog::logger logger;
};

Log& TheLog() {
  static Log* const log = new Log();  // never destroyed: threads may log until the process ends
  return *log;
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  constexpr std::array<std::string_view, 5> kNames = {"trace", "debug", "info", "warn", "error"};
  return kNames.at(static_cast<std::size_t>(level));
}

void InitLogging(const LogOptions& options) {
  Log& log = TheLog();
  log.SetLevel(ToSpdlog(options.level));
  if (options.file.empty()) return;
  try {
    log.logger.sinks().front() = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    log.SetLevel(ToSpdlog(options.level));
    log.SetPattern();
  } catch (const spdlog::spdlog_ex& e) {
    log.logger.error("log: cannot write to {}, logging to standard error instead: {}", options.file,
                     e.what());
  }
}

bool LogEnabled(LogLevel level) { return TheLog().logger.should_log(ToSpdlog(level)); }

void LogLine(LogLevel level, std::string_view component, std::string_view text) {
  TheLog().logger.log(ToSpdlog(level), "{}: {}", component, EscapeControl(text));
}

}  // namespace levelwind
