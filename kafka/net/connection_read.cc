#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "kafka/net/connection.h"
#include "kafka/protocol/reader.h"

namespace levelwind::kafka {

namespace {

/// Kafka asks for quiet of at most its quota window; anything longer is not believed.
constexpr auto kLongestThrottle = std::chrono::seconds(60);

/// Before the login the peer can be anybody; what Kafka says until then is a few kilobytes.
constexpr std::int32_t kFrameBeforeLogin = 1 << 20;

std::uint32_t BigEndian(const std::array<std::uint8_t, 4>& bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

/// What the peer seems to be, judged by the four bytes where a frame length should be.
std::string Guess(const std::array<std::uint8_t, 4>& first, std::span<const std::uint8_t> rest) {
  if ((first[0] == 0x15 || first[0] == 0x16) && first[1] == 0x03) {
    return "it speaks TLS, which this connection does not; set cluster.security.protocol to SSL or "
           "SASL_SSL";
  }
  std::string text(first.begin(), first.end());
  text.append(rest.begin(), rest.begin() + std::min<std::ptrdiff_t>(12, std::ssize(rest)));
  const bool readable = std::all_of(first.begin(), first.end(), [](std::uint8_t c) {
    return std::isprint(c) != 0 || std::isspace(c) != 0;
  });
  if (readable) return fmt::format("it sent \"{}\"", EscapeControl(text));
  return {};
}

}  // namespace

void Connection::ReadMore() {
  stream_->Read([this](const Result<std::span<const std::uint8_t>>& bytes) {
    if (!bytes.ok()) return Close(bytes.error().Wrap("reading from " + Address()));
    if (bytes->empty()) return Close(ClosedByPeer());
    OnBytes(*bytes);
    if (state_ != State::kClosed) ReadMore();
  });
}

Error Connection::ClosedByPeer() const {
  if (state_ == State::kNegotiating) {
    return Unavailable(fmt::format(
        "{} closed the connection before it answered ApiVersions: it is not a Kafka broker, is "
        "just "
        "starting, or wants {} on this port",
        Address(),
        options_.security.uses_tls() ? "a client certificate" : "TLS (cluster.security.protocol)"));
  }
  if (state_ == State::kLoggingIn) {
    return Unavailable(
        fmt::format("{} closed the connection during the {} login; its log may say "
                    "why",
                    Address(), security_.mechanism()));
  }
  if (in_flight_.empty()) return Unavailable(Address() + " closed the idle connection");
  const InFlight& first = in_flight_.front();
  const bool wants_login = !answered_ && !security_.wants_login();
  return Unavailable(fmt::format(
      "{} closed the connection without an answer to {} v{}{}", Address(), ApiName(first.api),
      first.version,
      wants_login ? "; a listener that wants a login does that: set cluster.security.protocol and "
                    "sasl.mechanism"
                  : ""));
}

std::int32_t Connection::FrameCap() const {
  if (state_ == State::kReady) return options_.max_frame_bytes;
  return std::min(options_.max_frame_bytes, kFrameBeforeLogin);
}

std::string_view Connection::CapSetBy() const {
  const bool own = state_ == State::kReady || options_.max_frame_bytes <= kFrameBeforeLogin;
  return own ? "cluster.max_frame" : "before the login";
}

void Connection::OnBytes(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty() && state_ != State::kClosed) {
    if (length_have_ < length_.size()) {
      length_[length_have_++] = bytes.front();
      bytes = bytes.subspan(1);
      if (length_have_ == length_.size() && !OnLength(bytes)) return;
      continue;
    }
    bytes = frame_.Append(bytes);
    if (frame_.missing() > 0) continue;
    length_have_ = 0;
    OnFrame(std::exchange(frame_, {}));
  }
}

bool Connection::OnLength(std::span<const std::uint8_t> rest) {
  const std::uint32_t length = BigEndian(length_);
  const bool fits = std::cmp_less_equal(length, FrameCap());
  if (fits && length >= 4) {  // every response has a correlation id
    frame_ = FrameBuffer(length);
    if (frame_.valid()) return true;
    Close({ErrorCode::kResourceExhausted,
           fmt::format("{} announced a frame of {} bytes, and the system has no room for it",
                       Address(), length)});
    return false;
  }
  const std::string guess = Guess(length_, rest);
  const auto signed_length = static_cast<std::int32_t>(length);
  if (state_ == State::kNegotiating || !guess.empty()) {
    Close(
        {ErrorCode::kFailedPrecondition,
         fmt::format("{} does not answer like a Kafka broker: {}", Address(),
                     guess.empty() ? fmt::format("it announced a frame of {} bytes", signed_length)
                                   : guess)});
  } else {
    Close(
        DataLoss(fmt::format("{} announced a frame of {} bytes; 4 to {} are accepted "
                             "({})",
                             Address(), signed_length, FrameCap(), CapSetBy())));
  }
  return false;
}

void Connection::OnFrame(FrameBuffer frame) {
  if (in_flight_.empty()) {
    return Close(DataLoss(Address() + " sent an answer that nobody asked for"));
  }
  Reader reader(frame.bytes());
  const InFlight& first = in_flight_.front();
  const Result<std::int32_t> id = DecodeResponseHeader(first.api, first.version, reader);
  if (!id.ok()) return Close(id.error().Wrap("answer of " + Address()));
  if (*id != first.correlation_id) {
    const std::string what =
        fmt::format("correlation id {} came where {} was expected", *id, first.correlation_id);
    if (state_ == State::kNegotiating) {
      return Close({ErrorCode::kFailedPrecondition,
                    fmt::format("{} does not answer like a Kafka broker: {}", Address(), what)});
    }
    return Close(DataLoss(fmt::format("{}: {}", Address(), what)));
  }
  InFlight request = std::move(in_flight_.front());
  in_flight_.pop_front();
  stats_.Received(request.api, frame.size() + length_.size());
  answered_ = answered_ || state_ == State::kReady;
  frame.DropFront(reader.offset());
  if (request.throttle_first) ObeyThrottle(frame.bytes());
  const auto cap = static_cast<std::size_t>(FrameCap());
  const MemoryLimit limit{cap - std::min(cap, frame.size()), CapSetBy()};
  request.done(
      {RawAnswer{request.version, std::move(frame), limit, Address()}, Progress::kAnswered});
  if (state_ != State::kClosed) Pump();
}

void Connection::ObeyThrottle(std::span<const std::uint8_t> body) {
  Reader reader(body);
  const auto throttle = std::chrono::milliseconds(reader.Int32());
  if (!reader.ok() || throttle <= throttle.zero()) return;
  hold_until_ = clock_.Now() + std::min<Duration>(throttle, kLongestThrottle);
}

}  // namespace levelwind::kafka
