#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"

namespace levelwind::kafka {

/// How to reach a cluster. Security settings arrive with the protocol issue; today plain TCP only.
struct ClientOptions {
  std::vector<std::string> bootstrap;  ///< host:port, tried in turn. Required, at least one.
  std::string client_id = "levelwind";
  Duration connect_timeout = std::chrono::seconds(5);  ///< TCP connect and ApiVersions together.
  Duration request_timeout =
      std::chrono::seconds(15);             ///< One request; then its connection is closed.
  std::int32_t max_frame_bytes = 64 << 20;  ///< A larger answer closes the connection.
  std::int32_t max_in_flight = 5;           ///< Pipelined requests per connection.
  /// Observe mode (I15): a request whose API key is not on the read-only list is refused before it
  /// is encoded, whatever the caller is.
  bool read_only = false;
};

}  // namespace levelwind::kafka
