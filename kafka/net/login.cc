#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "kafka/admin_client.h"
#include "kafka/errors.h"
#include "kafka/net/connection.h"
#include "kafka/protocol/messages_sasl.h"
#include "kafka/protocol/reader.h"

namespace levelwind::kafka {

namespace {

constexpr std::int16_t kUnsupportedMechanism = 33;
constexpr std::int16_t kAuthenticationFailed = 58;

/// Messages of ours in one login: SCRAM needs two, a refused OAUTHBEARER token too.
constexpr int kMostRounds = 4;

/// No mechanism's message comes near it; its reader takes copies of parts of it.
constexpr std::size_t kLongestLoginMessage = std::size_t{16} << 10;

/// Kafka refuses a new login within a second of the last.
constexpr auto kShortestSession = std::chrono::milliseconds(1100);
/// A session that is longer than this is not believed.
constexpr std::int64_t kLongestSessionMs = std::int64_t{30} * 86'400'000;
/// Wait before credentials for a new login are asked for again, as long as the session lives.
constexpr auto kRetryPause = std::chrono::seconds(5);

/// From 0 to 1, different for each connection: a thousand of them should not log in at once.
double Spread(const Endpoint& endpoint, std::int32_t salt) {
  const std::size_t hash = std::hash<std::string>()(endpoint.ToString()) ^
                           (static_cast<std::size_t>(salt) * 0x9e3779b97f4a7c15U);
  return static_cast<double>(hash % 1024) / 1024;
}

template <class Response>
Result<Response> DecodeAnswer(const RawAnswer& answer) {
  Reader reader = answer.reader();
  return Decode<Response>(reader, answer.version);
}

}  // namespace

template <class Request>
void Connection::SendForLogin(Request request, void (Connection::*done)(Outcome)) {
  RequestSpec spec = MakeSpec(std::move(request));
  const Result<std::int16_t> version = ChooseVersion(spec);
  if (!version.ok()) return Close(version.error());
  SendNow({std::move(spec), connect_by_,
           [this, done](Outcome outcome) { (this->*done)(std::move(outcome)); }},
          *version);
  ArmTimer();
}

void Connection::PrepareLogin() {
  login_ = Login::kPrepares;
  login_again_at_.reset();
  security_.NewExchange(endpoint_, [this, alive = std::weak_ptr(alive_)](
                                       Result<std::unique_ptr<SaslExchange>> exchange) {
    if (!alive.expired() && state_ != State::kClosed) OnExchange(std::move(exchange));
  });
  ArmTimer();
}

void Connection::OnExchange(Result<std::unique_ptr<SaslExchange>> exchange) {
  const SteadyTime now = clock_.Now();
  if (!exchange.ok()) {
    if (state_ == State::kReady && login_ends_at_ && now + kRetryPause < *login_ends_at_) {
      LW_WARN("kafka", "{}: no credentials for the next login, trying again: {}", Address(),
              exchange.error().message());
      login_ = Login::kNone;
      login_again_at_ = now + kRetryPause;
      return ArmTimer();
    }
    return Close(exchange.error().Wrap("logging in to " + Address()));
  }
  exchange_ = *std::move(exchange);
  login_ = Login::kDrains;
  Pump();
}

void Connection::BeginLogin() {
  login_ = Login::kTalks;
  login_rounds_ = 0;
  login_began_ = clock_.Now();
  connect_by_ = login_began_ + options_.connect_timeout;
  SaslHandshakeRequest request;
  request.mechanism = exchange_->mechanism();
  SendForLogin(std::move(request), &Connection::OnHandshake);
}

void Connection::OnHandshake(Outcome outcome) {
  if (!outcome.answer.ok()) return;  // told to those who wait by Close
  const auto response = DecodeAnswer<SaslHandshakeResponse>(*outcome.answer);
  if (!response.ok()) {
    return Close(response.error().Wrap("SaslHandshake answer of " + Address()));
  }
  if (response->error_code == kUnsupportedMechanism) {
    constexpr std::size_t kMostText = 200;
    std::string offered;
    for (const std::string& mechanism : response->mechanisms) {
      if (offered.size() >= kMostText) break;
      offered += (offered.empty() ? "" : ", ") + mechanism.substr(0, kMostText);
    }
    offered.resize(std::min(offered.size(), kMostText));
    return Close(Error::FromKafka(
        ErrorCode::kUnauthenticated, kUnsupportedMechanism, false,
        fmt::format("{} does not offer the SASL mechanism {}, it offers {}; set "
                    "cluster.security.sasl.mechanism to one of these, or enable it on the listener "
                    "(sasl.enabled.mechanisms)",
                    Address(), exchange_->mechanism(),
                    offered.empty() ? "none" : EscapeControl(offered))));
  }
  if (response->error_code != 0) {
    return Close(LoginRefused(response->error_code, {}));
  }
  SendLoginMessage(exchange_->Start());
}

void Connection::SendLoginMessage(Result<std::vector<std::uint8_t>> message) {
  if (!message.ok()) return Close(message.error().Wrap("logging in to " + Address()));
  if (++login_rounds_ > kMostRounds) {
    return Close({ErrorCode::kUnauthenticated,
                  fmt::format("{} does not come to an end with the {} login; it is not a proper "
                              "Kafka broker",
                              Address(), exchange_->mechanism())});
  }
  SaslAuthenticateRequest request;
  request.auth_bytes.data = *std::move(message);
  SendForLogin(std::move(request), &Connection::OnLoginAnswer);
}

void Connection::OnLoginAnswer(Outcome outcome) {
  if (!outcome.answer.ok()) return;
  const auto response = DecodeAnswer<SaslAuthenticateResponse>(*outcome.answer);
  if (!response.ok()) {
    return Close(response.error().Wrap("SaslAuthenticate answer of " + Address()));
  }
  if (response->error_code != 0) {
    return Close(LoginRefused(response->error_code, response->error_message.value_or("")));
  }
  if (response->auth_bytes.data.size() > kLongestLoginMessage) {
    return Close(DataLoss(fmt::format("{} sent {} bytes in the {} login; at most {} are accepted",
                                      Address(), response->auth_bytes.data.size(),
                                      exchange_->mechanism(), kLongestLoginMessage)));
  }
  auto next = exchange_->Next(response->auth_bytes.data);
  if (!next.ok()) return Close(next.error().Wrap(Address()));
  if (*next) return SendLoginMessage(**std::move(next));
  OnLoggedIn(response->session_lifetime_ms);
}

Error Connection::LoginRefused(std::int16_t code, const std::string& broker_says) const {
  constexpr std::size_t kMostText = 300;
  std::string why = EscapeControl(broker_says.substr(0, kMostText));
  const std::string more = exchange_->Refusal();
  if (!more.empty()) why += (why.empty() ? "" : "; ") + more;
  if (why.empty()) why = KafkaErrorName(code);
  const KafkaErrorInfo* info = FindKafkaError(code);
  const bool refused = code == kAuthenticationFailed || info == nullptr;
  return Error::FromKafka(
      refused ? ErrorCode::kUnauthenticated : info->canonical, code, false,
      fmt::format("{} refused the login of {}: {}; check the credentials under "
                  "cluster.security.sasl or oauth, and that the broker knows them",
                  Address(), exchange_->Who(), why));
}

void Connection::OnLoggedIn(std::int64_t lifetime_ms) {
  LW_DEBUG("kafka", "{}: logged in, {}{}", Address(), exchange_->Who(),
           lifetime_ms > 0 ? fmt::format(" for {} ms", lifetime_ms) : "");
  exchange_.reset();
  login_ = Login::kNone;
  login_ends_at_.reset();
  if (lifetime_ms > 0) {
    const auto life = Duration(std::chrono::milliseconds(std::min(lifetime_ms, kLongestSessionMs)));
    constexpr double kFirstShare = 0.80;
    constexpr double kShareSpread = 0.05;
    const double share = kFirstShare + kShareSpread * Spread(endpoint_, next_correlation_id_);
    const auto wait = std::chrono::duration_cast<Duration>(life * share);
    login_ends_at_ = login_began_ + life;
    login_again_at_ = login_began_ + std::max<Duration>(wait, kShortestSession);
  }
  if (state_ == State::kLoggingIn) OnReady();
  Pump();
}

}  // namespace levelwind::kafka
