#pragma once

#include <chrono>
#include <optional>

namespace levelwind::daemon {

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and in all it starts from now on, and ignores
/// SIGPIPE. Call first in main, so that only WaitForSignal ever sees them.
void BlockSignals();

/// The main thread: the next blocked signal, or nothing after `timeout`.
std::optional<int> WaitForSignal(std::chrono::nanoseconds timeout);

}  // namespace levelwind::daemon
