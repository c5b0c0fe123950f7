#pragma once

#include <functional>
#include <vector>

namespace levelwind::daemon {

/// Runs independent tasks on as many threads as there are cores, and returns when all have ended.
/// Tasks must not throw.
void RunParallel(const std::vector<std::function<void()>>& tasks);

}  // namespace levelwind::daemon
