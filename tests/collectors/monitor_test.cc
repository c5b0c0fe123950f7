#include "collectors/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/collectors/fake_admin.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::collectors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::FakeAdmin;
using ::testing::HasSubstr;
using testing::MonitorFixture;

class MonitorTest : public MonitorFixture {};

TEST_F(MonitorTest, TheFirstStepGivesAWholeSnapshot) {
  admin_.Produce("orders", 0, 100, 5'000);
  admin_.groups["billing"].commits = {{{"orders", 0}, 40}};
  const SnapshotPtr s = Step();
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->sequence, 1u);
  EXPECT_EQ(s->cluster_id, "cluster-1");
  ASSERT_EQ(s->brokers.size(), 4u);
  EXPECT_EQ(s->brokers[0].id, 1);
  EXPECT_EQ(s->brokers[0].rack, "r1");
  ASSERT_EQ(s->topics.size(), 2u);
  EXPECT_EQ(s->topics[0].name, "logs");
  const Partition* p = s->FindPartition("orders", 0);
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(p->log_end_offset, 100);
  EXPECT_EQ(p->log_start_offset, 0);
  EXPECT_EQ(s->SizeOf(*p), 5'000);
  EXPECT_EQ(s->FindGroup("billing")->total_lag, 60);
  ASSERT_EQ(s->sources.size(), 7u);
  for (const SourceStatus& source : s->sources) {
    EXPECT_TRUE(source.ok) << source.name << ": " << source.error;
    ASSERT_TRUE(source.age.has_value());
  }
}

TEST_F(MonitorTest, BrokersAreNewAliveOrDead) {
  admin_.AddTopic("lost", {{1, 9}});
  admin_.brokers[3].fenced = true;
  const SnapshotPtr s = Step();
  EXPECT_EQ(s->FindBroker(1)->state, BrokerState::kAlive);
  EXPECT_EQ(s->FindBroker(3)->state, BrokerState::kDead) << "fenced";
  EXPECT_EQ(s->FindBroker(4)->state, BrokerState::kNew) << "holds no replica";
  ASSERT_NE(s->FindBroker(9), nullptr) << "seen in a replica list only";
  EXPECT_EQ(s->FindBroker(9)->state, BrokerState::kDead);
  EXPECT_TRUE(s->FindBroker(9)->log_dirs.empty());
  EXPECT_TRUE(s->FindBroker(3)->log_dirs.empty());
}

TEST_F(MonitorTest, I17_ADeadBrokersSizesAreUnknownAndItsRackIsRemembered) {
  admin_.Produce("orders", 0, 10, 700);
  Step();
  admin_.brokers.erase(1);
  admin_.At("orders", 0).leader = 2;
  const SnapshotPtr s = After(seconds(5));
  const Broker* dead = s->FindBroker(1);
  EXPECT_EQ(dead->state, BrokerState::kDead);
  EXPECT_EQ(dead->rack, "r1");
  EXPECT_TRUE(dead->log_dirs.empty());
  for (const Replica& r : s->ReplicasOf(*s->FindPartition("orders", 0))) {
    EXPECT_EQ(r.size_bytes, r.broker == 1 ? kUnknownCount : 700) << r.broker;
    EXPECT_EQ(r.offline, r.broker == 1);
    EXPECT_EQ(r.in_sync, r.broker != 1);
  }
}

TEST_F(MonitorTest, AFailingSourceKeepsItsLastDataWithItsAgeAndSpoilsNoOther) {
  admin_.Produce("orders", 0, 100, 5'000);
  Step();
  admin_.failing = {"DescribeLogDirs"};
  admin_.Produce("orders", 0, 100, 5'000);
  After(seconds(5));
  const SnapshotPtr s = After(seconds(5));
  const Partition& p = *s->FindPartition("orders", 0);
  EXPECT_EQ(s->SizeOf(p), 5'000) << "the last good size";
  EXPECT_EQ(p.log_end_offset, 200) << "offsets go on";
  const SourceStatus& log_dirs = SourceOf(*s, "log_dirs");
  EXPECT_FALSE(log_dirs.ok);
  EXPECT_THAT(log_dirs.error, HasSubstr("DescribeLogDirs fails"));
  ASSERT_TRUE(log_dirs.age.has_value());
  EXPECT_EQ(*log_dirs.age, seconds(10));
  EXPECT_TRUE(SourceOf(*s, "offsets").ok);
  EXPECT_EQ(*SourceOf(*s, "offsets").age, Duration::zero());
}

TEST_F(MonitorTest, EachSourceMayFailAloneAndComesBack) {
  options_.group_describe_interval = Duration::zero();  // So that every look describes.
  for (const std::string call :
       {"DescribeCluster", "ListReassignments", "ListGroups", "DescribeGroups", "FetchGroupOffsets",
        "ListOffsets", "DescribeLogDirs"}) {
    SCOPED_TRACE(call);
    ResetMonitor();
    admin_.groups["billing"].commits = {{{"orders", 0}, 0}};
    Step();
    admin_.failing = {call};
    const SnapshotPtr broken = After(seconds(10));
    const auto failed = std::count_if(broken->sources.begin(), broken->sources.end(),
                                      [](const SourceStatus& source) { return !source.ok; });
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(broken->brokers.size(), 4u);
    EXPECT_EQ(broken->partitions.size(), 4u);
    EXPECT_NE(broken->FindGroup("billing"), nullptr);
    admin_.failing.clear();
    const SnapshotPtr healed = After(seconds(10));
    for (const SourceStatus& source : healed->sources) {
      EXPECT_TRUE(source.ok) << source.name << ": " << source.error;
      EXPECT_EQ(*source.age, Duration::zero()) << source.name;
    }
  }
}

TEST_F(MonitorTest, WithoutMetadataThereIsNoSnapshotButAReason) {
  admin_.failing = {"DescribeCluster"};
  EXPECT_EQ(Step(), nullptr);
  const auto sources = monitor_->sources().Get();
  ASSERT_NE(sources, nullptr);
  EXPECT_THAT(sources->front().error, HasSubstr("DescribeCluster fails"));
  EXPECT_FALSE(sources->front().age.has_value());
  EXPECT_THAT(admin_.calls, ElementsAre("DescribeCluster")) << "nothing to ask the others about";
  admin_.failing.clear();
  EXPECT_NE(After(seconds(1)), nullptr) << "tried again within a second";
}

TEST_F(MonitorTest, AHangingBrokerDelaysTheFirstSnapshotByLittle) {
  admin_.silent = {2};
  const SteadyTime began = clock_.Now();
  std::optional<Duration> first_snapshot;
  admin_.before_offsets = [&] {
    const SnapshotPtr first = monitor_->snapshots().Get();
    if (first != nullptr && !first_snapshot) first_snapshot = first->taken_at_steady - began;
  };
  const SnapshotPtr s = Step();
  ASSERT_TRUE(first_snapshot.has_value()) << "published while other sources still wait";
  EXPECT_LE(*first_snapshot, seconds(1));
  EXPECT_LE(clock_.Now() - began, CollectorOptions{}.step_budget + seconds(3));
  admin_.before_offsets = nullptr;
  const SourceStatus& log_dirs = SourceOf(*s, "log_dirs");
  EXPECT_FALSE(log_dirs.ok);
  EXPECT_THAT(log_dirs.error, HasSubstr("1 of 4 brokers"));
  EXPECT_THAT(log_dirs.error, HasSubstr("broker 2"));
  EXPECT_FALSE(s->FindBroker(1)->log_dirs.empty()) << "the others' answers are in";
  EXPECT_TRUE(s->FindBroker(2)->log_dirs.empty());
  EXPECT_FALSE(s->confidence.sizes);
}

TEST_F(MonitorTest, RequestsStayFewAndAreCounted) {
  admin_.groups["billing"].commits = {{{"orders", 0}, 0}};
  const SnapshotPtr s = Step();
  EXPECT_EQ(SourceOf(*s, "cluster").requests, 1u);
  EXPECT_EQ(SourceOf(*s, "reassignments").requests, 1u);
  EXPECT_EQ(SourceOf(*s, "groups").requests, 6u) << "4 lists, 1 describe, 1 fetch";
  EXPECT_EQ(SourceOf(*s, "offsets").requests, 9u) << "3 leaders, ends, starts and stable ends";
  EXPECT_EQ(SourceOf(*s, "log_dirs").requests, 4u);
  admin_.requests = 0;
  After(seconds(5));
  EXPECT_EQ(admin_.requests, 1u + 1u + 5u + 3u + 4u) << "starts and descriptions are not due";
}

TEST_F(MonitorTest, LooksComeQuicklyAtFirstAndThenAtTheirIntervals) {
  SteadyTime due = monitor_->Step(clock_.Now());
  std::map<std::string, int> calls;
  const SteadyTime began = clock_.Now();
  const auto run_until = [&](Duration at) {
    admin_.calls.clear();
    while (due <= began + at) {
      clock_.Advance(due - clock_.Now());
      due = monitor_->Step(clock_.Now());
    }
    calls.clear();
    for (const std::string& call : admin_.calls) ++calls[call];
  };
  run_until(seconds(12));
  EXPECT_EQ(calls["DescribeLogDirs"], 4) << "at 3, 6, 9, 12 s";
  EXPECT_EQ(calls["FetchGroupOffsets"], 0) << "there is no group";
  EXPECT_EQ(calls["ListGroups"], 4);
  EXPECT_EQ(calls["ListOffsets"], 4);
  EXPECT_EQ(calls["DescribeCluster"], 2) << "at 5 and 10 s";
  run_until(seconds(62));
  EXPECT_EQ(calls["DescribeLogDirs"], 5);
  EXPECT_EQ(calls["ListGroups"], 10);
  EXPECT_EQ(calls["DescribeCluster"], 10);
  run_until(seconds(63));
  admin_.calls.clear();
  EXPECT_EQ(due, began + seconds(65));
}

TEST_F(MonitorTest, I15_OnlyReadsAreSent) {
  admin_.groups["billing"].commits = {{{"orders", 0}, 0}};
  Step();
  for (int i = 0; i < 10; ++i) After(seconds(5));
  EXPECT_EQ(std::count(admin_.calls.begin(), admin_.calls.end(), "write"), 0);
  EXPECT_GT(admin_.calls.size(), 50u);
}

TEST_F(MonitorTest, ReassignmentsMarkTheirPartitions) {
  admin_.reassignments = {{{"orders", 1}, {2, 3, 4}, {4}, {2}}, {{"ghost", 0}, {1, 2}, {2}, {1}}};
  const SnapshotPtr s = Step();
  EXPECT_TRUE(s->FindPartition("orders", 1)->reassigning);
  EXPECT_FALSE(s->FindPartition("orders", 0)->reassigning);
  ASSERT_EQ(s->reassignments.size(), 2u) << "one of a topic that the metadata lacks counts too";
  EXPECT_THAT(s->FindReassignment({"orders", 1})->adding, ElementsAre(4));
}

TEST_F(MonitorTest, AnotherClusterAtTheSameAddressIsNotMixedIn) {
  Step();
  admin_.cluster_id = "cluster-2";
  admin_.topics.erase("logs");
  const SnapshotPtr s = After(seconds(5));
  EXPECT_EQ(s->cluster_id, "cluster-1");
  EXPECT_NE(s->FindTopic("logs"), nullptr);
  EXPECT_THAT(SourceOf(*s, "cluster").error, HasSubstr("cluster-2"));
}

TEST_F(MonitorTest, NonsenseIsLeftOutAndCounted) {
  admin_.Produce("orders", 0, 5, 50);
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  admin_.extra_replicas = {{{"orders", 0}, -5, 0, false},     // negative size
                           {{"orders", 0}, kHuge, 0, false},  // of no disk there is
                           {{"logs", 0}, kHuge, 0, false},
                           {{"nowhere", 3}, 10, 0, false},  // unknown topic
                           {{"logs", 0}, 999, 0, true}};    // a copy between log dirs
  admin_.extra_offsets = {{{"nowhere", 0}, 0, 7, -1}, {{"orders", 0}, 0, -9, -1}};
  kafka::TopicInfo bad;
  bad.name = "bad";
  bad.partitions.resize(4);
  bad.partitions[0].number = -3;
  bad.partitions[0].replicas = {1};
  bad.partitions[1].number = 0;  // no replica
  bad.partitions[2].number = 1;
  bad.partitions[2].replicas = {1, 1, -7};
  bad.partitions[2].leader = 3;  // holds no replica
  bad.partitions[3] = bad.partitions[2];
  admin_.extra_topics = {bad, bad};
  admin_.topics["bad"];
  const SnapshotPtr s = Step();
  EXPECT_EQ(SourceOf(*s, "cluster").skipped, 2u + 3u) << "two topics of one name, three partitions";
  EXPECT_EQ(SourceOf(*s, "log_dirs").skipped, 16u) << "four on each of four brokers";
  EXPECT_EQ(SourceOf(*s, "offsets").skipped, 6u) << "two in ends, starts and stable ends";
  EXPECT_EQ(s->SizeOf(*s->FindPartition("orders", 0)), 50);
  EXPECT_EQ(s->FindPartition("orders", 0)->log_end_offset, 5);
  ASSERT_EQ(s->PartitionsOf(*s->FindTopic("bad")).size(), 1u);
  const Partition* p = s->FindPartition("bad", 1);
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(p->leader, kNoBroker);
  EXPECT_THAT(s->ReplicaIds(*p), ElementsAre(1));
  EXPECT_EQ(s->FindBroker(4)->log_dirs[0].replica_bytes, 10) << "on disk, of whatever topic";
}

TEST_F(MonitorTest, ATopicThatCannotBeDescribedOnceStays) {
  admin_.Produce("logs", 0, 8, 80);
  Step();
  admin_.topics["logs"].error = 5;
  const SnapshotPtr s = After(seconds(5));
  ASSERT_NE(s->FindPartition("logs", 0), nullptr);
  EXPECT_EQ(s->FindPartition("logs", 0)->log_end_offset, 8);
  EXPECT_THAT(s->ReplicaIds(*s->FindPartition("logs", 0)), ElementsAre(3, 1));
}

TEST_F(MonitorTest, TopicsComeAndGoAndFiguresStayWithTheirPartitions) {
  admin_.Produce("orders", 2, 30, 300);
  admin_.groups["billing"].commits = {{{"orders", 2}, 10}};
  Step();
  admin_.AddTopic("aaa", {{1, 2}, {2, 3}});
  admin_.topics.erase("logs");
  admin_.failing = {"ListOffsets", "DescribeLogDirs", "ListGroups"};
  const SnapshotPtr s = After(seconds(5));
  const Partition* p = s->FindPartition("orders", 2);
  EXPECT_EQ(p->log_end_offset, 30);
  EXPECT_EQ(s->SizeOf(*p), 300);
  EXPECT_EQ(s->FindPartition("aaa", 0)->log_end_offset, kUnknownCount);
  EXPECT_EQ(s->SizeOf(*s->FindPartition("aaa", 0)), kUnknownCount);
  const ConsumerGroup* group = s->FindGroup("billing");
  ASSERT_EQ(group->offsets.size(), 1u);
  EXPECT_EQ(&s->partitions[static_cast<std::size_t>(group->offsets[0].partition)], p);
  EXPECT_EQ(group->total_lag, 20);
}

TEST_F(MonitorTest, OfflineLogDirsAreAnAnswer) {
  admin_.offline_dirs = {2};
  const SnapshotPtr s = Step();
  const Broker* broker = s->FindBroker(2);
  ASSERT_EQ(broker->log_dirs.size(), 2u);
  EXPECT_FALSE(broker->log_dirs[0].offline);
  EXPECT_TRUE(broker->log_dirs[1].offline);
  EXPECT_EQ(broker->capacity.disk_bytes, 1'000'000) << "of what is online";
  EXPECT_TRUE(SourceOf(*s, "log_dirs").ok);
}

TEST_F(MonitorTest, ConfidenceSaysWhatIsKnown) {
  SnapshotPtr s = Step();
  EXPECT_TRUE(s->confidence.sizes);
  EXPECT_FALSE(s->confidence.rates);
  EXPECT_EQ(s->confidence.label, "sizes and counts; rates in 9 s");
  EXPECT_DOUBLE_EQ(s->confidence.measured_share, 1.0);
  s = After(seconds(3));
  EXPECT_EQ(s->confidence.label, "sizes and counts; rates in 6 s");
  EXPECT_TRUE(IsKnown(s->FindPartition("orders", 0)->load.bytes_in_per_s)) << "but not trusted yet";
  After(seconds(3));
  s = After(seconds(3));
  EXPECT_TRUE(s->confidence.rates);
  EXPECT_EQ(s->confidence.rates_in_s, 0);
  EXPECT_EQ(s->confidence.label, "sizes, counts and rates (9 s)");
  admin_.silent = {2};
  for (int i = 0; i < 20; ++i) s = After(seconds(10));
  EXPECT_FALSE(s->confidence.sizes) << "one broker's sizes are too old";
  EXPECT_THAT(s->confidence.label, HasSubstr("sizes of 1 of 4 brokers unknown"));
}

TEST_F(MonitorTest, AWindowShorterThanNineSecondsGivesRatesAllTheSame) {
  options_.rate_window = options_.offset_interval = options_.log_dir_interval = seconds(2);
  ResetMonitor();
  Step();
  for (int i = 0; i < 10; ++i) After(seconds(2));
  EXPECT_TRUE(monitor_->snapshots().Get()->confidence.rates);
}

TEST_F(MonitorTest, ConfidenceInRatesEndsWhenOffsetsCannotBeRead) {
  SnapshotPtr s = Step();
  for (int i = 0; i < 6; ++i) s = After(seconds(5));
  ASSERT_TRUE(s->confidence.rates);
  admin_.failing = {"ListOffsets"};
  for (int i = 0; i < 14; ++i) s = After(seconds(5));
  EXPECT_FALSE(s->confidence.rates);
  EXPECT_THAT(s->confidence.label, HasSubstr("no rates"));
  EXPECT_FALSE(IsKnown(s->FindPartition("orders", 0)->load.messages_in_per_s));
}

}  // namespace
}  // namespace levelwind::collectors
