#include "kafka/net/network.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace levelwind::kafka {

namespace {

Error Stopping() { return {ErrorCode::kCancelled, "the Kafka client is stopping"}; }

/// Makes sure that `done` is called even if the loop drops the work it was posted with.
class Guarded {
 public:
  explicit Guarded(PendingRequest request) : request_(std::move(request)) {}
  Guarded(Guarded&&) = delete;
  Guarded& operator=(Guarded&&) = delete;
  ~Guarded() {
    if (request_.done) request_.done({Stopping(), Progress::kNotSent});
  }
  PendingRequest Take() { return std::exchange(request_, {}); }

 private:
  PendingRequest request_;
};

}  // namespace

Network::~Network() { Stop(); }

void Network::Run(std::stop_token stop) {
  loop_.Run(std::move(stop), [this] { Stop(); });
}

void Network::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  for (auto& [key, peer] : peers_) {
    if (peer.connection) peer.connection->Close(Stopping());
  }
  peers_.clear();
  closed_.clear();
}

bool Network::running() {
  std::lock_guard lock(mutex_);
  return !stopped_;
}

bool Network::Pause(Duration time) {
  std::unique_lock lock(mutex_);
  return !stopping_.wait_for(lock, time, [&] { return stopped_; });
}

void Network::Submit(const Endpoint& endpoint, Purpose purpose, PendingRequest request) {
  if (!running()) return request.done({Stopping(), Progress::kNotSent});
  auto guarded = std::make_shared<Guarded>(std::move(request));
  loop_.Post([this, key = Key(endpoint, purpose), guarded = std::move(guarded)] {
    Deliver(key, guarded->Take());
  });
}

void Network::Deliver(const Key& key, PendingRequest request) {
  closed_.clear();
  if (!running()) return request.done({Stopping(), Progress::kNotSent});
  Peer& peer = peers_[key];
  if (!peer.connection) {
    if (peer.last_error && clock_.Now() < peer.not_before) {
      return request.done({*peer.last_error, Progress::kNotSent});
    }
    peer.connection = std::make_unique<Connection>(
        loop_, clock_, options_, security_, key.first, stats_,
        [this, key](const Error& error, bool was_ready) { OnClosed(key, error, was_ready); });
    peer.connection->Start();
  }
  peer.connection->Send(std::move(request));
}

void Network::OnClosed(const Key& key, const Error& error, bool was_ready) {
  const auto found = peers_.find(key);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  // It is still on the stack below us; Deliver or Stop lets go of it later.
  if (peer.connection) closed_.push_back(std::move(peer.connection));
  if (was_ready && error.code() != ErrorCode::kDeadlineExceeded &&
      error.code() != ErrorCode::kUnauthenticated) {
    peer.failures = 0;
    peer.last_error.reset();
    return;
  }
  const bool hanging = error.code() == ErrorCode::kDeadlineExceeded;
  const bool login = error.code() == ErrorCode::kUnauthenticated;
  const Duration first = login ? Duration(kFirstLoginPause) : Duration(kFirstPause);
  const Duration longest = login     ? Duration(kLoginPause)
                           : hanging ? Duration(kHangingPause)
                                     : Duration(kRefusedPause);
  const Duration pause = first * (1 << std::min(peer.failures, 10));
  ++peer.failures;
  peer.not_before = clock_.Now() + std::min(pause, longest);
  peer.last_error = error;
}

}  // namespace levelwind::kafka
