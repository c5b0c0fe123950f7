#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "api/api.h"
#include "api/snapshot_metrics.h"
#include "tests/api/compat_fixture.h"
#include "tests/support/manual_clock.h"

namespace levelwind::api {
namespace {

using testing::AddBurrow;
using testing::FakeBackend;
using testing::Family;
using testing::FullSnapshot;
using ::testing::HasSubstr;
using testing::ManualClock;
using ::testing::Not;

using Expected = std::map<std::string, Family>;
using Labels = std::set<std::string>;

enum class Tool { kKafkaExporter, kKminion, kKafkaLagExporter, kBurrow };

MetricsSetup SetupFor(Tool tool) {
  MetricsSetup setup;
  setup.cluster_name = "prod";
  setup.options.kafka_exporter = tool == Tool::kKafkaExporter;
  setup.options.kminion = tool == Tool::kKminion;
  setup.options.kafka_lag_exporter = tool == Tool::kKafkaLagExporter;
  return setup;
}

std::string Page(Tool tool, MetricsSetup setup, std::shared_ptr<ClusterSnapshot> snapshot) {
  if (tool == Tool::kBurrow) AddBurrow(*snapshot);
  ManualClock clock;
  FakeBackend backend;
  backend.info.version = "0.1.0";
  backend.info.kafka_requests = {{"Metadata", 3}, {"ListOffsets", 4}};
  backend.info.kafka_bytes_sent = 1000;
  backend.info.kafka_bytes_received = 2000;
  backend.snapshot = std::move(snapshot);
  ApiOptions options;
  options.metrics = std::move(setup);
  Api api(backend, clock, std::move(options));
  Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.segments = {"metrics"};
  std::string page;
  for (const auto& part : api.Handle(request).body) page += *part;
  return page;
}
std::string Page(Tool tool) { return Page(tool, SetupFor(tool), FullSnapshot()); }

/// Families that are there with the tool's switch and not without it, but for their series' number.
Expected FamiliesOf(Tool tool) {
  Expected with = testing::Families(Page(tool));
  const Expected without = testing::Families(Page(tool, {}, FullSnapshot()));
  if (tool == Tool::kBurrow) {
    std::erase_if(with, [](const auto& entry) { return !entry.first.starts_with("burrow_"); });
  } else {
    for (const auto& [name, family] : without) with.erase(name);
  }
  for (auto& [name, family] : with) family.series = 0;
  return with;
}

std::string LineOf(const std::string& page, const std::string& series) {
  const std::size_t at = page.find("\n" + series + " ");
  if (at == std::string::npos) return "no " + series;
  return page.substr(at + 1 + series.size() + 1, page.find('\n', at + 1) - at - series.size() - 2);
}

// ---- the names, types and labels that each tool has

TEST(CompatMetrics, KafkaExportersNamesTypesAndLabels) {
  const Labels of_partition = {"topic", "partition"};
  const Labels of_group = {"consumergroup", "topic", "partition"};
  const Labels of_group_topic = {"consumergroup", "topic"};
  EXPECT_EQ(
      FamiliesOf(Tool::kKafkaExporter),
      (Expected{
          {"kafka_brokers", {"gauge", {}}},
          {"kafka_broker_info", {"gauge", {"id", "address"}}},
          {"kafka_topic_partitions", {"gauge", {"topic"}}},
          {"kafka_topic_partition_current_offset", {"gauge", of_partition}},
          {"kafka_topic_partition_oldest_offset", {"gauge", of_partition}},
          {"kafka_topic_partition_leader", {"gauge", of_partition}},
          {"kafka_topic_partition_leader_is_preferred", {"gauge", of_partition}},
          {"kafka_topic_partition_replicas", {"gauge", of_partition}},
          {"kafka_topic_partition_in_sync_replica", {"gauge", of_partition}},
          {"kafka_topic_partition_under_replicated_partition", {"gauge", of_partition}},
          {"kafka_consumergroup_current_offset", {"gauge", of_group}},
          {"kafka_consumergroup_current_offset_sum", {"gauge", of_group_topic}},
          {"kafka_consumergroup_lag", {"gauge", of_group}},
          {"kafka_consumergroup_lag_sum", {"gauge", of_group_topic}},
          {"kafka_consumergroup_members", {"gauge", {"consumergroup"}}},
          {"kafka_exporter_build_info",
           {"gauge", {"version", "revision", "branch", "goversion", "goos", "goarch", "tags"}}}}));
}

TEST(CompatMetrics, KminionsNamesTypesAndLabels) {
  const Labels topic = {"topic_name"};
  const Labels partition = {"topic_name", "partition_id"};
  const Labels group = {"group_id"};
  const Labels group_topic = {"group_id", "topic_name"};
  EXPECT_EQ(
      FamiliesOf(Tool::kKminion),
      (Expected{
          {"kminion_exporter_up", {"gauge", {"version"}}},
          {"kminion_kafka_requests_sent_total", {"counter", {}}},
          {"kminion_kafka_sent_bytes", {"counter", {}}},
          {"kminion_kafka_received_bytes", {"counter", {}}},
          {"kminion_kafka_cluster_info",
           {"gauge", {"cluster_version", "broker_count", "controller_id", "cluster_id"}}},
          {"kminion_kafka_broker_info",
           {"gauge", {"broker_id", "address", "port", "rack_id", "is_controller"}}},
          {"kminion_kafka_broker_log_dir_size_total_bytes",
           {"gauge", {"broker_id", "address", "port", "rack_id"}}},
          {"kminion_kafka_topic_log_dir_size_total_bytes", {"gauge", topic}},
          {"kminion_kafka_topic_info",
           {"gauge", {"topic_name", "partition_count", "replication_factor", "cleanup_policy"}}},
          {"kminion_kafka_topic_partition_low_water_mark", {"gauge", partition}},
          {"kminion_kafka_topic_partition_high_water_mark", {"gauge", partition}},
          {"kminion_kafka_topic_low_water_mark_sum", {"gauge", topic}},
          {"kminion_kafka_topic_high_water_mark_sum", {"gauge", topic}},
          {"kminion_kafka_consumer_group_info",
           {"gauge", {"group_id", "protocol", "protocol_type", "state", "coordinator_id"}}},
          {"kminion_kafka_consumer_group_members", {"gauge", group}},
          {"kminion_kafka_consumer_group_offset_commits_total", {"counter", group}},
          {"kminion_kafka_consumer_group_empty_members", {"gauge", group}},
          {"kminion_kafka_consumer_group_topic_members", {"gauge", group_topic}},
          {"kminion_kafka_consumer_group_topic_assigned_partitions", {"gauge", group_topic}},
          {"kminion_kafka_consumer_group_topic_offset_sum", {"gauge", group_topic}},
          {"kminion_kafka_consumer_group_topic_lag", {"gauge", group_topic}},
          {"kminion_kafka_consumer_group_topic_partition_lag",
           {"gauge", {"group_id", "topic_name", "partition_id"}}}}));
}

TEST(CompatMetrics, KafkaLagExportersNamesTypesAndLabels) {
  const Labels partition = {"cluster_name", "topic", "partition"};
  const Labels member = {"cluster_name", "group",       "topic",    "partition",
                         "member_host",  "consumer_id", "client_id"};
  const Labels group = {"cluster_name", "group"};
  EXPECT_EQ(FamiliesOf(Tool::kKafkaLagExporter),
            (Expected{{"kafka_partition_latest_offset", {"gauge", partition}},
                      {"kafka_partition_earliest_offset", {"gauge", partition}},
                      {"kafka_consumergroup_group_offset", {"gauge", member}},
                      {"kafka_consumergroup_group_lag", {"gauge", member}},
                      {"kafka_consumergroup_group_lag_seconds", {"gauge", member}},
                      {"kafka_consumergroup_group_max_lag", {"gauge", group}},
                      {"kafka_consumergroup_group_max_lag_seconds", {"gauge", group}},
                      {"kafka_consumergroup_group_sum_lag", {"gauge", group}},
                      {"kafka_consumergroup_group_topic_sum_lag",
                       {"gauge", {"cluster_name", "group", "topic"}}},
                      {"kafka_consumergroup_poll_time_ms", {"gauge", {"cluster_name"}}}}));
}

TEST(CompatMetrics, BurrowsNamesTypesAndLabels) {
  const Labels group = {"cluster", "consumer_group"};
  const Labels partition = {"cluster", "consumer_group", "topic", "partition"};
  EXPECT_EQ(FamiliesOf(Tool::kBurrow),
            (Expected{{"burrow_kafka_consumer_lag_total", {"gauge", group}},
                      {"burrow_kafka_consumer_status", {"gauge", group}},
                      {"burrow_kafka_consumer_partition_lag", {"gauge", partition}},
                      {"burrow_kafka_consumer_current_offset", {"gauge", partition}},
                      {"burrow_kafka_topic_partition_status", {"gauge", partition}},
                      {"burrow_kafka_topic_partition_offset",
                       {"gauge", {"cluster", "topic", "partition"}}}}));
}

TEST(CompatMetrics, AreOffUnlessSwitchedOn) {
  const std::string page = Page(Tool::kKminion, {}, FullSnapshot());
  for (const auto& [name, family] : testing::Families(page)) {
    EXPECT_FALSE(name.starts_with("kafka_") || name.starts_with("kminion_") ||
                 name.starts_with("burrow_"))
        << name;
  }
}

TEST(CompatMetrics, CanBeReadByPrometheusAllTogether) {
  MetricsSetup all = SetupFor(Tool::kKafkaExporter);
  all.options.kminion = all.options.kafka_lag_exporter = true;
  const std::string page = Page(Tool::kBurrow, all, FullSnapshot());
  EXPECT_EQ(testing::Duplicates(page), "");
  // Some of the tools' names are not what promtool would call them, which is status 3.
  EXPECT_THAT(testing::Promtool(page), Not(HasSubstr("exit 1")));
  EXPECT_THAT(testing::Promtool(page), Not(HasSubstr("no help text")));
}

// ---- their oddities

TEST(KafkaExporterMetrics, UncommittedIsMinusOneInATopicWithACommit) {
  auto snapshot = FullSnapshot();
  snapshot->groups[0].offsets = {{0, 0, 90, 10}};  // orders-1 uncommitted and nobody's
  snapshot->groups[0].total_lag = 10;
  const std::string page = Page(Tool::kKafkaExporter, SetupFor(Tool::kKafkaExporter), snapshot);
  const std::string labels = "{consumergroup=\"billing\",topic=\"orders\"";
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_current_offset" + labels + ",partition=\"0\"}"),
            "90");
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_current_offset" + labels + ",partition=\"1\"}"),
            "-1");
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_lag" + labels + ",partition=\"0\"}"), "10");
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_lag" + labels + ",partition=\"1\"}"), "-1");
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_current_offset_sum" + labels + "}"), "89")
      << "the -1 is in the sum";
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_lag_sum" + labels + "}"), "10") << "and not in this";
  EXPECT_THAT(page, Not(HasSubstr("consumergroup=\"fresh\",topic")))
      << "fresh has a partition and no commit";
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_members{consumergroup=\"fresh\"}"), "0");
}

