#include "base/time_zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "base/weekly_window.h"

namespace levelwind {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kHour = 3600;
// Berlin: summer time from 2026-03-29 01:00 to 2026-10-25 01:00, both in UTC.
constexpr std::int64_t kSpring = 1'774'746'000;
constexpr std::int64_t kAutumn = 1'792'890'000;

std::shared_ptr<const TimeZone> Zone(const std::string& name) {
  auto zone = TimeZone::Load(name);
  EXPECT_TRUE(zone.ok()) << (zone.ok() ? "" : zone.error().message());
  return zone.ok() ? *zone : nullptr;
}

TEST(TimeZone, BerlinChangesTwiceAYear) {
  const auto berlin = Zone("Europe/Berlin");
  EXPECT_EQ(berlin->OffsetAt(kSpring - 1), kHour);
  EXPECT_EQ(berlin->OffsetAt(kSpring), 2 * kHour);
  EXPECT_EQ(berlin->OffsetAt(kAutumn - 1), 2 * kHour);
  EXPECT_EQ(berlin->OffsetAt(kAutumn), kHour);
}

TEST(TimeZone, TheRuleGoesOnBehindTheTable) {
  // 2061-07-01 and 2061-12-01: no file lists changes so far ahead.
  EXPECT_EQ(Zone("Europe/Berlin")->OffsetAt(2'887'401'600), 2 * kHour);
  EXPECT_EQ(Zone("Europe/Berlin")->OffsetAt(2'900'620'800), kHour);
  EXPECT_EQ(Zone("Australia/Sydney")->OffsetAt(2'900'620'800), 11 * kHour);
  EXPECT_EQ(Zone("Asia/Kolkata")->OffsetAt(2'887'401'600), 5 * kHour + 1800);
  EXPECT_EQ(Zone("UTC")->OffsetAt(2'887'401'600), 0);
}

TEST(TimeZone, LocalTimesThatComeTwiceOrNever) {
  const auto berlin = Zone("Europe/Berlin");
  const std::int64_t twice = kAutumn + kHour + kHour / 2;  // 02:30 on the clock
  EXPECT_EQ(berlin->FirstInstant(twice), kAutumn - kHour / 2);
  EXPECT_EQ(berlin->LastInstant(twice), kAutumn + kHour / 2);
  const std::int64_t never = kSpring + kHour + kHour / 2;  // 02:30 again
  EXPECT_EQ(berlin->FirstInstant(never), kSpring);
  EXPECT_EQ(berlin->LastInstant(never), kSpring);
}

TEST(TimeZone, RulesOfPosix) {
  const auto rule = ParseTimeZoneRule("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1");
  ASSERT_TRUE(rule.ok());
  EXPECT_EQ(rule->standard_s, -3 * kHour);
  EXPECT_EQ(rule->summer_begins.second, -2 * kHour);
  const auto julian = ParseTimeZoneRule("AAA-2BBB,J60,J300");
  ASSERT_TRUE(julian.ok());
  EXPECT_EQ(julian->OffsetAt(1'709'251'200 - 2 * kHour + 2 * kHour), 3 * kHour)
      << "J60 is March 1 in a leap year, too: 2024-03-01 02:00";
  EXPECT_EQ(julian->OffsetAt(1'709'251'200 - 1), 2 * kHour);
  for (const char* wrong :
       {"", "CE", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,J1",
        "CET-1CEST,M3.6.0,J1", "<CET-1", "CET-1 ", "CET-999"}) {
    EXPECT_FALSE(ParseTimeZoneRule(wrong).ok()) << wrong;
  }
}

TEST(TimeZone, NamesThatAreNone) {
  for (const char* wrong : {"", "/etc/passwd", "../../etc/passwd", "Europe/../UTC",
                            "Europe//Berlin", "Europe/", "UTC\n"}) {
    const auto zone = TimeZone::Load(wrong);
    ASSERT_FALSE(zone.ok()) << wrong;
    EXPECT_EQ(zone.error().code(), ErrorCode::kInvalidArgument) << wrong;
  }
  const auto unknown = TimeZone::Load("Europe/Berlim");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(unknown.error().message(), HasSubstr("install tzdata"));
}

TEST(TimeZone, FilesThatMakeNoSenseAreRefused) {
  EXPECT_FALSE(TimeZone::Parse("").ok());
  EXPECT_FALSE(TimeZone::Parse(std::string(44, '\0')).ok());
  std::string lies = "TZif2" + std::string(15, '\0') + std::string(24, '\x7f');
  EXPECT_FALSE(TimeZone::Parse(lies).ok()) << "counts beyond the file";
  lies[4] = '\0';
  EXPECT_FALSE(TimeZone::Parse(lies).ok());
}

// ---- windows in a zone

WeeklyWindow Window(const std::string& text) {
  auto window = ParseWeeklyWindow(text);
  EXPECT_TRUE(window.ok()) << (window.ok() ? "" : window.error().message());
  return window.ok() ? *window : WeeklyWindow{};
}
WallTime At(std::int64_t unix_s) { return {unix_s * 1000}; }

TEST(WeeklyWindowInAZone, FollowsTheClockOverTheChange) {
  const WeeklyWindow morning = Window("08:00-09:00 Europe/Berlin");
  EXPECT_TRUE(morning.EndOf(At(kSpring - 24 * kHour + 6 * kHour)).has_value()) << "07:00 UTC";
  EXPECT_TRUE(morning.EndOf(At(kSpring + 5 * kHour)).has_value()) << "06:00 UTC";
  EXPECT_FALSE(morning.EndOf(At(kSpring + 6 * kHour)).has_value());
}

TEST(WeeklyWindowInAZone, TheHourThatComesTwiceIsInItAsAWhole) {
  const WeeklyWindow night = Window("Sun 01:00-02:30 Europe/Berlin");
  // From 01:00 in summer time (23:00 UTC) to the second 02:30 (01:30 UTC).
  for (std::int64_t s = kAutumn - 2 * kHour; s < kAutumn + kHour / 2; s += 60) {
    ASSERT_TRUE(night.EndOf(At(s)).has_value()) << s - kAutumn;
    EXPECT_EQ(night.EndOf(At(s))->unix_ms, (kAutumn + kHour / 2) * 1000);
  }
  EXPECT_FALSE(night.EndOf(At(kAutumn - 2 * kHour - 1)).has_value());
  EXPECT_FALSE(night.EndOf(At(kAutumn + kHour / 2)).has_value());
}

TEST(WeeklyWindowInAZone, BeginsWithTheChangeWhereItsBeginIsSkipped) {
  const WeeklyWindow night = Window("Sun 02:30-04:00 Europe/Berlin");
  EXPECT_FALSE(night.EndOf(At(kSpring - 1)).has_value());
  ASSERT_TRUE(night.EndOf(At(kSpring)).has_value());
  EXPECT_EQ(night.EndOf(At(kSpring))->unix_ms, (kSpring + kHour) * 1000);
}

TEST(WeeklyWindowInAZone, UnknownZonesAreSaid) {
  const auto window = ParseWeeklyWindow("08:00-09:00 Europe/Nowhere");
  ASSERT_FALSE(window.ok());
  EXPECT_THAT(window.error().message(), HasSubstr("Europe/Nowhere"));
}

}  // namespace
}  // namespace levelwind
