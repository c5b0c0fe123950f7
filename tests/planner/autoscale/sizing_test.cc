#include "planner/autoscale/sizing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "planner/autoscale/pacing.h"
#include "planner/autoscale/pause_cost.h"

namespace levelwind::planner {
namespace {

using Owners = std::vector<std::int32_t>;

TEST(Assignors, RangeIsByTopicAndTheFirstGetMore) {
  const std::vector<std::int32_t> sizes{5, 3};
  EXPECT_EQ(DealRange({.topic_sizes = sizes, .members = 2}), (Owners{0, 0, 0, 1, 1, 0, 0, 1}));
  EXPECT_EQ(MostUsefulMembers(AssignorKind::kRange, sizes), 5);
  EXPECT_EQ(MostUsefulMembers(AssignorKind::kSticky, sizes), 8);
}

TEST(Assignors, RoundRobinGoesOnFromTopicToTopic) {
  const std::vector<std::int32_t> sizes{2, 3};
  EXPECT_EQ(DealRoundRobin({.topic_sizes = sizes, .members = 3}), (Owners{0, 1, 2, 0, 1}));
}

TEST(Assignors, StickyLeavesWhatItCan) {
  const std::vector<std::int32_t> sizes{9};
  const Owners now{0, 0, 0, 1, 1, 1, 2, 2, 2};
  EXPECT_EQ(DealSticky({.topic_sizes = sizes, .members = 3, .owners = now}), now);
  const Owners more = DealSticky({.topic_sizes = sizes, .members = 4, .owners = now});
  EXPECT_EQ(MovedPartitions(now, more), 2) << "9 on 4: one keeps 3, the others 2";
  const Owners fewer = DealSticky({.topic_sizes = sizes, .members = 2, .owners = now});
  EXPECT_EQ(MovedPartitions(now, fewer), 3) << "only those of the one that left";
}

TEST(Assignors, StickyIsBalancedWhateverItStartsFrom) {
  for (std::int32_t partitions = 1; partitions <= 20; ++partitions) {
    for (std::int32_t members = 1; members <= 8; ++members) {
      for (std::int32_t before = 0; before <= 9; ++before) {
        Owners now(static_cast<std::size_t>(partitions), -1);
        for (std::size_t p = 0; p < now.size() && before > 0; ++p) {
          now[p] = static_cast<std::int32_t>(p * p) % before;
        }
        const Owners after =
            DealSticky({.topic_sizes = {&partitions, 1}, .members = members, .owners = now});
        std::vector<int> counts(static_cast<std::size_t>(members), 0);
        for (const std::int32_t owner : after) {
          ASSERT_GE(owner, 0);
          ++counts[static_cast<std::size_t>(owner)];
        }
        EXPECT_LE(*std::ranges::max_element(counts) - *std::ranges::min_element(counts), 1);
      }
    }
  }
}

TEST(Assignors, WeightedIsBetterThanCounts) {
  const std::int32_t size = 6;
  const std::vector<double> weights{9, 1, 1, 1, 5, 5};
  const Owners owners =
      DealWeighted({.topic_sizes = {&size, 1}, .members = 2, .owners = {}, .weights = weights});
  double first = 0;
  for (std::size_t p = 0; p < weights.size(); ++p) first += owners[p] == 0 ? weights[p] : 0;
  EXPECT_EQ(first, 11);
}

TEST(Sizing, OnlySizesWithANewLargestCountMatter) {
  // 64 partitions alike, each a tenth of a member: useful sizes are those with a new ceil(64 / N).
  const std::int32_t size = 64;
  const std::vector<double> loads(64, 100);
  LoadTable table(AssignorKind::kRange, {&size, 1}, {}, loads, false);
  std::set<std::int64_t> useful;
  for (double capacity = 100; capacity <= 6400; capacity += 10) {
    useful.insert(table.Needed(capacity, {.mean = 1, .most = 1}));
  }
  EXPECT_EQ(useful.size(), 15U);
  EXPECT_EQ(table.Needed(1000, {.mean = 1, .most = 1}), 7) << "10 + 9 x 6, not the 8 of a divisor";
}

TEST(Sizing, StopsWhereOnePartitionIsAllTheLoad) {
  const std::int32_t size = 10;
  std::vector<double> loads(10, 100);
  loads[3] = 2300;
  LoadTable table(AssignorKind::kRange, {&size, 1}, {}, loads, false);
  const std::int32_t needed = table.Needed(1000, {.mean = 0.75, .most = 0.95});
  EXPECT_LT(needed, 10) << "more members cannot relieve the one with partition 3";
  EXPECT_EQ(table.SkewCeiling(1000), 3) << "2300 and at most 15 % beside it";
}

TEST(Sizing, MoreMembersMayBeDealtWorseThanFewer) {
  // By range 3 members get 0-2, 3-5, 6-7 and 4 get pairs, of which one is both large ones.
  const std::vector<double> loads{150, 150, 600, 600, 150, 150, 400, 400};
  const std::vector<std::int32_t> sizes{8};
  const Owners nobody(loads.size(), -1);
  LoadTable table(AssignorKind::kRange, sizes, nobody, loads, false);
  const Fullness full{0.9, 1.0};
  EXPECT_EQ(table.Needed(1000, full), 3);
  EXPECT_TRUE(table.Fits(3, 1000, full));
  EXPECT_FALSE(table.Fits(4, 1000, full));
  EXPECT_EQ(table.Needed(1000, full, 5), 7) << "the fewest of more than 4";
  EXPECT_FALSE(table.Fits(0, 1000, full));
}

TEST(Sizing, AShareGroupHasNoPartitionCeiling) {
  const std::int32_t size = 2;
  const std::vector<double> loads(2, 5000);
  LoadTable table(AssignorKind::kRange, {&size, 1}, {}, loads, true);
  EXPECT_EQ(table.Needed(1000, {.mean = 0.5, .most = 1}), 20);
}

TEST(PauseCost, EagerStopsAllCooperativeWhatMoves) {
  const Owners before{0, 0, 1, 1}, after{0, 2, 1, 1};
  const std::vector<double> rates(4, 100);
  const PauseCost all = CostOfPause(GroupProtocol::kEager, before, after, rates, 6, 1000);
  const PauseCost some = CostOfPause(GroupProtocol::kCooperative, before, after, rates, 6, 1000);
  EXPECT_EQ(all.moved, 4);
  EXPECT_EQ(some.moved, 1);
  EXPECT_NEAR(some.record_seconds, 100 * 36 / 2.0 * 1000 / 900, 1e-6);
  EXPECT_GT(all.record_seconds, 4 * some.record_seconds);
  EXPECT_EQ(CostOfPause(GroupProtocol::kShare, before, after, rates, 6, 1000).moved, 0);
}

TEST(Pacing, TokensComeBackAndTheUrgentMayOverdraw) {
  TokenBucket bucket(6, 2);
  EXPECT_TRUE(bucket.Has(0));
  bucket.Take(0);
  bucket.Take(0);
  EXPECT_FALSE(bucket.Has(0));
  bucket.Take(0);
  EXPECT_FALSE(bucket.Has(600));
  EXPECT_TRUE(bucket.Has(1200));
}

TEST(Pacing, TheWindowKeepsTheLargest) {
  NeedWindow window;
  window.Add(0, 9, 600);
  window.Add(100, 3, 600);
  EXPECT_EQ(window.Max(), 9);
  window.Add(650, 2, 600);
  EXPECT_EQ(window.Max(), 3);
  EXPECT_EQ(window.MaxSince(200), 2);
  EXPECT_DOUBLE_EQ(window.Span(650), 650);
}

}  // namespace
}  // namespace levelwind::planner
