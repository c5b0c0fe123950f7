// A hostile answer can make the client hold at most its frame cap.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "tests/kafka/fake_broker.h"
#include "tests/kafka/raw_server.h"
#include "tests/kafka/running_client.h"

namespace {

// What this program holds through new, and the most it held since the last reset.
std::atomic<std::int64_t> held{0};
std::atomic<std::int64_t> most{0};

[[gnu::noinline]] void* Count(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  const std::int64_t now = held.fetch_add(static_cast<std::int64_t>(malloc_usable_size(memory))) +
                           static_cast<std::int64_t>(malloc_usable_size(memory));
  std::int64_t seen = most.load();
  while (now > seen && !most.compare_exchange_weak(seen, now)) {
  }
  return memory;
}

[[gnu::noinline]] void Release(void* memory) noexcept {
  if (memory == nullptr) return;
  held.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(memory)));
  std::free(memory);  // NOLINT: this is what new took it from
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  return Count(std::malloc(std::max<std::size_t>(size, 1)));
}
// std::stable_partition asks for its buffer in this way.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  void* memory = std::malloc(std::max<std::size_t>(size, 1));
  return memory == nullptr ? nullptr : Count(memory);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { Release(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { Release(memory); }

namespace levelwind::kafka {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::Peer;
using testing::RawServer;
using testing::RunningClient;

std::vector<std::uint8_t> Length(std::uint32_t size) {
  return {static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
          static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
}

/// Announces a frame of `size` and sends `sent` bytes of it.
std::int64_t MostHeld(std::uint32_t size, std::size_t sent, std::string& message) {
  RawServer server([&](Peer& peer) {
    peer.ReceiveFrame();
    peer.Send(Length(size));
    // Zeros: as a correlation id they are wrong, but that shows only when the frame is complete.
    const std::vector<std::uint8_t> piece(std::size_t{64} << 10);
    for (std::size_t done = 0; done < sent; done += piece.size()) {
      if (!peer.Send(piece)) return;
    }
    peer.WaitClosed();
  });
  ClientOptions options;
  options.bootstrap = {server.address()};
  options.connect_timeout = seconds(2);
  RunningClient client(options);
  const std::int64_t before = held;
  most = before;
  const auto cluster = client->DescribeCluster(seconds(4));
  message = cluster.ok() ? "no error" : cluster.error().message();
  return most - before;
}

constexpr std::int64_t kMiB = 1 << 20;
/// Buffers of the sockets, the test's own piece, small things.
constexpr std::int64_t kRest = 512 << 10;

TEST(FrameMemoryTest, ALargeFrameBeforeTheLoginIsNeverBegun) {
  std::string message;
  EXPECT_LT(MostHeld(64 << 20, 8 << 20, message), kRest);
  EXPECT_THAT(message, HasSubstr("does not answer like a Kafka broker"));
}

TEST(FrameMemoryTest, AnAnnouncedFrameCostsWhatHasCome) {
  std::string message;
  EXPECT_LT(MostHeld(1 << 20, 64 << 10, message), kRest);
}

TEST(FrameMemoryTest, AFrameOfTheCapCostsTheCapAndAQuarterWhileItGrows) {
  std::string message;
  const std::int64_t cost = MostHeld(1 << 20, 1 << 20, message);
  EXPECT_GE(cost, kMiB);  // the measure works
  EXPECT_LT(cost, kMiB + kMiB / 4 + kRest);
}

}  // namespace
}  // namespace levelwind::kafka
