#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "api/api.h"
#include "api/canary_metrics.h"
#include "api/group_metrics.h"
#include "api/metrics_text.h"
#include "api/request_target.h"
#include "api/snapshot_metrics.h"
#include "tests/api/compat_fixture.h"
#include "tests/api/fake_backend.h"
#include "tests/support/manual_clock.h"

namespace levelwind::api {
namespace {

using testing::Duplicates;
using testing::FakeBackend;
using testing::FillBackend;
using ::testing::HasSubstr;
using testing::ManualClock;
using ::testing::Not;
using testing::Promtool;
using testing::SmallSnapshot;

std::string Body(const Response& response) {
  std::string out;
  for (const auto& part : response.body) out += *part;
  return out;
}

Response Get(Api& api, const std::string& target) {
  Request request;
  request.method = "GET";
  EXPECT_TRUE(ParseTarget(target, request).ok()) << target;
  return api.Handle(request);
}

TEST(Metrics, ArePromtoolClean) {
  ManualClock clock;
  FakeBackend backend;
  FillBackend(backend, clock.Now());
  Api api(backend, clock, {});
  Get(api, "/api/v1/status");
  Get(api, "/nothing");
  const std::string metrics = Body(Get(api, "/metrics"));
  EXPECT_EQ(Promtool(metrics), "");
  EXPECT_EQ(Duplicates(metrics), "");
}

TEST(Metrics, CarryWhatIsKnownWithItsLabels) {
  ManualClock clock;
  FakeBackend backend;
  FillBackend(backend, clock.Now());
  clock.Advance(std::chrono::seconds(2));
  Api api(backend, clock, {});
  const std::string metrics = Body(Get(api, "/metrics"));
  for (const char* line : {
           "levelwind_build_info{version=\"0.1.0\",mode=\"observe\"} 1\n",
           "levelwind_cluster_info{cluster=\"demo\",cluster_id=\"abc\"} 1\n",
           "levelwind_group_lag{group=\"billing\",topic=\"orders\",partition=\"0\"} 10\n",
           "levelwind_group_lag{group=\"billing\",topic=\"orders\",partition=\"1\"} 0\n",
           "levelwind_group_total_lag{group=\"billing\"} 10\n",
           "levelwind_broker_leaders{broker=\"1\"} 2\n",
           "levelwind_broker_leader_bytes_in_per_second{broker=\"1\"} 3072\n",
           "levelwind_broker_disk_bytes{broker=\"3\"} 0\n",
           "levelwind_partition_size_bytes{topic=\"orders\",partition=\"0\"} 3000000\n",
           "levelwind_snapshot_age_seconds 2\n",
           "levelwind_collector_age_seconds{collector=\"cluster\"} 3\n",
           "levelwind_collector_success{collector=\"groups\"} 0\n",
           "levelwind_kafka_requests_total{api=\"Metadata\"} 3\n",
           "levelwind_anomaly_active{type=\"leader_imbalance\",subject=\"broker "
           "1\",severity=\"warning\"} 1\n",
           "levelwind_detector_held{detector=\"hot_partition\"} 1\n",
           "levelwind_proposal_score{stage=\"before\"} 61.25\n",
           "levelwind_operations{state=\"running\"} 1\n",
           "levelwind_operation_copied_bytes{operation=\"op1\"} 1500000\n",
           "levelwind_metrics_left_out 0\n",
       }) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
}

TEST(Metrics, SayHowFastAGroupFallsBehindOrCatchesUp) {
  auto snapshot = SmallSnapshot({});
  snapshot->partitions[0].load.messages_in_per_s = 3;
  snapshot->partitions[1].load.messages_in_per_s = 0.5;
  ConsumerGroup& billing = snapshot->groups[0];
  billing.time_lag = {40, TimeLagMethod::kExact, 1};
  std::string metrics = RenderSnapshotMetrics(*snapshot, {});
  EXPECT_THAT(metrics, HasSubstr("levelwind_group_arrived_per_second{group=\"billing\"} 3.5\n"));
  EXPECT_THAT(metrics, HasSubstr("levelwind_group_max_lag_seconds{group=\"billing\"} 40\n"));
  EXPECT_THAT(metrics, HasSubstr("levelwind_group_max_lag_error_seconds{group=\"billing\"} 1\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_group_drain_seconds"))) << "it falls behind";

