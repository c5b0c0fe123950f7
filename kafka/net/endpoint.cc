#include "kafka/net/endpoint.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <system_error>

#include "base/text.h"

namespace levelwind::kafka {

namespace {

Error Bad(std::string_view text, std::string_view why) {
  return InvalidArgument(
      fmt::format("'{}' is not a broker address: {}; write host:port, for example 127.0.0.1:9092",
                  EscapeControl(text), why));
}

}  // namespace

std::string Endpoint::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<Endpoint> ParseEndpoint(std::string_view text) {
  if (text.empty()) return Bad(text, "it is empty");
  if (text.find("://") != std::string_view::npos) return Bad(text, "a URL is not wanted");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Bad(text, "the port is missing");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return Bad(text, "an IPv6 address needs brackets");
  }
  if (host.empty()) return Bad(text, "the host is missing");
  if (host.find_first_of(" \t\r\n,/@[]") != std::string_view::npos) {
    return Bad(text, "the host has a character that no host has");
  }
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number < 1 || number > 65535) {
    return Bad(text, "the port is not a number from 1 to 65535");
  }
  return Endpoint{std::string(host), static_cast<std::uint16_t>(number)};
}

}  // namespace levelwind::kafka
