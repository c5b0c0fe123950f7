#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "kafka/protocol/api.h"

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
};

/// The live counters. Any thread.
class StatsRecorder {
 public:
  void Sent(ApiKey api, std::size_t bytes);
  void Received(ApiKey api, std::size_t bytes);
  void Failed(ApiKey api);
  void Connected() { ++connects_; }
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
  static constexpr std::size_t kKeys = 128;  ///< API keys are small numbers.
  Counters& Of(ApiKey api);

  Counters counters_[kKeys];
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> connects_ = 0;
  std::atomic<std::uint64_t> connect_failures_ = 0;
};

}  // namespace levelwind::kafka
