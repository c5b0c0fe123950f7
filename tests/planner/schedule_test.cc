#include "planner/order/schedule.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace levelwind::planner {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

TransferOptions TenPerSecond() {
  TransferOptions options;
  options.rate_bytes_per_s = 10;
  return options;
}

DiskRoom Unlimited(std::size_t brokers) { return DiskRoom(brokers, kNoLimit); }

TEST(Makespan, OfOneTransferIsItsBytesOverTheRate) {
  const std::vector<Transfer> one = {{0, {1}, {0}, 100}};
  EXPECT_DOUBLE_EQ(EstimateMakespan(one, Unlimited(2), TenPerSecond()), 10);
  EXPECT_DOUBLE_EQ(MakespanLowerBound(one, 2, TenPerSecond()), 10);
  EXPECT_EQ(EstimateMakespan({}, Unlimited(2), TenPerSecond()), 0);
  EXPECT_EQ(MakespanLowerBound({}, 2, TenPerSecond()), 0);
}

TEST(Makespan, TransfersThatShareABrokerShareItsRate) {
  // Both leave broker 0, so 200 bytes go through it; they come to two others.
  const std::vector<Transfer> shared = {{0, {1}, {0}, 100}, {0, {2}, {0}, 100}};
  EXPECT_DOUBLE_EQ(EstimateMakespan(shared, Unlimited(3), TenPerSecond()), 20);
  EXPECT_DOUBLE_EQ(MakespanLowerBound(shared, 3, TenPerSecond()), 20);
  const std::vector<Transfer> apart = {{0, {1}, {0}, 100}, {2, {3}, {2}, 100}};
  EXPECT_DOUBLE_EQ(EstimateMakespan(apart, Unlimited(4), TenPerSecond()), 10);
}

TEST(Makespan, ALeaderSendsEveryCopyItself) {
  const std::vector<Transfer> two_copies = {{0, {1, 2}, {0, 3}, 100}};
  EXPECT_DOUBLE_EQ(EstimateMakespan(two_copies, Unlimited(4), TenPerSecond()), 20);
  EXPECT_DOUBLE_EQ(MakespanLowerBound(two_copies, 4, TenPerSecond()), 20);
}

TEST(Makespan, WaitsForASlotOfTheClusterAndOfTheBroker) {
  const std::vector<Transfer> apart = {{0, {1}, {0}, 100}, {2, {3}, {2}, 100}};
  TransferOptions options = TenPerSecond();
  options.max_moves_cluster = 1;
  EXPECT_DOUBLE_EQ(EstimateMakespan(apart, Unlimited(4), options), 20);
  EXPECT_DOUBLE_EQ(MakespanLowerBound(apart, 4, options), 20);

  // Two to one target: with one slot there the second waits, and a third that has slots overtakes.
  const std::vector<Transfer> three = {{0, {1}, {}, 100}, {2, {1}, {}, 100}, {3, {4}, {}, 150}};
  options = TenPerSecond();
  options.max_moves_per_broker = 1;
  EXPECT_DOUBLE_EQ(EstimateMakespan(three, Unlimited(5), options), 20);
}

TEST(Makespan, WaitsForRoomWhileBothCopiesExist) {
  // Broker 1 has room for 50 more; the second transfer empties it by 100, but only at its end.
  const std::vector<Transfer> tight = {{0, {1}, {0}, 100}, {1, {2}, {1}, 100}};
  EXPECT_DOUBLE_EQ(EstimateMakespan(tight, {0, 50, 1000}, TenPerSecond()), 20);
  EXPECT_DOUBLE_EQ(EstimateMakespan(tight, {0, 100, 1000}, TenPerSecond()), 10);
}

TEST(Makespan, EndsEvenWhereThereIsNoRoomAtAll) {
  const std::vector<Transfer> full = {{0, {1}, {0}, 100}, {1, {0}, {1}, 100}};
  EXPECT_DOUBLE_EQ(EstimateMakespan(full, {-5, -5}, TenPerSecond()), 20);
}

TEST(Makespan, WithoutARateIsInfinite) {
  TransferOptions options;
  options.rate_bytes_per_s = 0;
  EXPECT_TRUE(std::isinf(EstimateMakespan({{0, {1}, {0}, 1}}, Unlimited(2), options)));
  EXPECT_TRUE(std::isinf(MakespanLowerBound({{0, {1}, {0}, 1}}, 2, options)));
}

TEST(Makespan, IsNeverBelowItsLowerBound) {
  double worst = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937_64 random(seed);
    const auto below = [&](int n) {
      return static_cast<BrokerIndex>(std::uniform_int_distribution<>(0, n - 1)(random));
    };
    const int brokers = 3 + below(8);
    std::vector<Transfer> transfers;
    for (int i = 0; i < 5 + below(60); ++i) {
      const BrokerIndex from = below(brokers);
      const auto to = static_cast<BrokerIndex>((from + 1 + below(brokers - 1)) % brokers);
      transfers.push_back({from, {to}, {from}, std::lognormal_distribution<>(3, 1)(random)});
    }
    TransferOptions options = TenPerSecond();
    options.max_moves_per_broker = 1 + below(4);
    options.max_moves_cluster = 1 + below(10);
    const auto n = static_cast<std::size_t>(brokers);
    const double span = EstimateMakespan(transfers, Unlimited(n), options);
    const double bound = MakespanLowerBound(transfers, n, options);
    EXPECT_GE(span, bound * (1 - 1e-9));
    worst = std::max(worst, span / bound);
  }
  EXPECT_LT(worst, 4) << "list scheduling should not be that far off";
}

}  // namespace
}  // namespace levelwind::planner
