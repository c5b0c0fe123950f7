#pragma once

#include <stop_token>

#include "base/clock.h"
#include "collectors/canary/canary.h"

namespace levelwind::daemon {

/// The canary's thread: sends and reads its records.
class CanaryLoop {
 public:
  /// Both must outlive this.
  CanaryLoop(collectors::Canary& canary, const Clock& clock) : canary_(canary), clock_(clock) {}

  void Run(std::stop_token stop);

 private:
  collectors::Canary& canary_;
  const Clock& clock_;
};

}  // namespace levelwind::daemon
