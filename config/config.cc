#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"

namespace levelwind::config {
namespace {

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

/// "[::1]:80" -> {"::1", "80"}
std::optional<std::pair<std::string_view, std::string_view>> SplitHostPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']' && host.size() > 2) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair{host, text.substr(colon + 1)};
}

bool IsLoopbackV4(std::string_view host) {
  const auto parts = Split(host, '.');
  return parts.size() == 4 && parts[0] == "127" &&
         std::ranges::all_of(parts, [](std::string_view part) {
           const auto number = ParsePort(part);
           return number && *number <= 255;
         });
}

}  // namespace

planner::PlannerOptions PlanOptions(const Config& config) {
  planner::PlannerOptions options = config.plan;
  options.transfer.rate_bytes_per_s = static_cast<double>(config.execute.throttle_bytes_per_s);
  options.transfer.max_moves_per_broker = config.execute.max_moves_per_broker;
  options.transfer.max_moves_cluster = config.execute.max_moves_cluster;
  return options;
}

std::string_view ModeName(Mode mode) { return mode == Mode::kOperate ? "operate" : "observe"; }

Result<ListenAddress> ParseWideListen(std::string_view text) {
  const auto parts = SplitHostPort(text);
  const auto port = parts ? ParsePort(parts->second) : std::nullopt;
  if (!port) {
    return InvalidArgument(fmt::format("'{}' is not an address to listen on; write 127.0.0.1:8844",
                                       EscapeControl(text)));
  }
  const std::string_view host = parts->first == "localhost" ? "127.0.0.1" : parts->first;
  return ListenAddress{std::string(host), *port};
}

Result<ListenAddress> ParseListen(std::string_view text) {
  LW_ASSIGN_OR_RETURN(ListenAddress address, ParseWideListen(text));
  if (address.ip != "::1" && !IsLoopbackV4(address.ip)) {
    return InvalidArgument(
        fmt::format("'{}' is not a loopback address; anything wider is refused until TLS and "
                    "authentication exist; write 127.0.0.1:{}",
                    text, address.port));
  }
  return address;
}

Status CheckHostPort(std::string_view text) {
  const auto parts = SplitHostPort(text);
  const auto port = parts ? ParsePort(parts->second) : std::nullopt;
  if (!port || *port == 0) {
    return InvalidArgument(
        fmt::format("'{}' is not host:port; write for example broker1:9092", text));
  }
  const bool plain = std::ranges::all_of(parts->first, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain || parts->first.find_first_of("/@,;") != std::string_view::npos) {
    return InvalidArgument(fmt::format(
        "'{}' is not host:port: the host has a character that no host name has; write for example "
        "broker1:9092",
        EscapeControl(text)));
  }
  return Ok();
}

}  // namespace levelwind::config
