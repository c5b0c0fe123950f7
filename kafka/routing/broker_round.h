#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "kafka/net/request.h"

namespace levelwind::kafka {

/// One round of requests to many brokers: which are to be sent, which are on their way, and the
/// answers in the order in which they come. Not all are sent at once, because answers that nobody
/// had time to look at yet are held in memory; when none comes for a while (brokers that hang hold
/// the places) the round is widened.
///
/// For one thread, except for the callbacks that Expect makes: they run on the I/O thread, also
/// after the round is gone.
class BrokerRound {
 public:
  /// Requests that are on their way at first, and that Widen adds.
  static constexpr std::size_t kWidth = 64;

  explicit BrokerRound(std::size_t requests) : state_(requests, State::kNotSent) {}

  /// The next request to send, if there is one and room for it.
  std::optional<std::size_t> NextToSend() {
    if (next_ == state_.size() || sent_ >= width_) return std::nullopt;
    return next_++;
  }
  /// What takes the answer to request `index`, which must be sent now.
  OnOutcome Expect(std::size_t index) {
    state_[index] = State::kSent;
    ++sent_;
    return [arrivals = arrivals_, index](Outcome outcome) {
      {
        const std::lock_guard lock(arrivals->mutex);
        arrivals->ready.emplace_back(index, std::move(outcome));
      }
      arrivals->some.notify_one();
    };
  }
  bool waiting() const { return sent_ > 0 || next_ < state_.size(); }
  void Widen() { width_ += kWidth; }

  /// The next answer; nothing when none came until then.
  std::optional<std::pair<std::size_t, Outcome>> Wait(SteadyTime until) {
    std::unique_lock lock(arrivals_->mutex);
    if (!arrivals_->some.wait_until(lock, until, [&] { return !arrivals_->ready.empty(); })) {
      return std::nullopt;
    }
    std::pair<std::size_t, Outcome> first = std::move(arrivals_->ready.front());
    arrivals_->ready.pop_front();
    state_[first.first] = State::kDone;
    --sent_;
    return first;
  }

  /// Calls `visit(index, sent)` for the requests that got no answer.
  template <class Visit>
  void ForEachOpen(Visit visit) const {
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (state_[i] == State::kSent || i >= next_) visit(i, state_[i] == State::kSent);
    }
  }

 private:
  enum class State : unsigned char { kNotSent, kSent, kDone };
  struct Arrivals {
    std::mutex mutex;
    std::condition_variable some;
    std::deque<std::pair<std::size_t, Outcome>> ready;
  };

  std::vector<State> state_;
  std::size_t next_ = 0;
  std::size_t sent_ = 0;
  std::size_t width_ = kWidth;
  const std::shared_ptr<Arrivals> arrivals_ = std::make_shared<Arrivals>();
};

}  // namespace levelwind::kafka
