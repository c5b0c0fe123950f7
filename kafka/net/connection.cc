#include "kafka/net/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"
#include "kafka/protocol/messages_cluster.h"

namespace levelwind::kafka {

Connection::Connection(Loop& loop, const Clock& clock, const ClientOptions& options,
                       Security& security, Endpoint endpoint, StatsRecorder& stats,
                       std::function<void(const Error&, bool)> on_closed)
    : loop_(loop),
      clock_(clock),
      options_(options),
      security_(security),
      endpoint_(std::move(endpoint)),
      stats_(stats),
      on_closed_(std::move(on_closed)),
      timer_(loop.NewTimer()) {}

Connection::~Connection() {
  on_closed_ = nullptr;
  Close({ErrorCode::kCancelled, "the client is stopping"});
}

void Connection::Start() {
  connect_by_ = clock_.Now() + options_.connect_timeout;
  Result<std::unique_ptr<Stream>> stream = security_.NewStream();
  if (!stream.ok()) {
    // Not at once: the owner still has the request to give us that failed.
    loop_.Post([this, alive = std::weak_ptr(alive_), error = stream.error()] {
      if (!alive.expired()) Close(error.Wrap("preparing the connection to " + Address()));
    });
    return;
  }
  stream_ = *std::move(stream);
  stream_->Connect(endpoint_, [this](const Status& status) { OnConnected(status); });
  ArmTimer();
}

void Connection::OnConnected(const Status& status) {
  if (!status.ok()) return Close(status.error().Wrap("connecting to " + Address()));
  state_ = State::kNegotiating;
  ReadMore();
  Negotiate(ApiVersionsRequest::kInfo.max);
}

void Connection::Send(PendingRequest request) {
  queue_.push_back(std::move(request));
  Pump();
}

void Connection::Pump() {
  const SteadyTime now = clock_.Now();
  if (hold_until_ && *hold_until_ <= now) hold_until_.reset();
  if (login_ == Login::kDrains && in_flight_.empty()) return BeginLogin();
  while (state_ == State::kReady && login_ < Login::kDrains && !hold_until_ && !queue_.empty() &&
         std::cmp_less(in_flight_.size(), options_.max_in_flight)) {
    PendingRequest request = std::move(queue_.front());
    queue_.pop_front();
    if (request.deadline <= now) {
      request.done({DeadlineExceeded(fmt::format("{} to {} was not sent before its deadline",
                                                 ApiName(request.spec.api), Address())),
                    Progress::kNotSent});
      continue;
    }
    Result<std::int16_t> version = ChooseVersion(request.spec);
    if (!version.ok()) {
      request.done({version.error(), Progress::kNotSent});
      continue;
    }
    SendNow(std::move(request), *version);
  }
  ArmTimer();
}

void Connection::SendNow(PendingRequest request, std::int16_t version) {
  const RequestSpec& spec = request.spec;
  const std::int32_t correlation_id = next_correlation_id_;
  Result<std::vector<std::uint8_t>> frame =
      spec.encode(version, correlation_id, options_.client_id);
  if (!frame.ok()) return request.done({frame.error(), Progress::kNotSent});
  next_correlation_id_ =
      correlation_id == std::numeric_limits<std::int32_t>::max() ? 1 : correlation_id + 1;
  stats_.Sent(spec.api, frame->size());
  in_flight_.push_back({spec.api, version, correlation_id, spec.throttle_first,
                        clock_.Now() + options_.request_timeout, std::move(request.done)});
  Write(*std::move(frame));
}

void Connection::Write(std::vector<std::uint8_t> frame) {
  output_.push_back(std::move(frame));
  if (!writing_) WriteNext();
}

void Connection::WriteNext() {
  writing_ = !output_.empty();
  if (!writing_) return;
  std::vector<std::uint8_t> frame = std::move(output_.front());
  output_.pop_front();
  stream_->Write(std::move(frame), [this](const Status& status) {
    if (!status.ok()) return Close(status.error().Wrap("sending to " + Address()));
    WriteNext();
  });
}

void Connection::ArmTimer() {
  if (state_ == State::kClosed) return;
  std::optional<SteadyTime> next;
  const auto consider = [&](SteadyTime at) { next = next ? std::min(*next, at) : at; };
  if (state_ != State::kReady && login_ != Login::kPrepares) consider(connect_by_);
  if (login_ == Login::kNone && login_again_at_) consider(*login_again_at_);
  // Timeouts are equal and answers come in order, so the first is always the earliest.
  if (!in_flight_.empty()) consider(in_flight_.front().give_up_at);
  if (hold_until_ && !queue_.empty()) consider(*hold_until_);
  if (!next) return timer_->Cancel();
  timer_->Start(std::max(Duration::zero(), Duration(*next - clock_.Now())), [this] { OnTimer(); });
}

void Connection::OnTimer() {
  const SteadyTime now = clock_.Now();
  const double waited = ToSeconds(options_.connect_timeout);
  if (state_ == State::kConnecting && connect_by_ <= now) {
    return Close(DeadlineExceeded(
        fmt::format("connecting to {} took longer than {}", Address(), HumanDuration(waited))));
  }
  if (state_ == State::kNegotiating && connect_by_ <= now) {
    return Close(DeadlineExceeded(fmt::format(
        "{} accepted the connection but did not answer ApiVersions within {}: it is not a Kafka "
        "broker, or a broker that hangs",
        Address(), HumanDuration(waited))));
  }
  if (state_ == State::kLoggingIn && login_ == Login::kTalks && connect_by_ <= now) {
    return Close(DeadlineExceeded(fmt::format("{} did not answer the {} login within {}", Address(),
                                              security_.mechanism(), HumanDuration(waited))));
  }
  if (login_ == Login::kNone && login_again_at_ && *login_again_at_ <= now) PrepareLogin();
  if (state_ == State::kClosed) return;
  if (!in_flight_.empty() && in_flight_.front().give_up_at <= now) {
    return Close(DeadlineExceeded(fmt::format("{} did not answer {} within {}", Address(),
                                              ApiName(in_flight_.front().api),
                                              HumanDuration(ToSeconds(options_.request_timeout)))));
  }
  Pump();
}

void Connection::Close(const Error& error) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  if (stream_) stream_->Close();
  timer_->Cancel();
  // Moved out first: what is called back may look at this object again.
  std::deque<InFlight> in_flight = std::exchange(in_flight_, {});
  std::deque<PendingRequest> queue = std::exchange(queue_, {});
  const auto lost =
      error.code() == ErrorCode::kDeadlineExceeded ? Progress::kTimedOut : Progress::kLost;
  for (InFlight& request : in_flight) {
    stats_.Failed(request.api);
    request.done({error, lost});
  }
  for (PendingRequest& request : queue) request.done({error, Progress::kNotSent});
  if (!was_ready_) stats_.ConnectFailed();
  if (on_closed_) on_closed_(error, was_ready_);
}

}  // namespace levelwind::kafka
