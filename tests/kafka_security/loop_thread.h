#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/result.h"
#include "kafka/net/loop.h"

namespace levelwind::kafka::testing {

/// An event loop with its thread.
class LoopThread {
 public:
  LoopThread() : thread_([this](std::stop_token stop) { loop_.Run(std::move(stop), [] {}); }) {}
  Loop& loop() { return loop_; }

 private:
  Loop loop_;
  std::jthread thread_;  // ends before the loop does
};

/// Calls `ask` on the loop's thread and waits for what it hands to its callback.
template <class Value>
Result<Value> Await(LoopThread& thread,
                    const std::function<void(std::function<void(Result<Value>)>)>& ask) {
  auto promise = std::make_shared<std::promise<Result<Value>>>();
  std::future<Result<Value>> future = promise->get_future();
  thread.loop().Post(
      [&] { ask([promise](Result<Value> value) { promise->set_value(std::move(value)); }); });
  if (future.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    return DeadlineExceeded("no answer in the test");
  }
  return future.get();
}

}  // namespace levelwind::kafka::testing
