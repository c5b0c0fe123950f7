#include "daemon/canary_loop.h"

#include <algorithm>
#include <chrono>

#include "daemon/step_loop.h"

namespace levelwind::daemon {
namespace {

/// How long one step may wait for records, so that a stop is heard.
constexpr Duration kPatience = std::chrono::milliseconds(100);
constexpr Duration kLongestNap = std::chrono::seconds(1);

}  // namespace

void CanaryLoop::Run(std::stop_token stop) {
  RunSteps(stop, [this] {
    const SteadyTime next = canary_.Step(clock_.Now(), kPatience);
    return std::min<Duration>(next - clock_.Now(), kLongestNap);
  });
}

}  // namespace levelwind::daemon
