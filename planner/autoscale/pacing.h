#pragma once

// When the controller may act: tokens, the window of a decrease, what an action has to wait for.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>

namespace levelwind::planner {

/// So many actions an hour, some of them at once. The urgent may overdraw, once.
class TokenBucket {
 public:
  TokenBucket(double per_hour, double burst)
      : per_second_(per_hour / 3600), most_(burst), tokens_(burst) {}
  bool Has(double t) {
    Refill(t);
    return tokens_ >= 1;
  }
  void Take(double t) {
    Refill(t);
    tokens_ = std::max(-most_, tokens_ - 1);
  }

 private:
  void Refill(double t) {
    if (t > at_) tokens_ = std::min(most_, tokens_ + per_second_ * (t - at_));
    at_ = std::max(at_, t);
  }
  double per_second_, most_, tokens_, at_ = 0;
};

/// The largest of what was needed within a span of time.
class NeedWindow {
 public:
  void Add(double t, std::int64_t needed, double span) {
    if (began_ < 0) began_ = t;
    while (!values_.empty() && values_.front().first < t - span) values_.pop_front();
    while (!values_.empty() && values_.back().second <= needed) values_.pop_back();
    values_.push_back({t, needed});
  }
  /// Meaningful once something was added.
  std::int64_t Max() const { return values_.empty() ? 0 : values_.front().second; }
  /// The largest since `t`.
  std::int64_t MaxSince(double t) const {
    for (const auto& [at, needed] : values_) {
      if (at >= t) return needed;
    }
    return 0;
  }
  /// Seconds that it has been filled for.
  double Span(double t) const { return began_ < 0 ? 0 : t - began_; }
  void Clear() {
    values_.clear();
    began_ = -1;
  }

 private:
  std::deque<std::pair<double, std::int64_t>> values_;  // falling
  double began_ = -1;
};

}  // namespace levelwind::planner
