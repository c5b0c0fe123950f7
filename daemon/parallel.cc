#include "daemon/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>

namespace levelwind::daemon {

void RunParallel(const std::vector<std::function<void()>>& tasks) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) tasks[i]();
  };
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(cores, tasks.size()); ++i) threads.emplace_back(work);
  work();
}

}  // namespace levelwind::daemon
