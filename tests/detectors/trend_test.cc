#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "detectors/key_sketch.h"
#include "detectors/setting_drift.h"
#include "detectors/step_series.h"
#include "detectors/trend_history.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::detectors {
namespace {

using levelwind::testing::SnapshotBuilder;
using ::testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(StepSeries, AveragesWithinAStepAndKeepsGapsUnknown) {
  StepSeries series(1000, 4);
  series.Add(0, 1);
  series.Add(500, 3);
  series.Add(3000, 7);
  EXPECT_EQ(series.size(), 4U);
  EXPECT_EQ(series.Back(0), 7);
  EXPECT_TRUE(std::isnan(series.Back(1)));
  EXPECT_EQ(series.Back(3), 2);
  EXPECT_TRUE(std::isnan(series.Back(4))) << "beyond what is kept";
  series.Add(4000, 8);
  EXPECT_EQ(series.size(), 4U) << "bounded";
  EXPECT_EQ(series.known(), 2U);
}

TEST(StepSeries, LeavesOutPoisonAndWhatIsOld) {
  StepSeries series(1000, 4);
  series.Add(5000, 1);
  for (const double bad : {kNan, std::numeric_limits<double>::infinity()}) series.Add(6000, bad);
  series.Add(1000, 9);
  EXPECT_EQ(series.size(), 1U);
  EXPECT_EQ(series.Back(0), 1);
}

TEST(StepSeries, AGapLongerThanItKeepsBeginsAnew) {
  StepSeries series(1000, 4);
  series.Add(0, 1);
  series.Add(1'000'000'000, 2);
  EXPECT_EQ(series.size(), 1U);
}

TEST(RobustSlope, OneWildValueDoesNotBendIt) {
  EXPECT_NEAR(RobustSlope({0, 10, 20, 1e9, 40, 50, 60}, 10), 1, 1e-9);
  EXPECT_NEAR(RobustSlope({0, kNan, 20, 30}, 10), 1, 1e-9);
  EXPECT_TRUE(std::isnan(RobustSlope({1, 2}, 10)));
}

TEST(KeySketch, FindsEveryKeyOfMoreThanItsShare) {
  KeySketch sketch(20);
  std::uint64_t state = 1;
  constexpr int kRecords = 20'000;
  int hot = 0;
  for (int i = 0; i < kRecords; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t draw = (state >> 33) % 100;
    if (draw < 30) {
      sketch.Add("hot");
      ++hot;
    } else {
      sketch.Add("key-" + std::to_string(state >> 40));
    }
  }
  const std::vector<HotKey> top = sketch.Top(3);
  ASSERT_FALSE(top.empty());
  EXPECT_EQ(top[0].key, "hot");
  EXPECT_GE(top[0].count, static_cast<std::uint64_t>(hot)) << "never too low";
  EXPECT_LE(top[0].count - top[0].error, static_cast<std::uint64_t>(hot));
  EXPECT_EQ(sketch.seen(), static_cast<std::uint64_t>(kRecords));
}

TEST(KeySketch, LongKeysAreCutForPeopleAndStillToldApart) {
  KeySketch sketch(4);
  const std::string common(1000, 'x');
  sketch.Add(common + "a");
  sketch.Add(common + "b");
  ASSERT_EQ(sketch.Top(9).size(), 2U);
  EXPECT_LE(sketch.Top(1)[0].key.size(), KeySketch::kShownBytes + 3);
}

ClusterSnapshot At(std::int64_t minute, double rate, BrokerState third = BrokerState::kAlive) {
  SnapshotBuilder builder;
  builder.AddBroker(1, "r1").AddBroker(2, "r2").AddBroker(3, "r3", third);
  std::vector<SnapshotBuilder::PartitionSpec> specs;
  for (int p = 0; p < 4; ++p) {
    specs.push_back({.replicas = {1, 2}, .bytes_in_per_s = p == 0 ? rate : 100.0});
  }
  ClusterSnapshot snapshot = builder.AddTopic("orders", specs).Build();
  snapshot.taken_at = {1'700'000'000'000 + minute * 60'000};
  return snapshot;
}

TEST(TrendHistory, MeansFadeAndABurstHardlyMovesThem) {
  TrendHistory history;
  for (int minute = 0; minute < 120; ++minute) history.Update(At(minute, 100));
  EXPECT_NEAR(history.FindTopic("orders")->MeanRate(0), 100, 1);
  history.Update(At(120, 1000));
  EXPECT_LT(history.FindTopic("orders")->MeanRate(0), 150);
  for (int minute = 121; minute < 240; ++minute) history.Update(At(minute, 1000));
  EXPECT_NEAR(history.FindTopic("orders")->MeanRate(0), 1000, 30);
}

TEST(TrendHistory, UnknownAndPoisonedRatesChangeNoMean) {
  TrendHistory history;
  for (int minute = 0; minute < 60; ++minute) history.Update(At(minute, 100));
  history.Update(At(60, kNan));
  history.Update(At(61, -5));
  history.Update(At(62, std::numeric_limits<double>::infinity()));
  EXPECT_NEAR(history.FindTopic("orders")->MeanRate(0), 100, 1);
}

TEST(TrendHistory, TellsSinceWhenABrokerIsAway) {
  TrendHistory history;
  history.Update(At(0, 1));
  history.Update(At(1, 1, BrokerState::kDead));
  history.Update(At(9, 1, BrokerState::kDead));
  EXPECT_EQ(history.FindBroker(3)->down_since, At(1, 1).taken_at);
  history.Update(At(10, 1));
  EXPECT_EQ(history.FindBroker(3)->down_since.unix_ms, 0);
  EXPECT_EQ(history.FindBroker(3)->downs, 1);
}

TEST(TrendHistory, OlderSnapshotsAreLeftOutAndAClockThatWentBackBeginsAnew) {
  TrendHistory history;
  history.Update(At(100, 1));
  history.Update(At(99, 1));
  EXPECT_EQ(history.last(), At(100, 1).taken_at);
  history.Update(At(0, 1));
  EXPECT_EQ(history.last(), At(0, 1).taken_at);
  EXPECT_EQ(history.watched_s(), 0);
}

/// 333,000 partitions of three replicas on 1,000 brokers, 2,000 groups.
TEST(TrendHistory, AMillionReplicasTakeFewMegabytes) {
  ClusterSnapshot snapshot;
  for (BrokerId b = 1; b <= 1000; ++b) {
    Broker broker;
    broker.id = b;
    broker.metrics.source = LoadSource::kEndpoint;
    broker.metrics.log_flush_p999_ms = 10;
    broker.log_dirs.push_back({.path = "/data"});
    snapshot.brokers.push_back(broker);
  }
  for (int t = 0; t < 3330; ++t) {
    Topic topic;
    topic.name = "topic-" + std::to_string(100'000 + t);
    topic.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
    topic.partition_count = 100;
    for (int p = 0; p < 100; ++p) {
      Partition partition;
      partition.topic = t;
      partition.number = p;
      partition.load.bytes_in_per_s = 1;
      snapshot.partitions.push_back(partition);
    }
    snapshot.topics.push_back(topic);
  }
  for (int g = 0; g < 2000; ++g) {
    ConsumerGroup group;
    group.name = "group-" + std::to_string(10'000 + g);
    snapshot.groups.push_back(group);
  }
  TrendHistory history;
  for (int look = 1; look <= 3; ++look) {
    snapshot.taken_at.unix_ms = look * 3'600'000;
    history.Update(snapshot);
  }
  EXPECT_LT(history.MemoryBytes(), 32U << 20);
}

std::vector<BrokerSettings> Settings(const std::vector<std::string>& threads) {
  std::vector<BrokerSettings> brokers;
  for (std::size_t b = 0; b < threads.size(); ++b) {
    const auto id = static_cast<BrokerId>(b);
    brokers.push_back(
        {id, {}, {{"log.dirs", "/d" + std::to_string(b)}, {"num.io.threads", threads[b]}}});
  }
  return brokers;
}

TEST(SettingDrift, NamesTheOddOneAndNotWhatIsOfOneBroker) {
  const auto drifts = FindDrift(Settings({"8", "16", "8"}));
  ASSERT_EQ(drifts.size(), 1U);
  EXPECT_EQ(drifts[0].setting, "num.io.threads");
  EXPECT_EQ(drifts[0].usual, "8");
  ASSERT_EQ(drifts[0].others.size(), 1U);
  EXPECT_EQ(drifts[0].others[0].first, 1);
  EXPECT_THAT(FindDrift(Settings({"8", "16"})), IsEmpty()) << "of two nobody is the odd one";
}

}  // namespace
}  // namespace levelwind::detectors
