#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "kafka/client_options.h"
#include "kafka/net/connection.h"
#include "kafka/net/endpoint.h"
#include "kafka/net/loop.h"
#include "kafka/net/request.h"
#include "kafka/net/stats.h"

namespace levelwind::kafka {

/// All connections of one client: at most one per endpoint and purpose, made when first needed.
///
/// A failed connect is remembered for a short, growing while (kept within kRefusedPause,
/// kHangingPause or, for credentials that are not accepted, kLoginPause): requests meanwhile fail
/// at once with the same error instead of waiting for the same dead broker again.
class Network {
 public:
  static constexpr auto kFirstPause = std::chrono::milliseconds(100);
  static constexpr auto kRefusedPause = std::chrono::seconds(2);   ///< The peer said no: cheap.
  static constexpr auto kHangingPause = std::chrono::seconds(10);  ///< Silence costs a timeout.

  static constexpr auto kFirstLoginPause = std::chrono::seconds(1);
  /// A wrong password does not become right by itself, and may lock an account.
  static constexpr auto kLoginPause = std::chrono::seconds(30);

  /// `options` and `clock` must outlive the object.
  Network(const ClientOptions& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        security_(options.security, loop_, clock, options.connect_timeout) {}
  ~Network();

  /// The I/O thread's body; see KafkaClient::Run.
  void Run(std::stop_token stop);

  /// Any thread. `done` is called exactly once, on the I/O thread (or right here when the client
  /// has stopped); never at all if the I/O thread never runs, so callers must wait with a limit.
  void Submit(const Endpoint& endpoint, Purpose purpose, PendingRequest request);

  /// Any thread. Waits `time`, or less when the client stops; returns whether it still runs.
  bool Pause(Duration time);

  const StatsRecorder& stats() const { return stats_; }
  const Clock& clock() const { return clock_; }

 private:
  using Key = std::pair<Endpoint, Purpose>;
  struct Peer {
    std::unique_ptr<Connection> connection;
    int failures = 0;
    SteadyTime not_before;
    std::optional<Error> last_error;
  };

  void Deliver(const Key& key, PendingRequest request);
  void OnClosed(const Key& key, const Error& error, bool was_ready);
  void Stop();
  bool running();

  const ClientOptions& options_;
  const Clock& clock_;
  StatsRecorder stats_;
  Loop loop_;
  Security security_;
  // The I/O thread's own.
  std::map<Key, Peer> peers_;
  std::vector<std::unique_ptr<Connection>> closed_;
  // Shared.
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace levelwind::kafka
