#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace levelwind {

/// What a full queue does with one more element.
enum class Overflow {
  kReject,      ///< Push returns false; the sender decides.
  kDropOldest,  ///< The newest wins (size 1: "latest only").
};

/// A bounded multi-producer, single-consumer queue between threads.
template <class T>
class BoundedQueue {
 public:
  BoundedQueue(std::size_t capacity, Overflow overflow)
      : capacity_(capacity), overflow_(overflow) {}

  /// Any thread. False when the queue is full and the policy is kReject.
  bool Push(T value) {
    {
      std::lock_guard lock(mutex_);
      if (items_.size() >= capacity_) {
        ++dropped_;
        if (overflow_ == Overflow::kReject) return false;
        items_.pop_front();
      }
      items_.push_back(std::move(value));
    }
    ready_.notify_one();
    return true;
  }

  /// The consumer's thread. Empty when nothing came before `timeout` passed or a stop was asked.
  std::optional<T> Pop(std::stop_token stop, std::chrono::nanoseconds timeout) {
    std::unique_lock lock(mutex_);
    if (!ready_.wait_for(lock, stop, timeout, [&] { return !items_.empty(); })) return std::nullopt;
    return TakeFront();
  }

  std::optional<T> TryPop() {
    std::lock_guard lock(mutex_);
    if (items_.empty()) return std::nullopt;
    return TakeFront();
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }
  std::uint64_t dropped() const {
    std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  std::optional<T> TakeFront() {
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  const std::size_t capacity_;
  const Overflow overflow_;
  mutable std::mutex mutex_;
  std::condition_variable_any ready_;
  std::deque<T> items_;
  std::uint64_t dropped_ = 0;
};

}  // namespace levelwind
