#include "daemon/canary_loop.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace levelwind::daemon {
namespace {

/// How long one step may wait for records, so that a stop is heard.
constexpr Duration kPatience = std::chrono::milliseconds(100);
constexpr Duration kLongestNap = std::chrono::seconds(1);

}  // namespace

void CanaryLoop::Run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const SteadyTime next = canary_.Step(clock_.Now(), kPatience);
    const Duration nap = std::min<Duration>(next - clock_.Now(), kLongestNap);
    if (nap > Duration{}) wake.wait_for(lock, stop, nap, [] { return false; });
  }
}

}  // namespace levelwind::daemon
