#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/published.h"

namespace levelwind {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, RejectsWhenFull) {
  BoundedQueue<int> queue(2, Overflow::kReject);
  EXPECT_TRUE(queue.Push(1));
  EXPECT_TRUE(queue.Push(2));
  EXPECT_FALSE(queue.Push(3));
  EXPECT_EQ(queue.TryPop(), 1);
  EXPECT_EQ(queue.dropped(), 1u);
}

TEST(BoundedQueue, NewestWinsWhenAsked) {
  BoundedQueue<int> queue(1, Overflow::kDropOldest);
  EXPECT_TRUE(queue.Push(1));
  EXPECT_TRUE(queue.Push(2));
  EXPECT_EQ(queue.TryPop(), 2);
  EXPECT_EQ(queue.TryPop(), std::nullopt);
}

TEST(BoundedQueue, PopEndsOnStop) {
  BoundedQueue<int> queue(1, Overflow::kReject);
  std::jthread consumer(
      [&](std::stop_token stop) { EXPECT_FALSE(queue.Pop(stop, 1h).has_value()); });
  consumer.request_stop();
}

TEST(Published, ReadersSeeWholeValues) {
  struct Pair {
    int a, b;
  };
  Published<Pair> published;
  std::atomic<bool> torn{false};
  std::jthread reader([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      if (auto value = published.Get(); value && value->a != value->b) torn = true;
    }
  });
  for (int i = 0; i < 10'000; ++i) published.Publish(std::make_shared<const Pair>(Pair{i, i}));
  reader.request_stop();
  reader.join();
  EXPECT_FALSE(torn);
  EXPECT_EQ(published.version(), 10'000u);
  EXPECT_TRUE(published.WaitNewer(9'999, 0ns));
  EXPECT_FALSE(published.WaitNewer(10'000, 1ns));
}

}  // namespace
}  // namespace levelwind
