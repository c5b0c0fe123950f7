#include "daemon/offsets_loop.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace levelwind::daemon {

void RunOffsets(collectors::OffsetsReader& reader, const Clock& clock, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const SteadyTime next = reader.Step(clock.Now());
    const Duration nap = next - clock.Now();
    if (nap > Duration::zero()) wake.wait_for(lock, stop, nap, [] { return false; });
  }
}

}  // namespace levelwind::daemon
