#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace levelwind {

/// The latest immutable value of something, written by one thread and read by any.
///
/// Readers get a shared_ptr and may keep it as long as they like. Not std::atomic<std::shared_ptr>:
/// GCC 12's is reported by ThreadSanitizer, and a mutex held for one pointer copy costs nothing
/// here.
template <class T>
class Published {
 public:
  /// Null until the first Publish.
  std::shared_ptr<const T> Get() const {
    std::lock_guard lock(mutex_);
    return value_;
  }

  void Publish(std::shared_ptr<const T> value) {
    {
      std::lock_guard lock(mutex_);
      value_ = std::move(value);
      ++version_;
    }
    changed_.notify_all();
  }

  /// How often Publish was called.
  std::uint64_t version() const {
    std::lock_guard lock(mutex_);
    return version_;
  }

  /// Waits until more than `version` values were published, or until `timeout` passes.
  /// Returns whether that happened.
  bool WaitNewer(std::uint64_t version, std::chrono::nanoseconds timeout) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return version_ > version; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::shared_ptr<const T> value_;
  std::uint64_t version_ = 0;
};

}  // namespace levelwind
