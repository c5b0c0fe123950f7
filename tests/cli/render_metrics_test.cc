// What `levelwind explain metrics` prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/render.h"

namespace levelwind::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kAnswer = R"({
  "snapshot": {"age_seconds": 2},
  "metrics": {
    "sources": [
      {"source": "endpoints", "problem": "broker 2: connection refused\u001b[31m"},
      {"source": "growth", "problem": null}],
    "partitions": [
      {"partition": 3, "leader": 1,
       "bytes_in_per_second": {"value": 2048, "source": "growth", "age_seconds": 4, "why": null},
       "cpu_percent": {"value": null, "source": "none", "age_seconds": null,
                       "why": "no source tells cpu"},
       "size": {"value": 3221225472, "source": "log_dirs", "age_seconds": 9,
                "why": "broker 2 did not tell the size of its replica"},
       "messages_in_per_second": {"value": 12.25, "source": "offsets", "age_seconds": 1},
       "windows": [{"ended_seconds_ago": 60, "bytes_in_per_second": 1024,
                    "bytes_out_per_second": null, "samples": 4, "of": 10, "verdict": "forced"}]}],
    "cpu_fit": {"error_percent": 1.5, "weights_error_percent": 4, "samples": 120}}})";

TEST(RenderMetrics, TellsEachFigureWithItsSourceAndWhyOneIsMissing) {
  const auto text = RenderMetrics(kAnswer, {});
  ASSERT_TRUE(text.ok()) << text.error();
  EXPECT_THAT(*text, HasSubstr("PARTITION"));
  EXPECT_THAT(*text, HasSubstr("2 KiB/s"));
  EXPECT_THAT(*text, HasSubstr("12.2/s"));
  EXPECT_THAT(*text, HasSubstr("3 GiB"));
  EXPECT_THAT(*text, HasSubstr("broker 2 did not tell the size"));
  EXPECT_THAT(*text, HasSubstr("unknown")) << "never 0";
  EXPECT_THAT(*text, HasSubstr("no source tells cpu"));
  EXPECT_THAT(*text, HasSubstr("growth"));
  EXPECT_EQ(text->back(), '\n');
}

TEST(RenderMetrics, TellsSourcesThatHaveAProblemAndNoOthers) {
  const std::string text = *RenderMetrics(kAnswer, {});
  EXPECT_THAT(text, HasSubstr("endpoints: broker 2: connection refused"));
  EXPECT_THAT(text, Not(HasSubstr("growth: ")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "what comes from outside is no escape sequence";
}

TEST(RenderMetrics, TellsWhatWindowsAreWorthAndHowTheFitFares) {
  const std::string text = *RenderMetrics(kAnswer, {});
  EXPECT_THAT(text, HasSubstr("4/10"));
  EXPECT_THAT(text, HasSubstr("forced"));
  EXPECT_THAT(text, HasSubstr("misses by 1.50 points, the weights by 4.00 (120 figures)"));
}

TEST(RenderMetrics, HeadersCanBeLeftOutAndNonsenseIsNamed) {
  EXPECT_THAT(*RenderMetrics(kAnswer, {.headers = false}), Not(HasSubstr("PARTITION")));
  for (const char* bad : {"", "[]", "{}", "{\"metrics\""}) {
    const auto text = RenderMetrics(bad, {});
    ASSERT_FALSE(text.ok()) << bad;
    EXPECT_EQ(text.error().code(), ErrorCode::kDataLoss) << bad;
  }
}

}  // namespace
}  // namespace levelwind::cli
