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
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/protocol/messages_cluster.h"
#include "kafka/protocol/messages_configs.h"
#include "kafka/protocol/messages_groups.h"
#include "kafka/protocol/messages_offsets.h"
#include "kafka/protocol/messages_replicas.h"
#include "kafka/protocol/messages_sasl.h"
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
// Arrays as well: under AddressSanitizer they do not come through the two above.
[[gnu::noinline]] void* operator new[](std::size_t size) { return operator new(size); }
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
[[gnu::noinline]] void operator delete[](void* memory) noexcept { Release(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { Release(memory); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { Release(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { Release(memory); }

namespace levelwind::kafka {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::HasSubstr;
using testing::Peer;
using testing::RawServer;
using testing::RunningClient;

std::vector<std::uint8_t> Length(std::uint32_t size) {
  return {static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
          static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
}

/// The most that a client held while it asked `server` for the cluster, and what it said.
std::int64_t MostHeldWhileAsking(RawServer& server, milliseconds timeout, std::string& message) {
  ClientOptions options;
  options.bootstrap = {server.address()};
  options.connect_timeout = seconds(2);
  RunningClient client(options);
  const std::int64_t before = held;
  most = before;
  const auto cluster = client->DescribeCluster(timeout);
  message = cluster.ok() ? "no error" : cluster.error().message();
  return most - before;
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
  return MostHeldWhileAsking(server, seconds(4), message);
}

constexpr std::int64_t kMiB = 1 << 20;
/// Buffers of the sockets, the test's own piece, small things.
constexpr std::int64_t kRest = 512 << 10;

TEST(FrameMemoryTest, ALargeFrameBeforeTheLoginIsNeverBegun) {
  std::string message;
  EXPECT_LT(MostHeld(64 << 20, 8 << 20, message), kRest);
  EXPECT_THAT(message, HasSubstr("does not answer like a Kafka broker"));
}

TEST(FrameMemoryTest, AFrameOfTheCapCostsTheCap) {
  std::string message;
  const std::int64_t cost = MostHeld(1 << 20, 1 << 20, message);
  EXPECT_GE(cost, kMiB);  // the measure works
  EXPECT_LT(cost, kMiB + kRest);
}

// ---- Frames and what they decode to -------------------------------------------------------------

/// The message of `Response` whose only content is `count` elements that are as small as they can
/// be on the wire: what takes the most memory for its bytes.
template <class Response, class Array>
std::vector<std::uint8_t> Emptiest(Array Response::*array, std::size_t count) {
  Response response;
  (response.*array).resize(count);
  Writer writer;
  const Status encoded = Encode(response, Response::kInfo.max, writer);
  EXPECT_TRUE(encoded.ok()) << encoded.error();
  return std::move(writer).Take();
}

/// Decodes as a connection with this cap does; how much was held for it at the worst moment.
template <class Response>
std::int64_t MostDecoded(std::span<const std::uint8_t> frame, std::size_t cap, bool& accepted) {
  const std::int64_t before = held;
  most = before;
  Reader reader(frame, {cap - frame.size(), "cluster.max_frame"});
  const auto decoded = Decode<Response>(reader, Response::kInfo.max);
  const std::int64_t cost = most - before;
  accepted = decoded.ok();
  if (!accepted) {
    EXPECT_THAT(decoded.error().message(), HasSubstr("of an answer"));
  }
  return cost;
}

/// Frames of many sizes up to the cap: bytes and values never take more than it together.
template <class Response, class Array>
void ExpectWithinCap(Array Response::*array, std::size_t cap) {
  int accepted = 0;
  int refused = 0;
  const std::size_t element =
      Emptiest(array, 1001).size() - Emptiest(array, 1).size();  // of a thousand
  for (const std::size_t percent : {0, 2, 5, 8, 11, 15, 20, 40, 100}) {
    const auto frame =
        Emptiest(array, std::max<std::size_t>(cap * percent / 100 * 1000 / element, 11) - 1);
    if (frame.size() > cap) continue;
    bool good = false;
    const std::int64_t decoded = MostDecoded<Response>(frame, cap, good);
    ++(good ? accepted : refused);
    constexpr std::int64_t kErrorText = 2048;
    EXPECT_LE(std::ssize(frame) + decoded, static_cast<std::int64_t>(cap) + kErrorText)
        << Response::kInfo.name << ": " << frame.size() << " bytes on the wire";
  }
  // Both sides of the limit were looked at.
  EXPECT_GT(accepted, 0) << Response::kInfo.name;
  EXPECT_GT(refused, 0) << Response::kInfo.name;
}

TEST(AnswerMemoryTest, FrameAndValuesTogetherStayWithinTheCap) {
  for (const std::size_t cap : {std::size_t{1} << 20, std::size_t{3} << 20}) {
    ExpectWithinCap(&MetadataResponse::topics, cap);
    ExpectWithinCap(&MetadataResponse::brokers, cap);
    ExpectWithinCap(&ApiVersionsResponse::supported_features, cap);
    ExpectWithinCap(&ListGroupsResponse::groups, cap);
    ExpectWithinCap(&DescribeGroupsResponse::groups, cap);
    ExpectWithinCap(&ConsumerGroupDescribeResponse::groups, cap);
    ExpectWithinCap(&OffsetFetchResponse::groups, cap);
    ExpectWithinCap(&DescribeLogDirsResponse::results, cap);
    ExpectWithinCap(&DescribeConfigsResponse::results, cap);
    ExpectWithinCap(&SaslHandshakeResponse::mechanisms, cap);
  }
}

// Texts and blobs are copied out of the frame: a frame of one of them costs twice its bytes.
TEST(AnswerMemoryTest, LongTextsAndBlobsAreCounted) {
  const auto cost = [](std::size_t size, bool& good) {
    SaslAuthenticateResponse answer;
    answer.auth_bytes.data.resize(size);
    Writer writer;
    EXPECT_TRUE(Encode(answer, SaslAuthenticateResponse::kInfo.max, writer).ok());
    const auto frame = std::move(writer).Take();
    return std::ssize(frame) + MostDecoded<SaslAuthenticateResponse>(frame, kMiB, good);
  };
  bool good = false;
  EXPECT_LE(cost(500 << 10, good), kMiB);
  EXPECT_TRUE(good);
  EXPECT_LT(cost(600 << 10, good), kMiB);
  EXPECT_FALSE(good);
  // Many texts that are too long for the string itself: each is a block of the heap.
  SaslHandshakeResponse many;
  many.mechanisms.assign(8000, std::string(16, 'x'));
  Writer writer;
  ASSERT_TRUE(Encode(many, SaslHandshakeResponse::kInfo.max, writer).ok());
  const auto frame = std::move(writer).Take();
  const std::size_t decoded = 8000 * (sizeof(std::string) + HeapBytes(17));
  std::int64_t cost_now = MostDecoded<SaslHandshakeResponse>(frame, frame.size() + decoded, good);
  EXPECT_FALSE(good);  // the array's own block is a little larger
  EXPECT_LE(cost_now, static_cast<std::int64_t>(decoded));
  cost_now = MostDecoded<SaslHandshakeResponse>(frame, frame.size() + decoded + 8192, good);
  EXPECT_TRUE(good);
  EXPECT_LE(cost_now, static_cast<std::int64_t>(decoded) + 8192);
  EXPECT_GE(cost_now, 8000 * static_cast<std::int64_t>(sizeof(std::string) + 17));
}

TEST(AnswerMemoryTest, TheDefaultIsEnoughForAMillionReplicas) {
  std::vector<std::uint8_t> frame;
  {
    MetadataResponse cluster;
    cluster.topics.resize(1000);
    for (auto& topic : cluster.topics) {
      topic.name = "a-topic-with-a-name-of-usual-length-" + std::to_string(cluster.topics.size());
      topic.partitions.resize(333);
      for (auto& partition : topic.partitions) {
        partition.replica_nodes = partition.isr_nodes = {1, 2, 3};
      }
    }
    Writer writer;
    ASSERT_TRUE(Encode(cluster, MetadataResponse::kInfo.max, writer).ok());
    frame = std::move(writer).Take();
  }
  bool good = false;
  const auto cap = static_cast<std::size_t>(ClientOptions().max_frame_bytes);
  const std::int64_t cost = std::ssize(frame) + MostDecoded<MetadataResponse>(frame, cap, good);
  EXPECT_TRUE(good);
  EXPECT_GT(cost, 40 * kMiB);  // the measure works
  EXPECT_LT(cost, static_cast<std::int64_t>(cap) * 2 / 3) << "of " << frame.size() << " bytes";
  RecordProperty("bytes", std::to_string(cost));
}

/// A peer that answers ApiVersions with `body` (after the correlation id).
std::int64_t MostHeldFor(const std::vector<std::uint8_t>& body, std::string& message) {
  RawServer server([&](Peer& peer) {
    const auto request = peer.ReceiveFrame();
    if (request.size() < 8) return;
    peer.Send(Length(static_cast<std::uint32_t>(body.size() + 4)));
    peer.Send(std::span(request).subspan(4, 4));
    peer.Send(body);
    peer.WaitClosed();
  });
  return MostHeldWhileAsking(server, milliseconds(1500), message);
}

TEST(AnswerMemoryTest, BeforeTheLoginAnAnswerAndItsValuesTakeAMebibyte) {
  std::string message;
  ApiVersionsResponse versions;
  // Every API key that there can be: each that is remembered is a node of a map.
  for (int key = -32768; key < 32768; ++key) {
    versions.api_keys.push_back({static_cast<std::int16_t>(key), 0, 1});
  }
  Writer keys;
  ASSERT_TRUE(Encode(versions, 4, keys).ok());
  const std::int64_t known = MostHeldFor(std::move(keys).Take(), message);
  EXPECT_LT(known, kMiB + kRest) << message;
  EXPECT_GE(known, kMiB / 2) << message;  // it was decoded

  ApiVersionsResponse features;
  features.supported_features.resize(60'000);
  Writer many;
  ASSERT_TRUE(Encode(features, 4, many).ok());
  EXPECT_LT(MostHeldFor(std::move(many).Take(), message), kMiB + kRest) << message;
  EXPECT_THAT(message, HasSubstr("(before the login)"));
}

}  // namespace
}  // namespace levelwind::kafka
