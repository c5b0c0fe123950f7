#pragma once

#include <functional>
#include <stop_token>

#include "base/clock.h"

namespace levelwind::daemon {

/// A thread's body: calls `step` until `stop`, and naps after each for as long as it returned; no
/// nap for zero or less. A stop ends a nap at once.
void RunSteps(const std::stop_token& stop, const std::function<Duration()>& step);

}  // namespace levelwind::daemon
