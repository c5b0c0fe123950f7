// Forecasts of full disks: by hours, by minutes, and over a restart.
#include "detectors/disk_filling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/watch.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::detectors {
namespace {

using levelwind::testing::SnapshotBuilder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kTotal = 1'000'000'000;

/// One broker whose log dir has so much in it, a number of seconds after the start.
/// `other`: of a second log dir; below 0: there is none.
SnapshotPtr At(std::int64_t second, double used_share, double other = -1) {
  auto snapshot = std::make_shared<ClusterSnapshot>(
      SnapshotBuilder()
          .AddBroker(1, "r1")
          .AddTopic("t", std::vector<std::vector<BrokerId>>(1, {1}))
          .Build());
  snapshot->sequence = static_cast<std::uint64_t>(second) + 1;
  snapshot->taken_at = {1'760'000'400'000 + second * 1000};
  LogDir dir{.path = "/d"};
  dir.total_bytes = kTotal;
  dir.usable_bytes = static_cast<std::int64_t>(kTotal * (1 - used_share));
  snapshot->brokers[0].log_dirs = {dir};
  if (other >= 0) {
    dir.path = "/e";
    dir.usable_bytes = static_cast<std::int64_t>(kTotal * (1 - other));
    snapshot->brokers[0].log_dirs.push_back(dir);
  }
  return snapshot;
}

DetectorReport ReportAt(Watch& watch, std::int64_t second, double used_share, double other = -1) {
  const SnapshotPtr snapshot = At(second, used_share, other);
  const auto reports = watch.Look(snapshot, snapshot->taken_at);
  for (const DetectorReport& report : *reports) {
    if (report.detector == "disk_filling") return report;
  }
  return {};
}

TEST(DiskFilling, WhatIsFullInMinutesIsToldByMinutes) {
  Watch watch{DetectorOptions()};
  DetectorReport report;
  for (int second = 0; second <= 240; second += 10) {
    report = ReportAt(watch, second, 0.2 + second * 0.0004);
    EXPECT_THAT(report.anomalies, IsEmpty()) << second;
    EXPECT_THAT(report.held_because, HasSubstr("not watched for")) << second;
  }
  for (int second = 250; second <= 330; second += 10) {
    report = ReportAt(watch, second, 0.2 + second * 0.0004);
  }
  ASSERT_THAT(report.anomalies, SizeIs(1));
  EXPECT_EQ(report.anomalies[0].severity, Severity::kCritical);
  // 0.668 are free, 0.0004 a second: 1,670 s.
  EXPECT_NEAR(report.anomalies[0].value, 1670.0 / 3600, 0.02);
  EXPECT_THAT(report.held_because, IsEmpty());
}

TEST(DiskFilling, MinutesTellNothingOfWhatIsFarAhead) {
  Watch watch{DetectorOptions()};
  DetectorReport report;
  for (int second = 0; second <= 600; second += 10) {
    report = ReportAt(watch, second, 0.2 + second * 0.00005);
  }
  EXPECT_THAT(report.anomalies, IsEmpty()) << "four hours ahead, from ten minutes";
}

TEST(DiskFilling, TheCourseOfHoursSurvivesARestart) {
  constexpr int kHours = 2 * 3600;
  const auto share = [](int second) { return 0.5 + second * 0.00001; };  // Full after 14 h.
  Watch first{DetectorOptions()};
  for (int second = 0; second < kHours; second += 30) ReportAt(first, second, share(second));

  Watch forgetful{DetectorOptions()}, second{DetectorOptions()};
  second.RestoreDisks(first.KeptDisks());
  EXPECT_THAT(ReportAt(forgetful, kHours + 60, share(kHours + 60)).anomalies, IsEmpty());
  const DetectorReport report = ReportAt(second, kHours + 60, share(kHours + 60));
  ASSERT_THAT(report.anomalies, SizeIs(1)) << "at the first look";
  EXPECT_NEAR(report.anomalies[0].value, (1 - share(kHours)) / 0.00001 / 3600, 1);
}

/// What is told of a dir that has been so full for eight hours.
DetectorReport AfterHours(double share) {
  Watch watch{DetectorOptions()};
  DetectorReport report;
  for (int second = 0; second <= 8 * 3600; second += 60) {
    report = ReportAt(watch, second, share);
  }
  return report;
}

TEST(DiskFilling, ADiskThatStaysNearlyFullIsRelievedAndNotOnlyTold) {
  for (const double share : {0.91, 0.96, 0.99}) {
    const DetectorReport report = AfterHours(share);
    ASSERT_THAT(report.anomalies, SizeIs(1)) << share;
    const Anomaly& anomaly = report.anomalies[0];
    EXPECT_EQ(anomaly.fix, AnomalyFix::kRelieveBrokers);
    EXPECT_THAT(anomaly.request->relieve_brokers, ::testing::ElementsAre(1));
    EXPECT_EQ(anomaly.severity, share < 0.95 ? Severity::kWarning : Severity::kCritical) << share;
  }
  EXPECT_THAT(AfterHours(0.89).anomalies, IsEmpty());
}

TEST(DiskFilling, AWaveThatStaysNearlyFullIsToldWithoutABreak) {
  // Two hours up and two down between 93 and 97 %: the grace time would begin again in each.
  Watch watch{DetectorOptions()};
  for (int second = 0; second <= 12 * 3600; second += 60) {
    const double phase = second % 14400 / 7200.0;
    const DetectorReport report = ReportAt(watch, second, 0.93 + 0.04 * std::min(phase, 2 - phase));
    ASSERT_THAT(report.anomalies, SizeIs(1)) << second;
  }
}

TEST(DiskFilling, WhatFallsBelowItWithinTheHourIsNotNearlyFull) {
  Watch watch{DetectorOptions()};
  DetectorReport report;
  // Up by 20 % in four hours, then down by 6 % an hour.
  for (int second = 0; second <= 17'100; second += 60) {
    const double hours = second / 3600.0;
    report = ReportAt(watch, second, hours < 4 ? 0.75 + 0.05 * hours : 0.95 - 0.06 * (hours - 4));
    if (second == 14'400) {
      EXPECT_THAT(report.anomalies, SizeIs(1));
    }
  }
  EXPECT_THAT(report.anomalies, IsEmpty());
}

TEST(DiskFilling, LogDirsThatFillTogetherAreNotLevelled) {
  // Seen on real brokers: 27 % and 22 % full, both full within the hour, and the plan moved
  // replicas from one to the other.
  for (const bool both : {true, false}) {
    Watch watch{DetectorOptions()};
    DetectorReport report;
    for (int second = 0; second <= 7200; second += 60) {
      const double share = 0.5 + second * 0.000012;
      report = ReportAt(watch, second, share, both ? share - 0.05 : 0.15);
    }
    ASSERT_THAT(report.anomalies, SizeIs(both ? 2 : 1));
    EXPECT_EQ(report.anomalies[0].fix, both ? AnomalyFix::kRelieveBrokers : AnomalyFix::kLogDirs);
  }
}

TEST(DiskFilling, StepsOfAnotherLengthAreNotRestored) {
  Watch watch{DetectorOptions()};
  watch.RestoreDisks({{1, "/d", 1000, 1'760'000'000'000, {1, 2, 3}}});
  EXPECT_THAT(watch.KeptDisks(), IsEmpty());
}

}  // namespace
}  // namespace levelwind::detectors
