#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/json_text.h"
#include "base/uuid.h"

namespace levelwind {
namespace {

TEST(HumanBytes, KeepsTwoDigitsOfMeaning) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(17), "17 B");
  EXPECT_EQ(HumanBytes(1536), "1.5 KiB");
  EXPECT_EQ(HumanBytes(120.0 * 1024 * 1024), "120 MiB");
}

TEST(HumanBytes, UnknownIsNeverZero) {
  EXPECT_EQ(HumanBytes(std::numeric_limits<double>::quiet_NaN()), "unknown");
  EXPECT_EQ(HumanBytes(-1), "unknown");
  EXPECT_EQ(HumanDuration(-1), "unknown");
}

TEST(HumanDuration, ReadsLikeAPersonWouldSayIt) {
  EXPECT_EQ(HumanDuration(0.25), "250 ms");
  EXPECT_EQ(HumanDuration(42), "42 s");
  EXPECT_EQ(HumanDuration(250), "4 min 10 s");
  EXPECT_EQ(HumanDuration(7500), "2 h 5 min");
}

TEST(FormatTime, IsRfc3339InUtc) {
  EXPECT_EQ(FormatTime({1'767'225'600'123}), "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(FormatTime({-1}), "1969-12-31T23:59:59.999Z");
}

TEST(ParseBytes, TakesDecimalAndBinaryUnits) {
  EXPECT_EQ(*ParseBytes("64MiB"), 64 << 20);
  EXPECT_EQ(*ParseBytes("10 GB"), 10'000'000'000);
  EXPECT_EQ(*ParseBytes("512"), 512);
  EXPECT_FALSE(ParseBytes("-1MB").ok());
  EXPECT_FALSE(ParseBytes("12 parsecs").ok());
  EXPECT_FALSE(ParseBytes("1e999").ok());
  EXPECT_FALSE(ParseBytes("").ok());
}

TEST(ParseDuration, RefusesABareNumber) {
  EXPECT_EQ(*ParseDuration("250ms"), std::chrono::milliseconds(250));
  EXPECT_EQ(*ParseDuration("5m"), std::chrono::minutes(5));
  EXPECT_FALSE(ParseDuration("5").ok());
  EXPECT_FALSE(ParseDuration("nan s").ok());
}

TEST(NearestWord, SuggestsOnlyLikelyTypos) {
  const std::vector<std::string> words = {"bootstrap", "client_id", "listen"};
  EXPECT_EQ(NearestWord("bootsrap", words), "bootstrap");
  EXPECT_EQ(NearestWord("zzzzzz", words), std::nullopt);
}

TEST(EscapeControl, KeepsOneLineOneLine) {
  EXPECT_EQ(EscapeControl("a\nb\x1b[2J\\"), "a\\x0ab\\x1b[2J\\\\");
  EXPECT_EQ(EscapeControl("grün"), "grün");
}

TEST(JsonQuoted, IsValidWhateverComesIn) {
  EXPECT_EQ(JsonQuoted("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\n\\u0001\"");
  EXPECT_EQ(JsonQuoted("\xff\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(Uuid, RoundTripsKafkasTextForm) {
  Uuid id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(i * 17);
  const std::string text = id.ToString();
  EXPECT_EQ(text.size(), 22u);
  EXPECT_EQ(*Uuid::Parse(text), id);
  EXPECT_FALSE(Uuid::Parse("short").ok());
  EXPECT_FALSE(Uuid::Parse("!!!!!!!!!!!!!!!!!!!!!!").ok());
}

}  // namespace
}  // namespace levelwind
