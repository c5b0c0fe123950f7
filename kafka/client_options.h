#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kafka/security/security_options.h"

namespace levelwind::kafka {

/// How to reach a cluster.
struct ClientOptions {
  std::vector<std::string> bootstrap;  ///< host:port, tried in turn. Required, at least one.
  std::string client_id = "levelwind";
  /// From the TCP connect to the end of the login; waiting for a token counts on its own.
  Duration connect_timeout = std::chrono::seconds(5);
  Duration request_timeout =
      std::chrono::seconds(15);  ///< One request; then its connection is closed.
  /// The most memory that one answer may take: its bytes and what they decode to. A longer one
  /// closes the connection, one that decodes to more is refused. Before the login is done, 1 MiB.
  /// The metadata of 333,000 partitions with 3 replicas needs 60 MB.
  std::int32_t max_frame_bytes = 128 << 20;
  std::int32_t max_in_flight = 5;  ///< Pipelined requests per connection.
  /// Observe mode (I15): a request whose API key is not on the read-only list is refused before it
  /// is encoded, whatever the caller is.
  bool read_only = false;
  SecurityOptions security;
};

}  // namespace levelwind::kafka