TEST(KafkaExporterMetrics, LagIsNotCutOffAtZero) {
  auto snapshot = FullSnapshot();
  snapshot->groups[0].offsets = {{0, 0, 120, 0}, {1, 0, 95, 5}};
  const std::string page = Page(Tool::kKafkaExporter, SetupFor(Tool::kKafkaExporter), snapshot);
  EXPECT_EQ(LineOf(page,
                   "kafka_consumergroup_lag{consumergroup=\"billing\",topic=\"orders\","
                   "partition=\"0\"}"),
            "-20");
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_lag_sum{consumergroup=\"billing\",topic=\"orders\"}"),
            "-15");
}

TEST(KafkaExporterMetrics, WhatCouldNotBeReadIsNotUncommitted_I17) {
  auto snapshot = FullSnapshot();
  snapshot->groups[0].offsets = {{0, 0, 90, 10}};
  snapshot->groups[0].total_lag = kUnknownCount;  // the commit of orders-1 gave an error
  const std::string page = Page(Tool::kKafkaExporter, SetupFor(Tool::kKafkaExporter), snapshot);
  EXPECT_THAT(page, HasSubstr("kafka_consumergroup_lag{consumergroup=\"billing\",topic=\"orders\","
                              "partition=\"0\"} 10\n"));
  EXPECT_THAT(page, Not(HasSubstr("topic=\"orders\",partition=\"1\"} -1")));
  EXPECT_THAT(page, Not(HasSubstr("kafka_consumergroup_lag_sum{")));
}

