#include "tests/kafka/raw_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace levelwind::kafka::testing {

bool Peer::Send(std::span<const std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Peer::Send(const std::string& text) const {
  return Send(std::vector<std::uint8_t>(text.begin(), text.end()));
}

std::vector<std::uint8_t> Peer::Receive(std::size_t size) const {
  std::vector<std::uint8_t> bytes(size);
  std::size_t have = 0;
  while (have < size) {
    const auto got = ::recv(fd_, bytes.data() + have, size - have, 0);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

std::vector<std::uint8_t> Peer::ReceiveFrame() const {
  const std::vector<std::uint8_t> length = Receive(4);
  if (length.size() < 4) return {};
  std::size_t size = 0;
  for (const std::uint8_t byte : length) size = size << 8 | byte;
  std::vector<std::uint8_t> frame = Receive(size);
  if (frame.size() < size) frame.clear();
  return frame;
}

void Peer::WaitClosed() const {
  while (!Receive(1).empty()) {
  }
}

RawServer::RawServer(std::function<void(Peer&)> script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  LW_CHECK(::bind(listener_, generic, size) == 0);
  LW_CHECK(::listen(listener_, 64) == 0);
  LW_CHECK(::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

RawServer::~RawServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& thread : threads_) thread.join();
}

int RawServer::connections() const {
  std::lock_guard lock(mutex_);
  return accepted_;
}

void RawServer::Accept() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(fd);
      return;
    }
    ++accepted_;
    open_.push_back(fd);
    threads_.emplace_back([this, fd] {
      Peer peer(fd);
      script_(peer);
      std::lock_guard done(mutex_);
      std::erase(open_, fd);
      ::close(fd);
    });
  }
}

}  // namespace levelwind::kafka::testing
