// The ends of logs between two looks, asked for afterwards where a group lags behind a producer
// that does not send evenly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "collectors/hindsight_collector.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::collectors {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::MonitorFixture;

class HindsightTest : public MonitorFixture {
 protected:
  std::vector<std::int64_t>& times() { return admin_.At("orders", 0).times; }
  std::int64_t now_ms() const { return clock_.WallNow().unix_ms; }

  /// `records` come now, 1 ms apart, with timestamps that are `off_ms` wrong.
  void Send(int records, std::int64_t off_ms = 0) {
    for (int i = 0; i < records; ++i) times().push_back(now_ms() + i + off_ms);
    admin_.At("orders", 0).end += records;
  }

  /// A second of time, with a look every 5 s.
  SnapshotPtr Second(int looks_every = 5) {
    clock_.Advance(seconds(1));
    if (++seconds_ % looks_every == 0) return Step();
    return nullptr;
  }

  /// What is said of a group that committed where the records of `back_s` ago begin.
  void ExpectGoodAt(std::int64_t back_s) {
    const auto at = std::ranges::lower_bound(times(), now_ms() - 1000 * back_s);
    admin_.groups["held"].commits = {{{"orders", 0}, at - times().begin()}};
    const SnapshotPtr snapshot = After(seconds(5));
    seconds_ += 5;
    const GroupOffset& told = snapshot->FindGroup("held")->offsets.at(0);
    const double truth = static_cast<double>(now_ms() - *at) / 1000;
    EXPECT_EQ(told.lag_method, TimeLagMethod::kInterpolated);
    EXPECT_NEAR(told.lag_seconds, truth, std::max(2.0, 0.1 * truth)) << back_s << " s back";
    EXPECT_NEAR(told.lag_seconds, truth, told.lag_error_s + 0.01);
  }

  std::uint64_t Requests(const SnapshotPtr& snapshot) const {
    return SourceOf(*snapshot, "hindsight").requests;
  }

  int seconds_ = 0;
};

TEST_F(HindsightTest, BurstsAreWithinTwoSecondsOrATenthAtTheUsualFiveSecondsBetweenLooks) {
  admin_.groups["behind"].commits = {{{"orders", 0}, 0}};
  std::mt19937 random(3);
  for (int round = 0; round < 30; ++round) {
    const int until_next = 1 + static_cast<int>(random() % 9);
    Send(1 + static_cast<int>(random() % 600));
    for (int i = 0; i < until_next; ++i) Second();
  }
  // Bursts of a known shape for the last minute: one big, one small, at odd times of a look.
  for (int round = 0; round < 8; ++round) {
    Send(round % 2 == 0 ? 10 : 900);
    for (int i = 0; i < 3; ++i) Second();
    clock_.Advance(milliseconds(400));
    Send(50);
    for (int i = 0; i < 4; ++i) Second();
    clock_.Advance(milliseconds(600));
  }
  for (const int back : {15, 18, 22, 27, 33, 40}) ExpectGoodAt(back);
}

TEST_F(HindsightTest, NothingIsAskedWhereNobodyLagsOrNothingComes) {
  admin_.groups["near"].commits = {{{"orders", 0}, 0}};
  for (int i = 0; i < 120; ++i) {
    Send(5);
    if (const SnapshotPtr snapshot = Second()) {
      EXPECT_EQ(Requests(snapshot), 0u) << i;
    }
    admin_.groups["near"].commits = {{{"orders", 0}, admin_.At("orders", 0).end}};
  }
  admin_.groups["near"].commits = {{{"orders", 0}, 0}};
  for (int i = 0; i < 30; ++i) {
    if (const SnapshotPtr snapshot = Second()) {
      EXPECT_EQ(Requests(snapshot), 0u) << i;
    }
  }
}

TEST_F(HindsightTest, AnEvenProducerIsAskedAboutAsRarelyAsExactTimes) {
  admin_.groups["behind"].commits = {{{"orders", 0}, 0}};
  std::uint64_t requests = 0;
  int looks = 0;
  for (int i = 0; i < 300; ++i) {
    Send(20);
    const SnapshotPtr snapshot = Second();
    if (snapshot == nullptr || i < 60) continue;
    requests += Requests(snapshot);
    ++looks;
  }
  EXPECT_EQ(looks, 48);
  EXPECT_LE(requests, 2u * 8u) << "two in every 30 s of 240 s";
  EXPECT_GE(requests, 2u) << "it may have become uneven";
}

TEST_F(HindsightTest, TimesOfAnotherDayTeachNothing) {
  admin_.groups["behind"].commits = {{{"orders", 0}, 0}};
  // A copy of yesterday's records, evenly: by arrival the line is right, by timestamps it is not.
  for (int i = 0; i < 120; ++i) {
    Send(20, -86'400'000);
    Second();
  }
  options_.lag.exact_most = 0;
  const auto end = admin_.At("orders", 0).end;
  admin_.groups["behind"].commits = {{{"orders", 0}, end - 20 * 30}};
  const SnapshotPtr snapshot = After(seconds(5));
  const GroupOffset& told = snapshot->FindGroup("behind")->offsets.at(0);
  ASSERT_EQ(told.lag_method, TimeLagMethod::kInterpolated);
  EXPECT_NEAR(told.lag_seconds, 35, 2);
}

TEST_F(HindsightTest, ABrokerThatFailsIsNamedAndTheHistoryStaysAsItWas) {
  admin_.groups["behind"].commits = {{{"orders", 0}, 0}};
  for (int i = 0; i < 30; ++i) {
    if (i % 3 == 0) Send(300);
    Second();
  }
  int looks = 0;
  admin_.before_offsets = [&] {
    // The look at the ends comes first, then the questions about the time between.
    admin_.At("orders", 0).offset_error = ++looks > 1 ? 6 : 0;
  };
  Send(300);
  const SnapshotPtr snapshot = After(seconds(5));
  EXPECT_THAT(SourceOf(*snapshot, "hindsight").error, ::testing::HasSubstr("orders-0"));
  EXPECT_EQ(snapshot->FindGroup("behind")->offsets.at(0).lag, admin_.At("orders", 0).end);
}

TEST(OffsetHistory, HindsightGoesBetweenTheLooksButContradictsNone) {
  OffsetHistory history(20);
  history.AddLook({10'000}, {100});
  history.AddLook({15'000}, {400});
  EXPECT_EQ(history.AddHindsight(0, 12'000, 100, 14'500), 2000) << "a burst at 14.5 s";
  const std::vector<OffsetPoint> burst = {
      {100, 10'000}, {100, 12'000}, {100, 14'500}, {400, 15'000}};
  EXPECT_EQ(history.PointsOf(0), burst);
  EXPECT_EQ(history.AddHindsight(0, 13'000, 50, 14'500), kUnknownCount) << "less than before";
  EXPECT_EQ(history.AddHindsight(0, 13'000, 500, kUnknownCount), kUnknownCount);
  EXPECT_EQ(history.AddHindsight(0, 9'000, 100, kUnknownCount), kUnknownCount) << "before all";
  EXPECT_EQ(history.AddHindsight(0, 16'000, 400, kUnknownCount), kUnknownCount) << "after all";
  EXPECT_EQ(history.AddHindsight(3, 16'000, 400, kUnknownCount), kUnknownCount) << "no partition";
  EXPECT_EQ(history.PointsOf(0), burst);
  EXPECT_NEAR(history.LagOf(0, 100, {20'000}).seconds, 5.5, 0.01);
  EXPECT_NEAR(history.LagOf(0, 399, {20'000}).seconds, 5.0, 0.01);
}

}  // namespace
}  // namespace levelwind::collectors