TEST(KafkaExporterMetrics, AnUnknownEndIsNoLag_I17) {
  auto snapshot = FullSnapshot();
  snapshot->partitions[0].log_end_offset = kUnknownCount;
  snapshot->groups[0].offsets.Edit()[0].lag = kUnknownCount;
  snapshot->groups[0].total_lag = kUnknownCount;
  const std::string page = Page(Tool::kKafkaExporter, SetupFor(Tool::kKafkaExporter), snapshot);
  EXPECT_THAT(page, Not(HasSubstr("kafka_consumergroup_lag{consumergroup=\"billing\","
                                  "topic=\"orders\",partition=\"0\"}")));
  EXPECT_THAT(page, Not(HasSubstr("kafka_consumergroup_lag_sum{")));
  EXPECT_EQ(LineOf(page,
                   "kafka_consumergroup_current_offset{consumergroup=\"billing\","
                   "topic=\"orders\",partition=\"0\"}"),
            "90");
}

TEST(KafkaExporterMetrics, ALeaderlessPartitionHasNoLeaderAndNoPreferredOne) {
  auto snapshot = FullSnapshot();
  snapshot->partitions[0].leader = kNoBroker;
  const std::string page = Page(Tool::kKafkaExporter, SetupFor(Tool::kKafkaExporter), snapshot);
  const std::string labels = "{topic=\"orders\",partition=\"0\"}";
  EXPECT_THAT(LineOf(page, "kafka_topic_partition_leader" + labels), HasSubstr("no "));
  EXPECT_EQ(LineOf(page, "kafka_topic_partition_leader_is_preferred" + labels), "0");
}

