#include "store/lag_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>

#include "store/lag_series.h"
#include "tests/support/temp_dir.h"

namespace levelwind::store {
namespace {

using levelwind::testing::TempDir;
using ::testing::HasSubstr;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kStart = 20'000 * kDay;  // begins a chunk of every tier

TEST(LagSeries, KeepsTheWorstOfASpanAndTheMeanRate) {
  LagSeries series(10'000, 6);
  series.Add(kStart, {5, 1, 10});
  series.Add(kStart + 9'999, {3, 2, 20});
  series.Add(kStart + 10'000, {7, 0.5F, 30});
  const LagPoint first = series.At(kStart + 1);
  EXPECT_EQ(first.lag, 5);
  EXPECT_EQ(first.lag_seconds, 2);
  EXPECT_EQ(first.consumed_per_s, 15);
  EXPECT_EQ(series.At(kStart + 10'000).lag, 7);
  EXPECT_TRUE(series.At(kStart + 20'000).empty());
  EXPECT_TRUE(series.At(kStart - 1).empty());
}

TEST(LagSeries, ForgetsWhatIsOlderThanItHolds) {
  LagSeries series(10'000, 6);
  for (int i = 0; i < 20; ++i) series.Add(kStart + i * 10'000, {static_cast<float>(i), 0, 0});
  EXPECT_EQ(series.from_ms(), kStart + 14 * 10'000);
  EXPECT_TRUE(series.At(kStart + 13 * 10'000).empty());
  EXPECT_EQ(series.At(kStart + 14 * 10'000).lag, 14);
  series.Add(kStart + 24 * 10'000, {24, 0, 0});
  EXPECT_TRUE(series.At(kStart + 20 * 10'000).empty()) << "nothing was sampled then";
  EXPECT_EQ(series.At(kStart + 19 * 10'000).lag, 19);
  series.Add(kStart + 10 * 10'000, {99, 0, 0});
  EXPECT_EQ(series.At(kStart + 24 * 10'000).lag, 24) << "a clock that was set back adds nothing";
}

TEST(LagChunk, SurvivesItsBytesAndIsShortWhereAllPointsAreAlike) {
  std::vector<LagPoint> points(kChunkPoints);
  for (std::size_t i = 10; i < kChunkPoints; ++i) {
    points[i] = {static_cast<float>(i) * 1.5F, 0.25F, 1e6F};
  }
  const std::string bytes = EncodeChunk(points);
  EXPECT_EQ(bytes.size(), 12 * kChunkPoints);
  const auto back = DecodeChunk(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE((*back)[9].empty());
  EXPECT_EQ((*back)[59].lag, 88.5F);
  EXPECT_EQ((*back)[59].consumed_per_s, 1e6F);
  const std::string still = EncodeChunk(std::vector<LagPoint>(kChunkPoints, LagPoint{0, 0, 3}));
  EXPECT_EQ(still.size(), 12u);
  EXPECT_EQ((*DecodeChunk(still))[31].consumed_per_s, 3);
  EXPECT_FALSE(DecodeChunk("").has_value());
  EXPECT_FALSE(DecodeChunk(bytes.substr(1)).has_value());
}

class LagHistoryTest : public ::testing::Test {
 protected:
  std::unique_ptr<LagHistory> Open(std::int64_t max_bytes = std::int64_t{256} << 20) {
    note_.clear();
    auto opened = LagHistory::Open({dir_.path(), max_bytes}, &note_);
    EXPECT_TRUE(opened.ok()) << opened.error();
    return std::move(opened).value();
  }

  void Sample(LagHistory& history, std::int64_t unix_ms, std::int64_t lag,
              const std::string& group = "billing") {
    ClusterSnapshot snapshot;
    snapshot.sequence = ++sequence_;
    snapshot.taken_at = WallTime{unix_ms};
    ConsumerGroup one;
    one.name = group;
    one.total_lag = lag;
    if (IsKnown(lag)) one.time_lag.seconds = static_cast<double>(lag) / 10;
    one.consume_rate_per_s = 5;
    snapshot.groups.push_back(one);
    history.Add(snapshot);
  }

  std::string File() const { return dir_.path() + "/lag-history.db"; }

  TempDir dir_;
  std::string note_;
  std::uint64_t sequence_ = 0;
};

TEST_F(LagHistoryTest, FinePointsForMinutesCoarserOnesForHoursAndDays) {
  const auto history = Open();
  for (std::int64_t at = 0; at < 6 * kHour; at += 5000) {
    Sample(*history, kStart + at, at / 1000);
  }
  const std::int64_t now = kStart + 6 * kHour;
  const auto minutes = history->Read("billing", now - 5 * kMinute, now, 120);
  ASSERT_TRUE(minutes.ok()) << minutes.error();
  EXPECT_EQ(minutes->step_ms, 10'000);
  ASSERT_EQ(minutes->points.size(), 30u);
  EXPECT_EQ(minutes->points.back().lag, 6 * 3600 - 5);

  const auto hours = history->Read("billing", now - 6 * kHour, now, 120);
  ASSERT_TRUE(hours.ok());
  EXPECT_EQ(hours->step_ms, 4 * kMinute);
  EXPECT_EQ(hours->points.size(), 90u);
}

TEST_F(LagHistoryTest, IsThereAgainAfterARestartWithTheHourThatWasBegun) {
  {
    const auto history = Open();
    for (std::int64_t at = 0; at < 3 * kHour + 20 * kMinute; at += 30'000) {
      Sample(*history, kStart + at, 1 + at / 1000);
      if (at % (5 * kMinute) == 0) {
        ASSERT_TRUE(history->Flush().ok());
      }
    }
    ASSERT_TRUE(history->Flush().ok());
  }
  const auto history = Open();
  EXPECT_EQ(note_, "");
  const std::int64_t again = kStart + 3 * kHour + 30 * kMinute;
  Sample(*history, again, 7);
  ASSERT_TRUE(history->Flush().ok());
  const auto read = history->Read("billing", kStart, again + kMinute, 1000);
  ASSERT_TRUE(read.ok()) << read.error();
  ASSERT_EQ(read->step_ms, kMinute);
  ASSERT_EQ(read->points.size(), 211u);
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(read->points[i].lag, static_cast<float>(i * 60 + 31)) << "minute " << i;
  }
  for (std::size_t i = 200; i < 210; ++i) EXPECT_TRUE(read->points[i].empty()) << i;
  EXPECT_EQ(read->points[210].lag, 7);
}

TEST_F(LagHistoryTest, AMinuteThatARestartCutsInTwoKeepsItsWorst) {
  {
    const auto history = Open();
    Sample(*history, kStart + 1000, 500);
    ASSERT_TRUE(history->Flush().ok());
  }
  const auto history = Open();
  Sample(*history, kStart + 30'000, 3);
  ASSERT_TRUE(history->Flush().ok());
  EXPECT_EQ(history->Read("billing", kStart, kStart + 50 * kMinute, 1000)->points[0].lag, 500);
}

TEST_F(LagHistoryTest, WhatNobodyWroteIsNotThereAndWhatIsUnknownIsNotZero) {
  const auto history = Open();
  Sample(*history, kStart, kUnknownCount, "unread");
  EXPECT_EQ(history->Read("unread", kStart, kStart + kHour, 10).error().code(),
            ErrorCode::kNotFound);
  Sample(*history, kStart, 5);
  const auto later = history->Read("billing", kStart + kMinute, kStart + 2 * kMinute, 10);
  ASSERT_TRUE(later.ok());
  for (const LagPoint& point : later->points) EXPECT_TRUE(point.empty());
  for (const auto& [from, to] : {std::pair{kStart, kStart}, {kStart, kStart - 1}, {-5L, 5L}}) {
    EXPECT_EQ(history->Read("billing", from, to, 10).error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(OffsetBytes, SurviveAndRefuseNonsense) {
  const std::vector<OffsetPoint> points = {{0, 1},
                                           {5, 1'700'000'000'000},
                                           {5, 1'700'000'005'000},
                                           {INT64_MAX / 2, INT64_MAX / 2},
                                           {3, 2}};
  EXPECT_EQ(DecodeOffsets(EncodeOffsets(points)), points);
  EXPECT_EQ(DecodeOffsets(""), std::vector<OffsetPoint>());
  EXPECT_FALSE(DecodeOffsets("\x01").has_value()) << "an offset without a time";
  EXPECT_FALSE(DecodeOffsets("\x80\x80").has_value()) << "cut off";
  EXPECT_FALSE(DecodeOffsets(std::string(40, '\x81') + "\x01").has_value());
}

TEST_F(LagHistoryTest, TheEndsOfLogsAreThereAgain) {
  const PartitionHistory orders = {{"orders", 7}, Uuid{{1, 2, 3}}, {{10, 1000}, {20, 2000}}};
  {
    const auto history = Open();
    EXPECT_TRUE(history->LoadOffsets()->empty());
    ASSERT_TRUE(history->SaveOffsets({orders, {{"gone", 0}, Uuid{}, {{1, 1}}}}).ok());
    ASSERT_TRUE(history->SaveOffsets({orders}).ok());
  }
  const auto kept = Open()->LoadOffsets();
  ASSERT_TRUE(kept.ok());
  ASSERT_EQ(kept->size(), 1u);
  EXPECT_EQ(kept->front().partition, orders.partition);
  EXPECT_EQ(kept->front().topic_id, orders.topic_id);
  EXPECT_EQ(kept->front().points, orders.points);
}

TEST_F(LagHistoryTest, HowFullLogDirsWereIsThereAgain) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const DiskHistory disk = {3, "/data/1", 600'000, kStart, {1e12F, nan, 1.5e12F}};
  {
    const auto history = Open();
    EXPECT_TRUE(history->LoadDisks()->empty());
    ASSERT_TRUE(history->SaveDisks({disk, {9, "/gone", 600'000, kStart, {1}}}).ok());
    ASSERT_TRUE(history->SaveDisks({disk}).ok());
  }
  const auto kept = Open()->LoadDisks();
  ASSERT_TRUE(kept.ok());
  ASSERT_EQ(kept->size(), 1u);
  EXPECT_EQ(kept->front().broker, 3);
  EXPECT_EQ(kept->front().path, "/data/1");
  EXPECT_EQ(kept->front().newest_ms, kStart);
  ASSERT_EQ(kept->front().used.size(), 3u);
  EXPECT_EQ(kept->front().used[0], 1e12F);
  EXPECT_TRUE(std::isnan(kept->front().used[1]));
  EXPECT_EQ(kept->front().used[2], 1.5e12F);
  EXPECT_FALSE(DecodeUsed("abc").has_value());
  EXPECT_FALSE(DecodeUsed(EncodeUsed({-1.0F})).has_value());
}

TEST_F(LagHistoryTest, ADamagedFileIsPutAsideAndANewOneBegun) {
  std::ofstream(File()) << std::string(8192, 'x');
  auto history = Open();
  EXPECT_THAT(note_, HasSubstr("lag-history.db.damaged-1"));
  EXPECT_TRUE(std::filesystem::exists(File() + ".damaged-1"));
  Sample(*history, kStart, 5);
  EXPECT_TRUE(history->Flush().ok());
  history.reset();
  {
    std::fstream file(File(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(4096, '\x5a');
  }
  history = Open();
  EXPECT_THAT(note_, HasSubstr("lag-history.db.damaged-2"));
}

TEST_F(LagHistoryTest, ASecondProcessIsRefused) {
  const auto first = Open();
  const auto second = LagHistory::Open({dir_.path()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(second.error().message(), HasSubstr("lag history"));
}

TEST_F(LagHistoryTest, AFullFileLosesItsOldestHoursNotItsNewest) {
  const auto history = Open(std::int64_t{256} << 10);
  std::int64_t at = kStart;
  for (int hour = 0; hour < 40; ++hour) {
    for (int minute = 0; minute < 60; ++minute, at += kMinute) {
      for (int group = 0; group < 20; ++group) {
        Sample(*history, at, hour * 60 + minute, "group-" + std::to_string(group));
      }
    }
    ASSERT_TRUE(history->Flush().ok()) << "hour " << hour;
  }
  EXPECT_LE(std::filesystem::file_size(File()), std::uint64_t{256} << 10);
  const auto read = history->Read("group-3", at - 40 * kHour, at, 4000);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_TRUE(read->points.front().empty());
  EXPECT_EQ(read->points[read->points.size() - 2].lag, 40 * 60 - 2);
}

TEST_F(LagHistoryTest, WithoutADirectoryItLivesInMemory) {
  const auto opened = LagHistory::Open({});
  ASSERT_TRUE(opened.ok());
  LagHistory& history = **opened;
  for (int i = 0; i < 60; ++i) Sample(history, kStart + i * kMinute, i);
  EXPECT_TRUE(history.Flush().ok());
  const auto read = history.Read("billing", kStart, kStart + kHour, 100);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->step_ms, kMinute);
  EXPECT_EQ(read->points.front().lag, 0);
  Sample(history, kStart + 2 * kDay, 1, "other");
  EXPECT_TRUE(history.Flush().ok());
  EXPECT_EQ(history.group_count(), 1u) << "a group that was not seen for a day is dropped";
}

}  // namespace
}  // namespace levelwind::store
