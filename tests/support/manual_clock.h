#pragma once

#include <mutex>

#include "base/clock.h"

namespace levelwind::testing {

/// A clock that moves only when the test says so. Thread-safe.
class ManualClock final : public Clock {
 public:
  SteadyTime Now() const override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  WallTime WallNow() const override {
    std::lock_guard lock(mutex_);
    return wall_;
  }
  void Advance(Duration by) {
    std::lock_guard lock(mutex_);
    now_ += std::chrono::duration_cast<SteadyTime::duration>(by);
    wall_.unix_ms += ToMillis(by);
  }
  /// Somebody sets the wall clock.
  void JumpWall(Duration by) {
    std::lock_guard lock(mutex_);
    wall_.unix_ms += ToMillis(by);
  }

 private:
  mutable std::mutex mutex_;
  SteadyTime now_ = SteadyTime(std::chrono::hours(1));
  WallTime wall_{1'767'225'600'000};  // 2026-01-01T00:00:00Z
};

}  // namespace levelwind::testing
