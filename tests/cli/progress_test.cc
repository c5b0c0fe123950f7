#include "cli/progress.h"

#include <gtest/gtest.h>

#include <chrono>

#include "model/measure.h"

namespace levelwind::cli {
namespace {

using std::chrono::seconds;

Progress Half() {
  Progress progress;
  progress.id = "op1";
  progress.state = "running";
  progress.steps_total = 9;
  progress.steps_done = 4;
  progress.steps_in_progress = 3;
  progress.bytes_total = 280.0 * (1 << 20);
  progress.bytes_done = 118.0 * (1 << 20);
  progress.bytes_per_s = 96.0 * (1 << 20);
  progress.eta_s = 28;
  return progress;
}

TEST(ProgressLine, ShowsBarBytesRateAndEta) {
  EXPECT_EQ(
      ProgressLine(Half()),
      "[########------------]  42 %  118/280 MiB  96 MiB/s  4/9 steps  ETA 28 s  3 in flight");
}

TEST(ProgressLine, TheEtaHasItsRange) {
  Progress progress = Half();
  progress.eta_low_s = 20;
  progress.eta_high_s = 40;
  EXPECT_NE(ProgressLine(progress).find("ETA 28 s (20 s to 40 s)  3"), std::string::npos);
  progress.eta_high_s = kUnknown;
  EXPECT_NE(ProgressLine(progress).find("ETA 28 s (20 s or more)  3"), std::string::npos);
  progress.eta_low_s = progress.eta_high_s = 28;
  EXPECT_NE(ProgressLine(progress).find("ETA 28 s  3"), std::string::npos);
}

TEST(ProgressLine, UnknownRateIsAQuestionMarkAndUnknownEtaIsLeftOut_I17) {
  Progress progress = Half();
  progress.bytes_per_s = kUnknown;
  progress.eta_s = kUnknown;
  EXPECT_EQ(ProgressLine(progress),
            "[########------------]  42 %  118/280 MiB  ? /s  4/9 steps  3 in flight");
}

TEST(ProgressLine, WithoutBytesCountsSteps) {
  Progress progress = Half();
  progress.bytes_total = progress.bytes_done = 0;
  progress.eta_s = kUnknown;
  EXPECT_EQ(ProgressLine(progress), "[########------------]  44 %  4/9 steps  3 in flight");
}

TEST(ProgressLine, SaysWhyStepsDoNotGoOn) {
  Progress progress = Half();
  progress.stalled = 2;
  progress.stall = "nothing was copied for 2 min";
  EXPECT_TRUE(ProgressLine(progress).ends_with(
      "3 in flight  2 not going on: nothing was copied for 2 min"));
  progress.hold_reason = "orders-0 is under-replicated";
  EXPECT_TRUE(ProgressLine(progress).ends_with("3 in flight  orders-0 is under-replicated"))
      << "one reason is enough";
}

TEST(ProgressLine, SaysWhyItHoldsWithoutDrivingTheTerminal) {
  Progress progress = Half();
  progress.state = "holding";
  progress.hold_reason = "broker \x1b[31m4 is down";
  progress.steps_failed = 1;
  const std::string line = ProgressLine(progress);
  EXPECT_TRUE(line.starts_with("holding  [####")) << line;
  EXPECT_TRUE(line.ends_with("1 failed  broker \\x1b[31m4 is down")) << line;
}

TEST(ProgressLine, BytesOfDifferentUnits) {
  Progress progress = Half();
  progress.bytes_done = 100;
  EXPECT_NE(ProgressLine(progress).find("100 B/280 MiB"), std::string::npos);
}

TEST(Progress, ShareStaysInRange) {
  Progress progress = Half();
  progress.bytes_done = progress.bytes_total * 2;
  EXPECT_DOUBLE_EQ(progress.share(), 1);
  EXPECT_DOUBLE_EQ(Progress{}.share(), 0);
}

TEST(LinePacer, PrintsEachTenthEachStateAndEveryFiveSeconds) {
  LinePacer pacer;
  Progress progress = Half();
  SteadyTime now{};
  EXPECT_TRUE(pacer.Due(progress, now));
  EXPECT_FALSE(pacer.Due(progress, now + seconds(1)));
  progress.bytes_done += progress.bytes_total / 10;
  EXPECT_TRUE(pacer.Due(progress, now + seconds(2)));
  progress.state = "holding";
  EXPECT_TRUE(pacer.Due(progress, now + seconds(3)));
  EXPECT_FALSE(pacer.Due(progress, now + seconds(7)));
  EXPECT_TRUE(pacer.Due(progress, now + seconds(8)));
}

}  // namespace
}  // namespace levelwind::cli
