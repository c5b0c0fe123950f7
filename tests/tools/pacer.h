#pragma once

#include <cstdint>

#include "base/clock.h"

namespace levelwind::load {

/// Says how much of a steady rate is due. A stall is made up for, but never by more than
/// `max_burst` worth of work, so that a broker that comes back is not hit by a minute of arrears.
/// One thread.
class Pacer {
 public:
  /// `per_second` units; 0 means no limit (Due is then always large).
  Pacer(double per_second, SteadyTime start, Duration max_burst);

  /// Units that may be done now to be on schedule.
  std::int64_t Due(SteadyTime now);
  void Done(std::int64_t units) { done_ += static_cast<double>(units); }
  /// Until at least one unit is due; 0 when one is.
  Duration UntilDue(SteadyTime now) const;

 private:
  double Target(SteadyTime now) const;

  const double per_second_;
  const double max_burst_units_;
  const SteadyTime start_;
  double done_ = 0;
  double forgiven_ = 0;  // Arrears beyond the burst, dropped for good.
};

}  // namespace levelwind::load
