#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "kafka/protocol/api.h"
#include "kafka/version_limits.h"

namespace levelwind::kafka {

/// What was exchanged about one API since the start. Bytes are whole frames.
struct ApiStats {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  ///< Sent, but no answer that could be used came back.
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
};

/// A snapshot of a client's counters, for its metrics.
struct ClientStats {
  std::map<std::string, ApiStats> apis;  ///< By name ("Metadata"); only those that were used.
  std::uint64_t connects = 0;            ///< Connections that became ready.
  std::uint64_t connect_failures = 0;
  /// What all brokers speak that were connected to (as of their last connect); empty before the
  /// first.
  std::optional<SpokenVersions> common_versions;
};

/// The live counters. Any thread.
class StatsRecorder {
 public:
  void Sent(ApiKey api, std::size_t bytes);
  void Received(ApiKey api, std::size_t bytes);
  void Failed(ApiKey api);
  /// `address` names the broker; a later connect, perhaps after an upgrade, replaces what it spoke.
  void Connected(const std::string& address, const SpokenVersions& spoken);
  void ConnectFailed() { ++connect_failures_; }

  ClientStats Snapshot() const;
  std::uint64_t requests() const { return requests_; }

 private:
  struct Counters {
    std::atomic<std::uint64_t> requests = 0;
    std::atomic<std::uint64_t> errors = 0;
    std::atomic<std::uint64_t> bytes_out = 0;
    std::atomic<std::uint64_t> bytes_in = 0;
  };
  Counters& Of(ApiKey api);

  Counters counters_[kApiKeys];
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> connects_ = 0;
  std::atomic<std::uint64_t> connect_failures_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, SpokenVersions> spoken_;  // Under mutex_.
};

}  // namespace levelwind::kafka
