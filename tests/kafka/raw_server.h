#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace levelwind::kafka::testing {

/// One accepted connection, blocking.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  /// False when the client is gone (or the server stops).
  bool Send(std::span<const std::uint8_t> bytes) const;
  bool Send(const std::string& text) const;
  /// Exactly `size` bytes; fewer when the client is gone.
  std::vector<std::uint8_t> Receive(std::size_t size) const;
  /// One frame without its length; empty when the client is gone.
  std::vector<std::uint8_t> ReceiveFrame() const;
  /// Until the client closes.
  void WaitClosed() const;

 private:
  int fd_;
};

/// A loopback server that runs `script` for each connection on a thread of its own and closes the
/// connection when the script returns.
class RawServer {
 public:
  explicit RawServer(std::function<void(Peer&)> script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int connections() const;

 private:
  void Accept();

  std::function<void(Peer&)> script_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::vector<int> open_;
  int accepted_ = 0;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace levelwind::kafka::testing
