#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace levelwind::kafka {

/// Where a broker listens.
struct Endpoint {
  std::string host;  ///< A name or an address; IPv6 without brackets.
  std::uint16_t port = 0;

  /// "host:port", "[::1]:9092".
  std::string ToString() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// Reads "host:port" or "[ipv6]:port". InvalidArgument says what is wrong with it.
Result<Endpoint> ParseEndpoint(std::string_view text);

}  // namespace levelwind::kafka
