#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace levelwind::daemon {

/// The one answer to a command that was posted to another thread's queue. The sender side travels
/// with the command; if the command is dropped (queue full, loop stopping) its destruction answers
/// kCancelled, so the waiting side is never left alone.
template <class T>
class Reply {
 public:
  class Sender {
   public:
    Sender() = default;
    explicit Sender(std::shared_ptr<Reply> reply) : reply_(std::move(reply)) {}
    Sender(Sender&&) noexcept = default;
    Sender& operator=(Sender&&) noexcept = default;
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    ~Sender() {
      if (reply_) Send(Error(ErrorCode::kCancelled, "superseded by a newer request, or stopping"));
    }
    void Send(Result<T> result) {
      if (auto reply = std::exchange(reply_, nullptr)) reply->Set(std::move(result));
    }

   private:
    std::shared_ptr<Reply> reply_;
  };

  /// Any thread. `what` names the work in the error when `timeout` passes first.
  Result<T> Wait(std::chrono::nanoseconds timeout, const std::string& what) {
    std::unique_lock lock(mutex_);
    if (!ready_.wait_for(lock, timeout, [&] { return result_.has_value(); })) {
      return DeadlineExceeded(what + " took longer than expected; it goes on, look again later");
    }
    return *std::move(result_);
  }

 private:
  void Set(Result<T> result) {
    {
      std::lock_guard lock(mutex_);
      result_.emplace(std::move(result));
    }
    ready_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<Result<T>> result_;
};

}  // namespace levelwind::daemon
