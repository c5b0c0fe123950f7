#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace levelwind {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };

/// Where log lines go and which. Call once from main before the first thread starts.
/// Format of a line: 2026-11-24T16:20:01.123Z INFO executor: text. Control characters in the text
/// are escaped, so that a hostile topic or group name cannot forge a line.
struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  std::string file;  ///< Empty: standard error.
};
/// "trace", "debug", "info", "warn", "error"
std::string_view LogLevelName(LogLevel level);
void InitLogging(const LogOptions& options);
bool LogEnabled(LogLevel level);
void LogLine(LogLevel level, std::string_view component, std::string_view text);

}  // namespace levelwind

// The component is the folder or the loop that speaks: LW_INFO("executor", "started {}", id).
#define LW_LOG(level, component, ...)                                     \
  do {                                                                    \
    if (::levelwind::LogEnabled(level))                                   \
      ::levelwind::LogLine(level, component, ::fmt::format(__VA_ARGS__)); \
  } while (false)
#define LW_DEBUG(component, ...) LW_LOG(::levelwind::LogLevel::kDebug, component, __VA_ARGS__)
#define LW_INFO(component, ...) LW_LOG(::levelwind::LogLevel::kInfo, component, __VA_ARGS__)
#define LW_WARN(component, ...) LW_LOG(::levelwind::LogLevel::kWarn, component, __VA_ARGS__)
#define LW_ERROR(component, ...) LW_LOG(::levelwind::LogLevel::kError, component, __VA_ARGS__)
