#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/client_options.h"
#include "kafka/net/endpoint.h"
#include "kafka/net/frame_buffer.h"
#include "kafka/net/loop.h"
#include "kafka/net/request.h"
#include "kafka/net/stats.h"
#include "kafka/security/security.h"

namespace levelwind::kafka {

/// What a broker speaks of one API.
struct VersionRange {
  std::int16_t min = 0;
  std::int16_t max = -1;
};

/// One TCP life to one broker: connect, learn the broker's versions, log in where the security
/// options say so, then exchange requests. Where the broker limits a login's life, it is repeated
/// on the same connection when 80 to 85 % of that are over (KIP-368): requests in flight are waited
/// for, later ones wait in the queue.
///
/// Requests are pipelined up to max_in_flight; answers come in request order and must carry the
/// correlation ids in that order. Any answer that is late (request_timeout), malformed, too long or
/// out of order closes the connection, because nothing after it could be trusted. After closing,
/// the object does nothing any more; the pool makes a new one.
///
/// Belongs to the loop's thread.
class Connection {
 public:
  /// `on_closed(error, was_ready)` is called once, unless the owner destroys the object first.
  /// It must not destroy the object from within.
  Connection(Loop& loop, const Clock& clock, const ClientOptions& options, Security& security,
             Endpoint endpoint, StatsRecorder& stats,
             std::function<void(const Error&, bool)> on_closed);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start();
  /// Queued until the connection is ready and has room. Not after closing.
  void Send(PendingRequest request);
  /// Gives every waiting request `error` and closes.
  void Close(const Error& error);
  bool closed() const { return state_ == State::kClosed; }

 private:
  enum class State : std::uint8_t { kConnecting, kNegotiating, kLoggingIn, kReady, kClosed };
  /// Of a login, the first or a later one.
  enum class Login : std::uint8_t {
    kNone,      ///< None is going on.
    kPrepares,  ///< Waits for credentials.
    kDrains,    ///< Waits for the requests in flight.
    kTalks,     ///< Exchanges messages; nothing else may be sent.
  };

  /// A request that was written and waits for its answer.
  struct InFlight {
    ApiKey api = ApiKey::kApiVersions;
    std::int16_t version = 0;
    std::int32_t correlation_id = 0;
    bool throttle_first = false;
    SteadyTime give_up_at;
    OnOutcome done;
  };

  // Negotiation (negotiation.cc).
  void Negotiate(std::int16_t version);
  void OnVersions(Outcome outcome);
  void OnReady();
  Result<std::int16_t> ChooseVersion(const RequestSpec& spec) const;

  // Login (login.cc).
  void PrepareLogin();
  void OnExchange(Result<std::unique_ptr<SaslExchange>> exchange);
  void BeginLogin();
  void OnHandshake(Outcome outcome);
  void SendLoginMessage(Result<std::vector<std::uint8_t>> message);
  void OnLoginAnswer(Outcome outcome);
  void OnLoggedIn(std::int64_t lifetime_ms);
  Error LoginRefused(std::int16_t code, const std::string& broker_says) const;
  template <class Request>
  void SendForLogin(Request request, void (Connection::*done)(Outcome));

  void OnConnected(const Status& status);
  void Pump();
  void SendNow(PendingRequest request, std::int16_t version);
  void Write(std::vector<std::uint8_t> frame);
  void WriteNext();

  // Incoming bytes (connection_read.cc).
  void ReadMore();
  void OnBytes(std::span<const std::uint8_t> bytes);
  bool OnLength(std::span<const std::uint8_t> rest);
  void OnFrame(FrameBuffer frame);
  void ObeyThrottle(std::span<const std::uint8_t> body);
  /// The most that one answer may take now: its bytes and what they decode to.
  std::int32_t FrameCap() const;
  std::string_view CapSetBy() const;
  Error ClosedByPeer() const;

  void ArmTimer();
  void OnTimer();
  std::string Address() const { return endpoint_.ToString(); }

  Loop& loop_;
  const Clock& clock_;
  const ClientOptions& options_;
  Security& security_;
  const Endpoint endpoint_;
  StatsRecorder& stats_;
  std::function<void(const Error&, bool)> on_closed_;

  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Timer> timer_;
  State state_ = State::kConnecting;
  bool was_ready_ = false;
  SteadyTime connect_by_;
  std::map<std::int16_t, VersionRange> versions_;
  std::int32_t next_correlation_id_ = 1;
  std::deque<PendingRequest> queue_;
  std::deque<InFlight> in_flight_;
  std::deque<std::vector<std::uint8_t>> output_;
  bool writing_ = false;
  std::optional<SteadyTime> hold_until_;  ///< The broker asked us to be quiet until then.
  bool answered_ = false;                 ///< A request beyond ApiVersions and login was.

  Login login_ = Login::kNone;
  std::unique_ptr<SaslExchange> exchange_;
  int login_rounds_ = 0;
  SteadyTime login_began_;
  std::optional<SteadyTime> login_again_at_;
  std::optional<SteadyTime> login_ends_at_;  ///< When the broker stops to listen to us.

  std::array<std::uint8_t, 4> length_{};
  std::size_t length_have_ = 0;
  FrameBuffer frame_;

  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  ///< For what may come after our end.
};

}  // namespace levelwind::kafka
