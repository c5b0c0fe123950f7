#pragma once

#include <chrono>
#include <cstdint>

namespace levelwind {

/// A point on the steady time line: good for intervals and deadlines, meaningless to a person.
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

/// Milliseconds since 1970-01-01T00:00:00Z: for display, records and tokens only, never for timers.
struct WallTime {
  std::int64_t unix_ms = 0;
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

/// The only source of time. Safe to call from any thread. Nothing outside base/ reads a clock by
/// itself, so that a test can drive every loop with a ManualClock (tests/support).
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime Now() const = 0;
  virtual WallTime WallNow() const = 0;
};

/// The machine's clocks. One process-wide instance is enough; it has no state.
class SystemClock final : public Clock {
 public:
  SteadyTime Now() const override { return std::chrono::steady_clock::now(); }
  WallTime WallNow() const override {
    using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
    return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
  }
};

inline double ToSeconds(Duration d) { return std::chrono::duration<double>(d).count(); }
inline std::int64_t ToMillis(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

}  // namespace levelwind
