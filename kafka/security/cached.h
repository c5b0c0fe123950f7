#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"

namespace levelwind::kafka {

/// How long something that was fetched is good for.
struct Lifetime {
  SteadyTime fetched_at;                ///< When it was asked for.
  std::optional<Duration> lives_for{};  ///< From fetched_at; empty: not known, so it is not kept.
};

/// Keeps what `fetch` brings and shares it: a thousand logins at once lead to one fetch. It is
/// fetched anew when 80 % of its life is over; when that fails, the old one serves as long as it
/// lives. A failure is told to everybody who waits, and not remembered. Value has a member
/// `lifetime`. Belongs to the loop's thread.
template <class Value>
class Cached {
 public:
  using Done = std::function<void(Result<Value>)>;
  Cached(std::function<void(Done)> fetch, const Clock& clock)
      : fetch_(std::move(fetch)), clock_(clock) {}

  /// `done` may be called at once; never after this object is destroyed.
  void Get(Done done) {
    if (value_ && Spent() < kFreshShare) return done(*value_);
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) return;
    fetch_([this, alive = std::weak_ptr(alive_)](Result<Value> value) {
      if (!alive.expired()) OnFetched(std::move(value));
    });
  }

 private:
  static constexpr double kFreshShare = 0.8;

  /// How much of its life is over, from 0 to 1 and more.
  double Spent() const {
    const Lifetime& life = value_->lifetime;
    if (!life.lives_for || *life.lives_for <= Duration::zero()) return 2;
    return ToSeconds(clock_.Now() - life.fetched_at) / ToSeconds(*life.lives_for);
  }

  void OnFetched(Result<Value> value) {
    if (value.ok()) {
      value_ = *value;
    } else if (value_ && Spent() < 1) {
      LW_WARN("kafka", "credentials cannot be renewed, the old ones serve while they live: {}",
              value.error().message());
      value = *value_;
    }
    // Moved out first: whoever is called may ask again.
    const std::vector<Done> waiting = std::exchange(waiting_, {});
    for (const Done& done : waiting) done(value);
  }

  const std::function<void(Done)> fetch_;
  const Clock& clock_;
  std::optional<Value> value_;
  std::vector<Done> waiting_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace levelwind::kafka