  billing.lag_growth_per_s = -2;
  billing.time_lag = {40, TimeLagMethod::kAtLeast, kUnknown};
  snapshot->partitions[1].load.messages_in_per_s = kUnknown;
  metrics = RenderSnapshotMetrics(*snapshot, {});
  EXPECT_THAT(metrics, HasSubstr("levelwind_group_drain_seconds{group=\"billing\"} 5\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_group_max_lag_error_seconds")));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_group_arrived_per_second")))
      << "one partition's rate is not known";
}

TEST(Metrics, WhatTheExecutorDid) {
  ManualClock clock;
  FakeBackend backend;
  auto view = std::make_shared<ExecutorView>();
  OperationView running;
  running.id = "op1";
  running.state = OperationState::kHolding;
  running.eta_low_s = 20;
  view->operations = {running};
  ExecutorActivity& activity = view->activity;
  activity.guard_holds = {{"disk", 2}, {"latency", 0}};
  activity.guard_holding = "disk";
  activity.pauses = 1;
  activity.guard_pauses = 4;
  activity.cancels = 5;
  activity.guard_cancels = 6;
  activity.rollbacks = 7;
  activity.throttle_changes = 3;
  activity.quiet_hours = true;
  activity.day_bytes = 1000;
  activity.day_moves = 2;
  activity.day_bytes_limit = 5000;
  backend.executor = view;
  Api api(backend, clock, {});
  const std::string metrics = Body(Get(api, "/metrics"));
  for (const char* line :
       {"levelwind_guard_holds_total{kind=\"disk\"} 2\n",
        "levelwind_guard_holds_total{kind=\"latency\"} 0\n",
        "levelwind_guard_holding{kind=\"disk\"} 1\n",
        "levelwind_operation_stops_total{kind=\"pause\",by=\"person\"} 1\n",
        "levelwind_operation_stops_total{kind=\"pause\",by=\"guard\"} 4\n",
        "levelwind_operation_stops_total{kind=\"cancel\",by=\"person\"} 5\n",
        "levelwind_operation_stops_total{kind=\"cancel\",by=\"guard\"} 6\n",
        "levelwind_operation_stops_total{kind=\"rollback\",by=\"person\"} 7\n",
        "levelwind_throttle_changes_total 3\n", "levelwind_quiet_hours 1\n",
        "levelwind_budget_used{unit=\"bytes\"} 1000\n", "levelwind_budget_used{unit=\"moves\"} 2\n",
        "levelwind_budget_limit{unit=\"bytes\"} 5000\n",
        "levelwind_operation_eta_low_seconds{operation=\"op1\"} 20\n"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_budget_limit{unit=\"moves\"}")));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_guard_slowest_answer_ratio ")))
      << "unknown is left out";
}

TEST(Metrics, UnknownIsLeftOutAndNeverZero_I17) {
  const std::string metrics = RenderSnapshotMetrics(*SmallSnapshot({}), {});
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_partition_size_bytes{topic=\"users\"")));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_partition_bytes_in_per_second{topic=\"users\"")));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_group_total_lag{group=\"fresh\"")));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_group_lag{group=\"fresh\"")));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_broker_disk_bytes{broker=\"1\"}")));
  EXPECT_THAT(metrics, Not(HasSubstr("nan")));
  EXPECT_THAT(metrics, Not(HasSubstr(" -1\n")));
}

