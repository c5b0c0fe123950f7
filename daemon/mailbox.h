#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "base/bounded_queue.h"
#include "base/result.h"
#include "daemon/reply.h"

namespace levelwind::daemon {

/// Work posted to the one thread that owns something. A full mailbox refuses; nothing is dropped.
class Mailbox {
 public:
  explicit Mailbox(std::size_t capacity) : queue_(capacity, Overflow::kReject) {}

  /// Any thread but the owner's: runs `work` (a callable returning Result<T>) on the owner's thread
  /// and waits for its answer. After a kDeadlineExceeded the work may still be done.
  template <class T, class Work>
  Result<T> Call(Work work, std::chrono::nanoseconds timeout, const std::string& what) {
    auto reply = std::make_shared<Reply<T>>();
    auto task = std::make_unique<TaskOf<T, Work>>(std::move(work), reply);
    if (!queue_.Push(std::move(task))) {
      return Error(ErrorCode::kResourceExhausted,
                   what + ": too many requests are waiting; try again")
          .set_retriable(true);
    }
    return reply->Wait(timeout, what);
  }

  /// The owner's thread: runs what is waiting; waits at most `timeout` for the first.
  void RunPending(std::stop_token stop, std::chrono::nanoseconds timeout) {
    for (auto task = queue_.Pop(stop, timeout); task; task = queue_.TryPop()) (*task)->Run();
  }

 private:
  struct Task {
    virtual ~Task() = default;
    virtual void Run() = 0;
  };
  template <class T, class Work>
  struct TaskOf final : Task {
    TaskOf(Work w, std::shared_ptr<Reply<T>> reply)
        : work(std::move(w)), sender(std::move(reply)) {}
    void Run() override { sender.Send(work()); }
    Work work;
    typename Reply<T>::Sender sender;
  };

  BoundedQueue<std::unique_ptr<Task>> queue_;
};

}  // namespace levelwind::daemon