TEST(KminionMetrics, AGroupIsOneWhenStableAndElseZero) {
  const std::string page = Page(Tool::kKminion);
  EXPECT_EQ(LineOf(page,
                   "kminion_kafka_consumer_group_info{group_id=\"billing\",protocol=\"range\","
                   "protocol_type=\"consumer\",state=\"Stable\",coordinator_id=\"1\"}"),
            "1");
  EXPECT_EQ(LineOf(page,
                   "kminion_kafka_consumer_group_info{group_id=\"fresh\",protocol=\"\","
                   "protocol_type=\"\",state=\"Empty\",coordinator_id=\"-1\"}"),
            "0");
  EXPECT_EQ(LineOf(page, "kminion_kafka_consumer_group_empty_members{group_id=\"billing\"}"), "1");
  EXPECT_THAT(page, Not(HasSubstr("empty_members{group_id=\"fresh\"}"))) << "only where there are";
  EXPECT_EQ(LineOf(page, "kminion_exporter_up{version=\"0.1.0\"}"), "1");
  EXPECT_EQ(LineOf(page, "kminion_kafka_requests_sent_total"), "7");
  EXPECT_EQ(LineOf(page,
                   "kminion_kafka_consumer_group_topic_lag{group_id=\"billing\","
                   "topic_name=\"orders\"}"),
            "15");
}

TEST(KminionMetrics, CommitsAreCountedWhereTheirRecordsAreRead) {
  const std::string name = "kminion_kafka_consumer_group_offset_commits_total";
  EXPECT_EQ(LineOf(Page(Tool::kKminion), name + "{group_id=\"billing\"}"), "42");
  auto snapshot = FullSnapshot();
  snapshot->groups[0].activity.from_records = false;
  EXPECT_THAT(Page(Tool::kKminion, SetupFor(Tool::kKminion), snapshot), Not(HasSubstr(name)))
      << "what looks can tell is not that";
}

TEST(KminionMetrics, MembersOfTopicsAreThoseOfConsumersOnly) {
  auto snapshot = FullSnapshot();
  snapshot->groups[0].protocol_type = "connect";
  const std::string page = Page(Tool::kKminion, SetupFor(Tool::kKminion), snapshot);
  EXPECT_THAT(page, Not(HasSubstr("group_topic_members{")));
  EXPECT_THAT(page, Not(HasSubstr("group_topic_assigned_partitions{")));
  EXPECT_THAT(page, HasSubstr("group_topic_lag{"));
}

