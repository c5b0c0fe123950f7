#include "planner/autoscale/offset_track.h"

#include <gtest/gtest.h>

#include "model/measure.h"

namespace levelwind::planner {
namespace {

OffsetTrack Steady(double seconds, double rate) {
  OffsetTrack track;
  for (double t = 0; t <= seconds; t += 5) track.Add(t, static_cast<std::int64_t>(t * rate));
  return track;
}

TEST(OffsetTrack, TellsRateAndTimeBetweenItsPoints) {
  const OffsetTrack track = Steady(100, 10);
  EXPECT_DOUBLE_EQ(track.Rate(60), 10);
  EXPECT_DOUBLE_EQ(track.OffsetAt(52.5), 525);
  EXPECT_DOUBLE_EQ(track.TimeWhen(525), 52.5);
  EXPECT_DOUBLE_EQ(track.OffsetAt(1000), 1000);
}

TEST(OffsetTrack, DoesNotKnowWhatItHasNotSeen) {
  OffsetTrack track;
  EXPECT_FALSE(IsKnown(track.Rate(60)));
  EXPECT_FALSE(IsKnown(track.OffsetAt(0)));
  track.Add(0, 100);
  track.Add(5, 200);
  EXPECT_FALSE(IsKnown(track.Rate(60))) << "5 s say little about a minute";
  EXPECT_DOUBLE_EQ(track.Rate(10), 20);
  EXPECT_FALSE(IsKnown(track.TimeWhen(99))) << "older than the track";
  EXPECT_FALSE(IsKnown(track.TimeWhen(200))) << "not written yet";
}

TEST(OffsetTrack, IsBoundedAndStillKnowsWhatIsOld) {
  const OffsetTrack track = Steady(24 * 3600, 7);
  EXPECT_NEAR(track.TimeWhen(7 * 3600), 3600, 1);
  EXPECT_NEAR(track.Rate(60), 7, 1e-9);
  EXPECT_LE(sizeof(track), 64U);
}

TEST(OffsetTrack, BeginsAnewWhenAnOffsetGoesBack) {
  OffsetTrack track = Steady(100, 10);
  track.Add(105, 3);
  track.Add(110, 53);
  EXPECT_DOUBLE_EQ(track.first_time(), 105);
  EXPECT_DOUBLE_EQ(track.Rate(5), 10);
}

TEST(OffsetTrack, TellsForHowLongNothingCame) {
  OffsetTrack track = Steady(100, 10);
  track.Add(105, 1000);
  track.Add(130, 1000);
  EXPECT_DOUBLE_EQ(track.StillFor(), 30);
}

}  // namespace
}  // namespace levelwind::planner
