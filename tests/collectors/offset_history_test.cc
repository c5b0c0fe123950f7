#include "collectors/offset_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace levelwind::collectors {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;

WallTime At(double seconds) {
  return {kStart + static_cast<std::int64_t>(std::llround(seconds * 1000))};
}

/// One partition whose producer's every record has a known time.
class Log {
 public:
  /// Produces `rate` records a second until `until`, spread evenly.
  void Produce(double rate, double until) {
    for (double t = now_ + 1 / rate; t <= until; t += 1 / rate) times_.push_back(t);
    now_ = until;
  }
  void Pause(double until) { now_ = until; }
  std::int64_t End() const { return static_cast<std::int64_t>(times_.size()); }
  std::int64_t EndAt(double t) const {
    return std::ranges::upper_bound(times_, t) - times_.begin();
  }
  double AgeOf(std::int64_t offset, double now) const {
    return now - times_[static_cast<std::size_t>(offset)];
  }
  double now() const { return now_; }

 private:
  std::vector<double> times_;
  double now_ = 0;
};

void Look(OffsetHistory& history, const Log& log, double from, double until, double every) {
  for (double t = from; t <= until; t += every) history.AddLook(At(t), {log.EndAt(t)});
}

TEST(OffsetHistory, NothingIsKnownWithoutALookOrACommit) {
  OffsetHistory history;
  EXPECT_EQ(history.LagOf(0, 5, At(0)).method, TimeLagMethod::kNone);
  history.AddLook(At(0), {10, kUnknownCount});
  EXPECT_EQ(history.LagOf(0, kUnknownCount, At(0)).method, TimeLagMethod::kNone);
  EXPECT_EQ(history.LagOf(1, 5, At(0)).method, TimeLagMethod::kNone);
  EXPECT_FALSE(IsKnown(history.LagOf(1, 5, At(0)).seconds));
}

TEST(OffsetHistory, CaughtUpIsZeroAlsoAheadOfTheLastLook) {
  OffsetHistory history;
  history.AddLook(At(0), {10});
  EXPECT_EQ(history.LagOf(0, 10, At(100)).method, TimeLagMethod::kCaughtUp);
  EXPECT_EQ(history.LagOf(0, 12, At(100)).seconds, 0) << "committed after the look";
}

TEST(OffsetHistory, BeforeTheFirstPointItIsAtLeast) {
  OffsetHistory history;
  history.AddLook(At(0), {1000});
  history.AddLook(At(5), {1100});
  const TimeLag lag = history.LagOf(0, 3, At(65));
  EXPECT_EQ(lag.method, TimeLagMethod::kAtLeast) << "no straight line over years";
  EXPECT_DOUBLE_EQ(lag.seconds, 65);
}

TEST(OffsetHistory, SteadyProducersLagIsWithinTwoSecondsOrATenth) {
  Log log;
  log.Produce(50, 7200);
  OffsetHistory history;
  Look(history, log, 0, 7200, 5);
  for (const double behind : {1.0, 30.0, 600.0, 7000.0}) {
    const TimeLag lag = history.LagOf(0, log.EndAt(7200 - behind), At(7200));
    EXPECT_EQ(lag.method, TimeLagMethod::kInterpolated);
    EXPECT_NEAR(lag.seconds, behind, 0.1) << behind;
  }
}

TEST(OffsetHistory, BurstsWithPausesStayWithinTwoSecondsOrATenth) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> seconds(1, 120);
  std::uniform_real_distribution<double> rates(1, 400);
  Log log;
  while (log.now() < 20'000) {
    log.Produce(rates(random), log.now() + seconds(random));
    log.Pause(log.now() + seconds(random));
  }
  constexpr double kPoll = 2;
  OffsetHistory history;
  Look(history, log, 0, log.now(), kPoll);
  EXPECT_LE(history.PointsOf(0).size(), 60U);
  std::size_t bad = 0, all = 0;
  double worst = 0;
  for (std::int64_t offset = log.End() / 50; offset < log.End() - 1; offset += log.End() / 997) {
    const double truth = log.AgeOf(offset, log.now());
    const TimeLag lag = history.LagOf(0, offset, At(log.now()));
    ASSERT_EQ(lag.method, TimeLagMethod::kInterpolated);
    const double error = std::abs(lag.seconds - truth);
    ++all;
    worst = std::max(worst, error / std::max(2.0, 0.1 * truth));
    if (error > std::max(kPoll, 0.1 * truth)) ++bad;
  }
  EXPECT_EQ(bad, 0U) << "of " << all << ", worst " << worst << " of what is allowed";
}

TEST(OffsetHistory, AnIdleTopicsNextRecordIsNotOld) {
  OffsetHistory history;
  for (int t = 0; t <= 3600; t += 5) history.AddLook(At(t), {100});
  EXPECT_EQ(history.PointsOf(0).size(), 2U) << "standing still costs nothing";
  history.AddLook(At(3605), {101});
  const TimeLag lag = history.LagOf(0, 100, At(3605));
  EXPECT_EQ(lag.method, TimeLagMethod::kInterpolated);
  EXPECT_LE(lag.seconds, 5);
}

TEST(OffsetHistory, AnEndThatGoesDownOrAClockThatIsSetBackStartsAnew) {
  OffsetHistory history;
  history.AddLook(At(0), {100});
  history.AddLook(At(5), {200});
  history.AddLook(At(10), {150});
  EXPECT_EQ(history.PointsOf(0), (std::vector<OffsetHistory::Point>{{150, At(10).unix_ms}}));
  history.AddLook(At(3), {160});
  EXPECT_EQ(history.PointsOf(0), (std::vector<OffsetHistory::Point>{{160, At(3).unix_ms}}));
}

TEST(OffsetHistory, FollowsANewNumbering) {
  OffsetHistory history;
  history.AddLook(At(0), {1, 2});
  history.AddLook(At(5), {10, 20});
  Renumbering map;
  map.old_of_new = {-1, 1};
  map.new_of_old = {-1, 1};
  history.Renumber(map);
  EXPECT_TRUE(history.PointsOf(0).empty());
  EXPECT_EQ(history.PointsOf(1).size(), 2U);
}

}  // namespace
}  // namespace levelwind::collectors
