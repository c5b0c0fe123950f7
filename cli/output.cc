#include "cli/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "base/json_writer.h"
#include "base/text.h"

namespace levelwind::cli {
namespace {

ExitCode ExitCodeOf(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
      return kUsage;
    case ErrorCode::kUnavailable:
      return error.retriable() ? kUnreachable : kFailed;  // see ApiClient
    case ErrorCode::kDeadlineExceeded:
      return kTimedOut;
    case ErrorCode::kAborted:
    case ErrorCode::kFailedPrecondition:
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kUnauthenticated:
      return kRefused;
    default:
      return kFailed;
  }
}

}  // namespace

int Fail(const Error& error, Terminal& terminal) {
  std::string text;
  for (const std::string_view line : Split(error.message(), '\n')) {
    text += (text.empty() ? "" : "\n") + EscapeControl(line);
  }
  terminal.out.flush();
  terminal.err << "levelwind: " << text << '\n';
  return ExitCodeOf(error);
}

int PrintText(const Result<std::string>& text, Terminal& terminal) {
  if (!text.ok()) return Fail(text.error(), terminal);
  terminal.out << *text << std::flush;
  if (terminal.out) return kDone;
  return Fail(Error(ErrorCode::kResourceExhausted, "standard output cannot be written"), terminal);
}

std::string ReasonBody(const std::string& reason) {
  JsonWriter json;
  json.BeginObject();
  if (!reason.empty()) json.Field("reason", reason);
  return json.EndObject().Take();
}

Status WriteFile(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return Ok();
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("{} cannot be written: {}", path, std::strerror(errno)));
}

}  // namespace levelwind::cli