TEST(KminionMetrics, SumsAreThereOnlyWhenEveryPartitionAnswered) {
  auto snapshot = FullSnapshot();
  snapshot->partitions[1].log_end_offset = kUnknownCount;
  const std::string page = Page(Tool::kKminion, SetupFor(Tool::kKminion), snapshot);
  EXPECT_THAT(page, Not(HasSubstr("high_water_mark_sum{topic_name=\"orders\"}")));
  EXPECT_EQ(LineOf(page, "kminion_kafka_topic_low_water_mark_sum{topic_name=\"orders\"}"), "6");
}

TEST(KafkaLagExporterMetrics, WithoutAMemberAllThreeLabelsAreUnknown) {
  const std::string page = Page(Tool::kKafkaLagExporter);
  const std::string group = "{cluster_name=\"prod\",group=\"billing\",topic=\"orders\",";
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_group_lag" + group +
                             "partition=\"0\",member_host=\"/10.0.0.1\",consumer_id=\"c1-77\","
                             "client_id=\"c1\"}"),
            "10");
  EXPECT_EQ(LineOf(page, "kafka_consumergroup_group_lag_seconds" + group +
                             "partition=\"1\",member_host=\"unknown\",consumer_id=\"unknown\","
                             "client_id=\"unknown\"}"),
            "1");
}

TEST(KafkaLagExporterMetrics, WithoutACommitFiguresAreNotANumberAndSumsSkipThem) {
  auto snapshot = FullSnapshot();
  snapshot->groups[0].offsets = {{0, 0, 90, 10}, {1, -1, kUnknownCount, kUnknownCount}};
  const std::string page =
      Page(Tool::kKafkaLagExporter, SetupFor(Tool::kKafkaLagExporter), snapshot);
  const std::string series =
      "{cluster_name=\"prod\",group=\"billing\",topic=\"orders\",partition=\"1\","
      "member_host=\"unknown\",consumer_id=\"unknown\",client_id=\"unknown\"}";
  for (const char* name : {"offset", "lag", "lag_seconds"}) {
    EXPECT_EQ(LineOf(page, std::string("kafka_consumergroup_group_") + name + series), "NaN");
  }
  EXPECT_EQ(LineOf(page,
                   "kafka_consumergroup_group_sum_lag{cluster_name=\"prod\","
                   "group=\"billing\"}"),
            "10");
  EXPECT_THAT(page, Not(HasSubstr("group_sum_lag{cluster_name=\"prod\",group=\"fresh\"}")));
}

TEST(KafkaLagExporterMetrics, OffsetsOfPartitionsThatAGroupUsesOnly) {
  auto snapshot = FullSnapshot();
  snapshot->groups.pop_back();  // fresh had users-0
  const std::string page =
      Page(Tool::kKafkaLagExporter, SetupFor(Tool::kKafkaLagExporter), snapshot);
  EXPECT_THAT(page, HasSubstr("kafka_partition_latest_offset{cluster_name=\"prod\","
                              "topic=\"orders\",partition=\"1\"} 100\n"));
  EXPECT_THAT(page, Not(HasSubstr("kafka_partition_latest_offset{cluster_name=\"prod\","
                                  "topic=\"users\"")));
}

TEST(BurrowMetrics, StatesAreToldOnceAllIntervalsAreThere) {
  const std::string page = Page(Tool::kBurrow);
  const std::string group = "{cluster=\"prod\",consumer_group=\"billing\"";
  EXPECT_EQ(LineOf(page, "burrow_kafka_consumer_lag_total" + group + "}"), "15");
  EXPECT_EQ(LineOf(page, "burrow_kafka_consumer_status" + group + "}"), "3")
      << "orders-1 has one commit, some seconds old";
  EXPECT_EQ(LineOf(page, "burrow_kafka_consumer_partition_lag" + group +
                             ",topic=\"orders\",partition=\"1\"}"),
            "5");
  EXPECT_EQ(LineOf(page, "burrow_kafka_consumer_current_offset" + group +
                             ",topic=\"orders\",partition=\"0\"}"),
            "90");
  EXPECT_EQ(LineOf(page, "burrow_kafka_topic_partition_status" + group +
                             ",topic=\"orders\",partition=\"0\"}"),
            "2");
  EXPECT_THAT(page, Not(HasSubstr("burrow_kafka_topic_partition_status" + group +
                                  ",topic=\"orders\",partition=\"1\"}")));
}

// ---- bring your own dashboard

