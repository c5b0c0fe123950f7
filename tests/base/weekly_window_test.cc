#include "base/weekly_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace levelwind {
namespace {

using ::testing::HasSubstr;

// 2026-11-25 is a Wednesday.
constexpr std::int64_t kWednesday = 1'795'564'800'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;

WallTime At(std::int64_t day, double hour) {
  return {kWednesday + day * kDay + static_cast<std::int64_t>(hour * kHour)};
}
WeeklyWindow Must(const std::string& text) {
  const auto window = ParseWeeklyWindow(text);
  EXPECT_TRUE(window.ok()) << window.error();
  return window.ok() ? *window : WeeklyWindow{};
}

TEST(WeeklyWindow, EveryDayInUtc) {
  const WeeklyWindow window = Must("08:00-18:30");
  for (int day = -10; day < 10; ++day) {
    EXPECT_FALSE(window.EndOf(At(day, 7.99)));
    ASSERT_TRUE(window.EndOf(At(day, 8)));
    EXPECT_EQ(window.EndOf(At(day, 8))->unix_ms, At(day, 18.5).unix_ms);
    EXPECT_TRUE(window.EndOf(At(day, 18.49)));
    EXPECT_FALSE(window.EndOf(At(day, 18.5))) << "the end is outside";
  }
}

TEST(WeeklyWindow, OverMidnightBelongsToTheDayItBegins) {
  const WeeklyWindow window = Must("Wed 22:00-06:00");
  EXPECT_FALSE(window.EndOf(At(0, 5))) << "it would have begun on Tuesday";
  EXPECT_TRUE(window.EndOf(At(0, 23)));
  EXPECT_EQ(window.EndOf(At(1, 5))->unix_ms, At(1, 6).unix_ms);
  EXPECT_FALSE(window.EndOf(At(1, 23)));
}

TEST(WeeklyWindow, DaysMayWrapAndBeListed) {
  const WeeklyWindow weekend = Must("Fri-Mon 00:00-24:00");
  for (int day = 0; day < 14; ++day) {
    const int of_week = (2 + day) % 7;  // Monday is 0
    EXPECT_EQ(weekend.EndOf(At(day, 12)).has_value(), of_week >= 4 || of_week == 0) << day;
  }
  const WeeklyWindow listed = Must("Mon,Wed,Fri-Sat 10:00-11:00");
  EXPECT_TRUE(listed.EndOf(At(0, 10)));
  EXPECT_FALSE(listed.EndOf(At(1, 10)));
  EXPECT_TRUE(listed.EndOf(At(3, 10)));
}

TEST(WeeklyWindow, AnOffsetMovesTheWholeWindow) {
  const WeeklyWindow east = Must("Wed 01:00-02:00 +05:30");
  EXPECT_TRUE(east.EndOf(At(-1, 20))) << "there it is Wednesday already";
  EXPECT_FALSE(east.EndOf(At(0, 1.5)));
  EXPECT_EQ(east.EndOf(At(-1, 20))->unix_ms, At(-1, 20.5).unix_ms);
  const WeeklyWindow west = Must("Wed 22:00-23:00 -08:00");
  EXPECT_TRUE(west.EndOf(At(1, 6)));
  EXPECT_TRUE(Must("10:00-11:00 Z").EndOf(At(0, 10)));
}

TEST(WeeklyWindow, BeforeTheEpochToo) {
  EXPECT_TRUE(Must("Wed 10:00-11:00").EndOf({-kDay + 10 * kHour})) << "1969-12-31, a Wednesday";
}

TEST(WeeklyWindow, WhatIsWrongIsNamed) {
  for (const char* text :
       {"", " ", "8:00-18:00", "08:00", "08:00-08:00", "08:60-09:00", "25:00-26:00", "24:00-01:00",
        "Mond 08:00-09:00", "Mon", "Mon-", "mon 08:00-09:00", "08:00-09:00 2", "08:00-09:00 +15:00",
        "08:00-09:00 +02:00 x", "Mon Tue 08:00-09:00", "0a:00-09:00", "08:00-09:00-10:00"}) {
    const auto window = ParseWeeklyWindow(text);
    ASSERT_FALSE(window.ok()) << text;
    EXPECT_THAT(window.error().message(), HasSubstr("is not a window of time")) << text;
  }
  EXPECT_FALSE(ParseWeeklyWindows({"08:00-09:00", "x"}).ok());
  EXPECT_EQ(ParseWeeklyWindows({"08:00-09:00", "Sun 10:00-11:00"})->size(), 2u);
}

}  // namespace
}  // namespace levelwind
