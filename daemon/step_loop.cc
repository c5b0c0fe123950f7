#include "daemon/step_loop.h"

#include <condition_variable>
#include <mutex>

namespace levelwind::daemon {

void RunSteps(const std::stop_token& stop, const std::function<Duration()>& step) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const Duration nap = step();
    if (nap > Duration::zero()) wake.wait_for(lock, stop, nap, [] { return false; });
  }
}

}  // namespace levelwind::daemon
