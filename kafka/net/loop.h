#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/net/endpoint.h"

namespace levelwind::kafka {

// The event loop and the two things that Levelwind's connections need of it. All of them belong to
// the loop's thread, except Loop::Post. No callback is called after its Timer or Stream is closed
// or destroyed, and none is called from within the function that takes it.

class Timer {
 public:
  virtual ~Timer() = default;
  /// Calls `done` once after `delay`; replaces what was set before.
  virtual void Start(Duration delay, std::function<void()> done) = 0;
  virtual void Cancel() = 0;
};

/// A byte stream to one peer: plain TCP today; TLS is another implementation.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Once. Errors say what failed ("Connection refused"), not to whom.
  virtual void Connect(const Endpoint& to, std::function<void(Status)> done) = 0;
  /// Some bytes (at least one), or an empty span when the peer has closed its side. The bytes are
  /// valid only inside `done`. One Read at a time.
  virtual void Read(std::function<void(Result<std::span<const std::uint8_t>>)> done) = 0;
  /// All of `bytes`. One Write at a time.
  virtual void Write(std::vector<std::uint8_t> bytes, std::function<void(Status)> done) = 0;
  virtual void Close() = 0;
};

/// Boost.Asio behind a plain interface.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `stop` is asked for; then calls `at_stop` on this thread and returns. Once.
  void Run(std::stop_token stop, const std::function<void()>& at_stop);
  /// Any thread: calls `work` on the loop's thread, never at once. Dropped after Run has ended.
  void Post(std::function<void()> work);

  std::unique_ptr<Timer> NewTimer();
  std::unique_ptr<Stream> NewTcpStream();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace levelwind::kafka