TEST(Metrics, TellWhatGroupsDoBesideReading) {
  const auto snapshot = SmallSnapshot({});
  const std::string metrics =
      RenderSnapshotMetrics(*snapshot, {}) +
      RenderSnapshotCounters(*snapshot, {}, MetricsText::Format::kPrometheus);
  for (const char* line :
       {"levelwind_group_activity_info{group=\"billing\",source=\"records\"} 1\n",
        "# TYPE levelwind_group_commits_total counter\n",
        "levelwind_group_commits_total{group=\"billing\"} 7\n",
        "levelwind_group_commit_interval_seconds{group=\"billing\"} 2\n",
        "levelwind_group_last_commit_timestamp_seconds{group=\"billing\"} 1767225597\n",
        "levelwind_group_rewinds_total{group=\"billing\"} 1\n",
        "levelwind_group_rebalances_total{group=\"billing\"} 4\n",
        "levelwind_group_last_rebalance_seconds{group=\"billing\"} 1\n",
        "levelwind_group_activity_info{group=\"fresh\",source=\"looks\"} 1\n"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_group_commits_total{group=\"fresh\"}")));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_offsets_topic"))) << "it is not read";
  const std::string open = RenderSnapshotCounters(*snapshot, {}, MetricsText::Format::kOpenMetrics);
  EXPECT_THAT(open, HasSubstr("# TYPE levelwind_group_commits counter\n"));
  EXPECT_THAT(open, HasSubstr("levelwind_group_commits_total{group=\"billing\"} 7\n"));
}

