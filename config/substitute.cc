#include "config/substitute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace levelwind::config {
namespace {

bool IsName(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::ranges::all_of(name, [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

/// `inner` is what stands between the braces.
Result<std::string> Resolve(std::string_view inner, const Environment& environment) {
  std::string_view name = inner;
  if (name.starts_with("env:")) name.remove_prefix(4);
  std::optional<std::string_view> fallback;
  if (const std::size_t mark = name.find(":-"); mark != std::string_view::npos) {
    fallback = name.substr(mark + 2);
    name = name.substr(0, mark);
  }
  if (!IsName(name)) {
    return InvalidArgument(fmt::format(
        "'${{{}}}' is not a variable; write ${{NAME}}, ${{NAME:-default}}, or $$ for one '$'",
        EscapeControl(inner)));
  }
  const auto value = environment(std::string(name));
  if (fallback && (!value || value->empty())) return std::string(*fallback);
  if (!value) {
    return InvalidArgument(fmt::format(
        "the environment variable {} is not set; set it or write ${{{}:-default}}", name, name));
  }
  return *value;
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Result<std::string> Substitute(std::string_view text, const Environment& environment) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("$$")) {
      out += '$';
      ++i;
    } else if (rest.starts_with("${")) {
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos) {
        return InvalidArgument("'${' has no closing '}'; write $$ for one '$'");
      }
      LW_ASSIGN_OR_RETURN(const std::string value, Resolve(rest.substr(2, end - 2), environment));
      out += value;
      i += end;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace levelwind::config
