#include "tests/tools/pacer.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace levelwind::load {

Pacer::Pacer(double per_second, SteadyTime start, Duration max_burst)
    : per_second_(per_second),
      max_burst_units_(std::max(1.0, per_second * ToSeconds(max_burst))),
      start_(start) {}

double Pacer::Target(SteadyTime now) const {
  return per_second_ * ToSeconds(now - start_) - forgiven_;
}

std::int64_t Pacer::Due(SteadyTime now) {
  if (per_second_ <= 0) return std::numeric_limits<std::int32_t>::max();
  const double arrears = Target(now) - done_;
  if (arrears > max_burst_units_) forgiven_ += arrears - max_burst_units_;
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(Target(now) - done_));
}

Duration Pacer::UntilDue(SteadyTime now) const {
  if (per_second_ <= 0) return Duration::zero();
  const double missing = done_ + 1 - Target(now);
  if (missing <= 0) return Duration::zero();
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(missing / per_second_));
}

}  // namespace levelwind::load
