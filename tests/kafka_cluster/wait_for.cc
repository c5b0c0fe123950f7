#include "tests/kafka_cluster/wait_for.h"

#include <algorithm>
#include <thread>

#include "base/text.h"

namespace levelwind::testing {

::testing::AssertionResult WaitFor(const std::function<bool()>& predicate, Duration timeout,
                                   std::string_view what) {
  using std::chrono::milliseconds, std::chrono::steady_clock;
  const auto began = steady_clock::now();
  milliseconds pause(20);
  for (;;) {
    if (predicate()) return ::testing::AssertionSuccess();
    const Duration waited = steady_clock::now() - began;
    if (waited >= timeout) {
      return ::testing::AssertionFailure()
             << "waited " << HumanDuration(ToSeconds(waited)) << " in vain for " << what;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause + milliseconds(10), milliseconds(200));
  }
}

}  // namespace levelwind::testing
