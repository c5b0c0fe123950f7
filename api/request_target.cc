#include "api/request_target.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"

namespace levelwind::api {
namespace {

constexpr std::size_t kMaxTarget = 2048;

std::optional<std::uint8_t> HexPair(std::string_view text) {
  std::uint8_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + 2, value, 16);
  if (problem != std::errc{} || end != text.data() + 2) return std::nullopt;
  return value;
}

Result<std::string> Decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return InvalidArgument("broken percent escape in the path");
      const auto value = HexPair(text.substr(i + 1, 2));
      if (!value) return InvalidArgument("broken percent escape in the path");
      c = static_cast<char>(*value);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return InvalidArgument("control byte in the path");
    out += c;
  }
  return out;
}

Status ParsePath(std::string_view path, Request& request) {
  request.segments.clear();
  request.path.clear();
  if (path == "/") {
    request.path.push_back('/');
    return Ok();
  }
  for (std::string_view raw : Split(path.substr(1), '/')) {
    LW_ASSIGN_OR_RETURN(std::string segment, Decode(raw, false));
    if (segment.empty() || segment.find('\\') != std::string::npos || segment == "." ||
        segment == "..") {
      return InvalidArgument("empty, dot or backslashed segment in the path");
    }
    request.path += '/';
    request.path += segment;
    request.segments.push_back(std::move(segment));
  }
  return Ok();
}

Status ParseQuery(std::string_view query, Request& request) {
  request.query.clear();
  if (query.empty()) return Ok();
  for (std::string_view pair : Split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    LW_ASSIGN_OR_RETURN(std::string key, Decode(pair.substr(0, equals), true));
    LW_ASSIGN_OR_RETURN(
        std::string value,
        Decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), true));
    if (!request.query.emplace(std::move(key), std::move(value)).second) {
      return InvalidArgument("a query parameter is given twice");
    }
  }
  return Ok();
}

bool IsPort(std::string_view text) {
  std::uint32_t port = 0;
  return ParseNumber(text, port) && port >= 1 && port <= 65535;
}

bool IsLoopbackV4(std::string_view host) {
  const auto parts = Split(host, '.');
  if (parts.size() != 4 || parts[0] != "127") return false;
  return std::ranges::all_of(parts, [](std::string_view part) {
    std::uint32_t number = 0;
    return ParseNumber(part, number) && number <= 255;
  });
}

}  // namespace

Status ParseTarget(std::string_view target, Request& request) {
  if (target.size() > kMaxTarget) return InvalidArgument("the path is longer than 2048 bytes");
  if (target.empty() || target.front() != '/') {
    return InvalidArgument("the request target must start with '/'");
  }
  if (target.find('#') != std::string_view::npos) return InvalidArgument("fragment in the path");
  const std::size_t mark = std::min(target.find('?'), target.size());
  LW_RETURN_IF_ERROR(ParsePath(target.substr(0, mark), request));
  return ParseQuery(mark < target.size() ? target.substr(mark + 1) : std::string_view(), request);
}

bool IsLoopbackAuthority(std::string_view authority) {
  std::string_view host = authority;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    if (!IsPort(authority.substr(colon + 1))) return false;
    host = authority.substr(0, colon);
  }
  std::string lower(host);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return lower == "localhost" || lower == "[::1]" || IsLoopbackV4(lower);
}

bool IsLoopbackOrigin(std::string_view origin) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return IsLoopbackAuthority(origin.substr(scheme.size()));
  }
  return false;
}

}  // namespace levelwind::api