TEST(Metrics, TellWhatTheCanarySaw) {
  CanaryView view;
  CanaryPartition partition;
  partition.partition = 1;
  partition.leader = 3;
  partition.sent = 4;
  partition.round_trip.Add(0.007);
  partition.round_trip.Add(99);
  view.partitions = {partition};
  MetricsText text;
  RenderCanaryMetrics(view, text);
  const std::string metrics = text.Take();
  EXPECT_EQ(Promtool(metrics), "");
  for (const char* line :
       {"levelwind_canary_problem 0\n", "levelwind_canary_leader{partition=\"1\"} 3\n",
        "levelwind_canary_sent_total{partition=\"1\"} 4\n",
        "# TYPE levelwind_canary_round_trip_seconds histogram\n",
        "levelwind_canary_round_trip_seconds_bucket{partition=\"1\",le=\"0.005\"} 0\n",
        "levelwind_canary_round_trip_seconds_bucket{partition=\"1\",le=\"20.48\"} 1\n",
        "levelwind_canary_round_trip_seconds_bucket{partition=\"1\",le=\"+Inf\"} 2\n",
        "levelwind_canary_round_trip_seconds_sum{partition=\"1\"} 99.007\n",
        "levelwind_canary_round_trip_seconds_count{partition=\"1\"} 2\n",
        "levelwind_canary_commit_seconds_bucket{le=\"+Inf\"} 0\n"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
}

TEST(Metrics, TellHowTheReadingOfTheOffsetsTopicGoes) {
  auto snapshot = SmallSnapshot({});
  snapshot->offsets_topic.emplace();
  snapshot->offsets_topic->caught_up = true;
  OffsetsTopicCounts& counts = snapshot->offsets_topic->counts;
  counts.records[1] = 50;
  counts.records[OffsetsTopicCounts::kSlots - 1] = 2;
  counts.newer[24] = 3;
  counts.malformed[2] = 4;
  counts.transactions_aborted = 5;
  MetricsText text;
  RenderOffsetsTopicFamilies(*snapshot->offsets_topic, text);
  const std::string metrics = text.Take();
  EXPECT_EQ(Promtool(metrics), "");
  for (const char* line :
       {"levelwind_offsets_topic_caught_up 1\n",
        "levelwind_offsets_topic_records_total{type=\"1\"} 50\n",
        "levelwind_offsets_topic_records_total{type=\"other\"} 2\n",
        "levelwind_offsets_topic_skipped_records_total{type=\"24\",reason=\"newer\"} 3\n",
        "levelwind_offsets_topic_skipped_records_total{type=\"2\",reason=\"malformed\"} 4\n",
        "levelwind_offsets_topic_transactions_total{outcome=\"aborted\"} 5\n",
        "levelwind_offsets_topic_jumps_total 0\n"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_offsets_topic_behind_records"))) << "not known";
}

TEST(Metrics, HostileNamesStayCleanAndUnique) {
  auto snapshot = SmallSnapshot({});
  snapshot->groups.clear();
  for (const std::string& name :
       {std::string("g\"<img src=x>\\"), std::string("new\nline"), std::string("bad\xff"),
        std::string("bad\xfe"), std::string("twice"), std::string("twice"), std::string(""),
        std::string("nul\0byte", 8), std::string("} 1\nfoo 2\n# HELP x y"),
        std::string("\xed\xa0\x80")}) {
    ConsumerGroup group;
    group.name = name;
    group.offsets = {{0, -1, 1, 2}, {0, -1, 1, 2}, {99, -1, 1, 2}, {-1, -1, 1, 2}};
    group.total_lag = 2;
    snapshot->groups.push_back(group);
  }
  snapshot->topics[0].name = "t\"opic\n";
  snapshot->topics[1].name = "t\"opic\n";
  snapshot->brokers[0].rack = "r\"1\n\xff";
  snapshot->brokers[0].log_dirs.push_back(snapshot->brokers[0].log_dirs.front());
  const std::string metrics = RenderSnapshotMetrics(*snapshot, {});
  EXPECT_EQ(Promtool(metrics), "");
  EXPECT_EQ(Duplicates(metrics), "");
  EXPECT_THAT(metrics, HasSubstr("group=\"g\\\"<img src=x>\\\\\""));
  EXPECT_THAT(metrics, HasSubstr("group=\"new\\nline\""));
  // "bad\xfe" and the second "twice" (4 offsets each), and the second topic's one partition.
  EXPECT_THAT(metrics, HasSubstr("levelwind_metrics_left_out 9\n"));
}

TEST(Metrics, AreThereBeforeTheFirstSnapshot) {
  ManualClock clock;
  FakeBackend backend;
  backend.info.version = "0.1.0";
  backend.info.mode = "observe";
  Api api(backend, clock, {});
  const std::string metrics = Body(Get(api, "/metrics"));
  EXPECT_EQ(Promtool(metrics), "");
  EXPECT_THAT(metrics, HasSubstr("levelwind_ready 0\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("levelwind_partitions")));
}

TEST(SnapshotMetricsCache, RendersEachSnapshotOnce) {
  constexpr auto kText = MetricsText::Format::kPrometheus;
  SnapshotMetricsCache cache({});
  const SnapshotPtr first = SmallSnapshot({});
  const auto texts = cache.Get(first, kText);
  EXPECT_EQ(cache.Get(first, kText).gauges, texts.gauges);
  EXPECT_EQ(cache.Get(first, kText).counters, texts.counters);
  const auto open = cache.Get(first, MetricsText::Format::kOpenMetrics);
  EXPECT_EQ(open.gauges, texts.gauges) << "both formats share them";
  EXPECT_NE(*open.counters, *texts.counters);
  const SnapshotPtr second = SmallSnapshot({});
  EXPECT_NE(cache.Get(second, kText).gauges, texts.gauges);
  EXPECT_EQ(*cache.Get(nullptr, kText).gauges, "");
}

TEST(SnapshotMetricsCache, PreparesThePageWhileSomebodyScrapes) {
  SnapshotMetricsCache cache({});
  const auto prepared = [&] {
    const SnapshotPtr snapshot = SmallSnapshot({});
    cache.Prepare(snapshot);
    EXPECT_EQ(snapshot.use_count(), 1) << "the text is kept, not what it was written from";
    return cache.IsPrepared(snapshot);
  };
  EXPECT_FALSE(prepared()) << "nobody asked yet";
  cache.Get(SmallSnapshot({}), MetricsText::Format::kPrometheus);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(prepared()) << i;
  EXPECT_FALSE(prepared()) << "nobody asks any more";
  cache.Get(SmallSnapshot({}), MetricsText::Format::kPrometheus);
  EXPECT_TRUE(prepared());
}

TEST(MetricsText, WritesNoFamilyWithoutSamples) {
  MetricsText text;
  text.Family("a", MetricsText::Type::kGauge, "A.");
  text.Sample("", kUnknown);
  text.Family("b", MetricsText::Type::kCounter, "B.");
  text.Count("x=\"1\"", kUnknownCount);
  text.Count("x=\"2\"", 5);
  EXPECT_EQ(text.Take(), "# HELP b B.\n# TYPE b counter\nb{x=\"2\"} 5\n");
}

}  // namespace
}  // namespace levelwind::api
