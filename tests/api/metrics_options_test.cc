#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/series_counts.h"
#include "api/snapshot_metrics.h"
#include "tests/api/compat_fixture.h"

namespace levelwind::api {
namespace {

using testing::AddBurrow;
using testing::Families;
using testing::FullSnapshot;
using ::testing::HasSubstr;
using ::testing::Not;

MetricsSetup Everything() {
  MetricsSetup setup;
  setup.options.kafka_exporter = setup.options.kminion = setup.options.kafka_lag_exporter = true;
  return setup;
}
MetricsSetup With(const MetricsOptions& options) {
  auto setup = MetricsSetup::Create(options, "prod");
  EXPECT_TRUE(setup.ok());
  return setup.ok() ? *setup : MetricsSetup();
}

double ValueOf(const std::string& page, const std::string& name) {
  const std::size_t at = page.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
}

/// `groups` groups that read both partitions of orders; group g5 has lag 5 and is of no verdict.
std::shared_ptr<ClusterSnapshot> ManyGroups(int groups) {
  auto snapshot = FullSnapshot();
  const ConsumerGroup like = snapshot->groups[0];
  snapshot->groups.clear();
  for (int g = 0; g < groups; ++g) {
    ConsumerGroup group = like;
    group.name = fmt::format("g{}", g);
    group.total_lag = g;
    group.time_lag = {};
    group.lag_growth_per_s = -1;
    group.activity.commits = group.activity.rewinds = group.activity.rebalances = g;
    group.activity.commit_interval_s = group.activity.last_rebalance_s = 1;
    group.activity.last_commit_at = snapshot->taken_at;
    snapshot->groups.push_back(group);
  }
  return snapshot;
}

// ---- granularity

TEST(MetricsGranularity, TopicHasSumsInsteadOfPartitions) {
  MetricsSetup setup = Everything();
  setup.options.granularity = MetricsGranularity::kTopic;
  auto snapshot = FullSnapshot();
  AddBurrow(*snapshot);
  const std::string page = RenderSnapshotMetrics(*snapshot, setup);
  for (const char* line :
       {"levelwind_group_topic_lag{group=\"billing\",topic=\"orders\"} 15\n",
        "levelwind_group_topic_max_lag_seconds{group=\"billing\",topic=\"orders\"} 2.5\n",
        "consumer_lag_seconds{group=\"billing\",topic=\"orders\"} 2.5\n",
        "kafka_consumergroup_lag_sum{consumergroup=\"billing\",topic=\"orders\"} 15\n",
        "kminion_kafka_consumer_group_topic_lag{group_id=\"billing\",topic_name=\"orders\"} 15\n",
        "levelwind_partition_log_end_offset{topic=\"orders\",partition=\"0\"} 100\n"}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  for (const char* name :
       {"levelwind_group_lag{", "kafka_consumergroup_lag{", "group_topic_partition_lag{",
        "kafka_consumergroup_group_lag{", "burrow_kafka_consumer_partition_lag{"}) {
    EXPECT_THAT(page, Not(HasSubstr(name)));
  }
}

TEST(MetricsGranularity, GroupHasTotalsOnly) {
  MetricsSetup setup = Everything();
  setup.options.granularity = MetricsGranularity::kGroup;
  const std::string page = RenderSnapshotMetrics(*FullSnapshot(), setup);
  EXPECT_THAT(page, HasSubstr("levelwind_group_total_lag{group=\"billing\"} 15\n"));
  EXPECT_THAT(page, HasSubstr("consumer_lag_seconds{group=\"billing\"} 2.5\n"));
  EXPECT_THAT(page, HasSubstr("kafka_consumergroup_members{consumergroup=\"billing\"} 2\n"));
  EXPECT_THAT(page, Not(HasSubstr("group=\"billing\",topic=")));
  EXPECT_THAT(page, Not(HasSubstr("group_id=\"billing\",topic")));
}

// ---- filters

TEST(MetricsFilters, DenyWinsForGroupsInAllFamilies) {
  MetricsOptions options = Everything().options;
  options.allow_groups = {"bill.*", "fresh"};
  options.deny_groups = {"/resh/"};
  const std::string page = RenderSnapshotMetrics(*FullSnapshot(), With(options));
  EXPECT_THAT(page, HasSubstr("group=\"billing\""));
  EXPECT_THAT(page, HasSubstr("group_id=\"billing\""));
  EXPECT_THAT(page, Not(HasSubstr("fresh")));
  EXPECT_THAT(page, HasSubstr("levelwind_groups 2\n")) << "the cluster has them all the same";
  EXPECT_THAT(page, HasSubstr("levelwind_metrics_left_out 0\n")) << "nothing was lost";
}

TEST(MetricsFilters, TopicsWithoutSeriesStillCountInTotals) {
  MetricsOptions options = Everything().options;
  options.deny_topics = {"orders"};
  const std::string page = RenderSnapshotMetrics(*FullSnapshot(), With(options));
  EXPECT_THAT(page, Not(HasSubstr("\"orders\"")));
  EXPECT_THAT(page, HasSubstr("topic=\"users\""));
  EXPECT_THAT(page, HasSubstr("levelwind_group_total_lag{group=\"billing\"} 15\n"));
}

TEST(MetricsFilters, ABrokenPatternIsNamed) {
  MetricsOptions options;
  options.deny_topics = {"a["};
  const auto setup = MetricsSetup::Create(options, "prod");
  ASSERT_FALSE(setup.ok());
  EXPECT_THAT(setup.error().message(), HasSubstr("'a['"));
}

// ---- the budget

std::string Page(const ClusterSnapshot& snapshot, const MetricsSetup& setup) {
  return RenderSnapshotMetrics(snapshot, setup) +
         RenderSnapshotCounters(snapshot, setup, MetricsText::Format::kPrometheus);
}

TEST(SeriesBudget, ReckonsWithAtLeastWhatIsServed) {
  for (const auto granularity :
       {MetricsGranularity::kPartition, MetricsGranularity::kTopic, MetricsGranularity::kGroup}) {
    for (const bool everything : {false, true}) {
      auto snapshot = ManyGroups(20);
      if (everything) AddBurrow(*snapshot);
      MetricsSetup setup = everything ? Everything() : MetricsSetup();
      setup.options.granularity = granularity;
      const SeriesCounts counts = CountFamilies(setup.options, everything);
      const SeriesSet set(*snapshot, setup);
      std::int64_t reckoned = counts.OfCluster(*snapshot);
      for (const Topic& topic : snapshot->topics) reckoned += counts.OfTopic(topic);
      for (std::size_t g = 0; g < snapshot->groups.size(); ++g) {
        reckoned += counts.OfGroup(*snapshot, set.rows(g));
      }
      std::int64_t served = 0;
      for (const auto& [name, family] : Families(Page(*snapshot, setup))) served += family.series;
      EXPECT_GE(reckoned, served);
      EXPECT_LE(reckoned, served + served / 4 + 60) << "and not with much more";
    }
  }
}

TEST(SeriesBudget, GroupsThatHurtLeastLoseTheirSeriesFirst) {
  auto snapshot = ManyGroups(100);
  MetricsSetup setup;
  setup.options.max_series = 1000;
  const std::string page = RenderSnapshotMetrics(*snapshot, setup);
  EXPECT_THAT(page, HasSubstr("levelwind_group_total_lag{group=\"g99\"} 99\n"));
  EXPECT_THAT(page, Not(HasSubstr("group=\"g0\"")));
  EXPECT_THAT(page, HasSubstr("levelwind_partition_leader{topic=\"orders\",partition=\"0\"}"));
  // A worse verdict counts for more than any lag.
  snapshot->groups[0].verdict = LagVerdict::kStopped;
  const std::string stopped = RenderSnapshotMetrics(*snapshot, setup);
  EXPECT_THAT(stopped, HasSubstr("levelwind_group_total_lag{group=\"g0\"} 0\n"));
  EXPECT_EQ(stopped, RenderSnapshotMetrics(*snapshot, setup)) << "the same each time";
}

TEST(SeriesBudget, WhatIsDroppedAndWhatIsServedAreAll) {
  auto snapshot = ManyGroups(100);
  const auto served = [](const std::string& page) {
    int series = 0;
    for (const auto& [name, family] : Families(page)) series += family.series;
    return series;
  };
  MetricsSetup setup = Everything();
  const std::string all = Page(*snapshot, setup);
  EXPECT_EQ(ValueOf(all, "levelwind_metrics_series_dropped"), 0);
  setup.options.max_series = 2000;
  const std::string some = Page(*snapshot, setup);
  EXPECT_LE(served(some), 2000);
  EXPECT_GT(served(some), 1500);
  EXPECT_EQ(served(some) + ValueOf(some, "levelwind_metrics_series_dropped"), served(all));
  setup.options.max_series = -1;
  EXPECT_EQ(Page(*snapshot, setup), all);
}

TEST(SeriesBudget, PartitionsThatDoNotFitAloneLoseThemAll) {
  ClusterSnapshot snapshot = *FullSnapshot();
  Topic many = snapshot.topics.back();
  many.name = "zmany";
  many.first_partition = static_cast<std::uint32_t>(snapshot.partitions.size());
  many.partition_count = 60'000;
  Partition partition = snapshot.partitions.back();
  partition.topic = static_cast<std::int32_t>(snapshot.topics.size());
  for (std::uint32_t i = 0; i < many.partition_count; ++i) {
    partition.number = static_cast<std::int32_t>(i);
    snapshot.partitions.push_back(partition);
  }
  snapshot.topics.push_back(many);
  const std::string page = RenderSnapshotMetrics(snapshot, {});
  EXPECT_LT(page.size(), 20'000u);
  EXPECT_THAT(page, HasSubstr("levelwind_partitions 60003\n"));
  EXPECT_THAT(page, Not(HasSubstr("levelwind_partition_leader{")));
  EXPECT_THAT(page, HasSubstr("levelwind_group_lag{group=\"billing\",topic=\"orders\","
                              "partition=\"0\"} 10\n"))
      << "groups have room without them";
  EXPECT_GT(ValueOf(page, "levelwind_metrics_series_dropped"), 300'000);
}

}  // namespace
}  // namespace levelwind::api