/// The names and labels that the tools' own Grafana boards and alerts query: kafka_exporter's 7589
/// and Strimzi's copy of it, kminion's 14012, 14013 and 14014, kafka-lag-exporter's.
const std::map<Tool, std::map<std::string, Labels>>& BoardNames() {
  static const std::map<Tool, std::map<std::string, Labels>> kNames = {
      {Tool::kKafkaExporter,
       {{"kafka_topic_partition_current_offset", {"topic", "partition"}},
        {"kafka_consumergroup_current_offset", {"consumergroup", "topic", "partition"}},
        {"kafka_consumergroup_lag", {"consumergroup", "topic", "partition"}},
        {"kafka_topic_partitions", {"topic"}},
        {"kafka_topic_partition_replicas", {"topic", "partition"}},
        {"kafka_topic_partition_in_sync_replica", {"topic", "partition"}},
        {"kafka_topic_partition_under_replicated_partition", {"topic", "partition"}},
        {"kafka_topic_partition_leader_is_preferred", {"topic", "partition"}},
        {"kafka_topic_partition_oldest_offset", {"topic", "partition"}},
        {"kafka_consumergroup_members", {"consumergroup"}},
        {"kafka_exporter_build_info", {"version"}}}},
      {Tool::kKminion,
       {{"kminion_exporter_up", {"version"}},
        {"kminion_kafka_cluster_info",
         {"cluster_version", "broker_count", "controller_id", "cluster_id"}},
        {"kminion_kafka_broker_info", {"broker_id", "address", "port", "rack_id"}},
        {"kminion_kafka_broker_log_dir_size_total_bytes", {"broker_id"}},
        {"kminion_kafka_topic_log_dir_size_total_bytes", {"topic_name"}},
        {"kminion_kafka_topic_info",
         {"topic_name", "partition_count", "replication_factor", "cleanup_policy"}},
        {"kminion_kafka_topic_high_water_mark_sum", {"topic_name"}},
        {"kminion_kafka_topic_partition_high_water_mark", {"topic_name", "partition_id"}},
        {"kminion_kafka_topic_partition_low_water_mark", {"topic_name", "partition_id"}},
        {"kminion_kafka_consumer_group_info", {"group_id", "state", "protocol"}},
        {"kminion_kafka_consumer_group_members", {"group_id"}},
        {"kminion_kafka_consumer_group_topic_members", {"group_id", "topic_name"}},
        {"kminion_kafka_consumer_group_topic_offset_sum", {"group_id", "topic_name"}},
        {"kminion_kafka_consumer_group_topic_lag", {"group_id", "topic_name"}},
        {"kminion_kafka_consumer_group_topic_partition_lag",
         {"group_id", "topic_name", "partition_id"}}}},
      {Tool::kKafkaLagExporter,
       {{"kafka_consumergroup_group_max_lag", {"cluster_name", "group"}},
        {"kafka_consumergroup_group_max_lag_seconds", {"cluster_name", "group"}},
        {"kafka_consumergroup_group_lag", {"cluster_name", "group", "topic", "partition"}},
        {"kafka_consumergroup_group_lag_seconds", {"cluster_name", "group", "topic", "partition"}},
        {"kafka_consumergroup_group_offset", {"cluster_name", "topic", "partition"}},
        {"kafka_partition_latest_offset", {"cluster_name", "topic", "partition"}}}},
      {Tool::kBurrow,
       {{"burrow_kafka_consumer_lag_total", {"cluster", "consumer_group"}},
        {"burrow_kafka_consumer_status", {"cluster", "consumer_group"}},
        {"burrow_kafka_consumer_partition_lag",
         {"cluster", "consumer_group", "topic", "partition"}},
        {"burrow_kafka_topic_partition_offset", {"cluster", "topic", "partition"}}}}};
  return kNames;
}

TEST(BringYourOwnDashboard, EveryNameAndLabelIsServedWhenTheSwitchIsOn) {
  for (const auto& [tool, names] : BoardNames()) {
    const Expected served = testing::Families(Page(tool));
    for (const auto& [name, labels] : names) {
      const auto family = served.find(name);
      ASSERT_NE(family, served.end()) << name;
      EXPECT_GT(family->second.series, 0) << name;
      for (const std::string& label : labels) {
        EXPECT_TRUE(family->second.labels.contains(label)) << name << " lacks " << label;
      }
    }
  }
}

}  // namespace
}  // namespace levelwind::api
