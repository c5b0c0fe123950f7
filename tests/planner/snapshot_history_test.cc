#include "planner/snapshot_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "model/cluster_facts.h"
#include "planner/snapshot_file.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

ClusterSnapshot Sample() {
  levelwind::testing::SnapshotBuilder builder;
  builder.AddBroker(1, "r1").AddBroker(2, "r2");
  ClusterSnapshot snapshot = builder.AddTopic("a.b", {{1, 2}, {2, 1}}).Build();
  snapshot.taken_at = {1'700'000'000'123};
  snapshot.brokers[0].log_dirs[0].total_bytes = 1000;
  snapshot.brokers[0].log_dirs[0].usable_bytes = 250;
  snapshot.brokers[0].metrics.source = LoadSource::kPrometheus;
  snapshot.brokers[0].metrics.log_flush_p999_ms = 12.5;
  snapshot.brokers[0].metrics.clients = {{.client = "e\"tl", .produce_bytes_per_s = 7}};
  snapshot.partitions[1].log_start_offset = 5;
  snapshot.partitions[1].log_end_offset = 50;
  snapshot.replicas[3].offline = true;
  ConsumerGroup group;
  group.name = "billing\n";
  group.state = "Stable";
  group.member_count = 2;
  group.owners = {{"c", "/10.0.0.1", "c-1"}};
  group.verdict = LagVerdict::kStalled;
  group.activity.rebalances = 4;
  group.total_lag = 9;
  group.offsets.Edit().push_back(
      {.partition = 1, .owner = 0, .committed = 41, .lag = 9, .lag_seconds = 3.5F});
  group.offsets.Edit().back().verdict = LagVerdict::kStalled;
  snapshot.groups = {group};
  auto facts = std::make_shared<ClusterFacts>();
  TopicSettings& settings = facts->topics.emplace_back();
  settings.topic = "a.b";
  settings.min_insync_replicas = 2;
  settings.retention_ms = TopicSettings::kNoLimit;
  settings.deleted = true;
  facts->quorum.emplace().leader = 101;
  facts->quorum->members.push_back({102, true, 3, 0.5});
  snapshot.facts = facts;
  return snapshot;
}

TEST(SnapshotHistory, ALineGivesBackWhatTheDetectorsLookAt) {
  const ClusterSnapshot sample = Sample();
  const std::string line = WriteHistoryLine(sample);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << "one line";
  const auto read = ParseHistoryLine(line);
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_EQ(read->taken_at, sample.taken_at);
  EXPECT_EQ(read->brokers[0].log_dirs[0].usable_bytes, 250);
  EXPECT_EQ(read->brokers[0].metrics.log_flush_p999_ms, 12.5);
  EXPECT_FALSE(IsKnown(read->brokers[0].metrics.bytes_in_per_s));
  EXPECT_FALSE(read->brokers[1].metrics.known());
  ASSERT_EQ(read->brokers[0].metrics.clients.size(), 1U);
  EXPECT_EQ(read->brokers[0].metrics.clients[0].client, "e\"tl");
  EXPECT_EQ(read->partitions[0].log_start_offset, kUnknownCount);
  EXPECT_EQ(read->partitions[1].log_start_offset, 5);
  EXPECT_TRUE(read->replicas[3].offline);
  ASSERT_EQ(read->groups.size(), 1U);
  const ConsumerGroup& group = read->groups[0];
  EXPECT_EQ(group.name, "billing\n");
  EXPECT_EQ(group.verdict, LagVerdict::kStalled);
  EXPECT_EQ(group.activity.rebalances, 4);
  EXPECT_EQ(group.owners[0].member_id, "c-1");
  ASSERT_EQ(group.offsets.size(), 1U);
  EXPECT_EQ(group.offsets[0].committed, 41);
  EXPECT_EQ(group.offsets[0].lag_seconds, 3.5F);
  EXPECT_EQ(group.offsets[0].verdict, LagVerdict::kStalled);
  ASSERT_NE(read->facts, nullptr);
  EXPECT_EQ(read->facts->FindTopic("a.b")->min_insync_replicas, 2);
  EXPECT_EQ(read->facts->FindTopic("a.b")->retention_ms, TopicSettings::kNoLimit);
  EXPECT_EQ(read->facts->quorum->members[0].id, 102);
}

TEST(SnapshotHistory, ALineCanBePlannedOnAndASnapshotIsALine) {
  EXPECT_TRUE(ParseSnapshotJson(WriteHistoryLine(Sample())).ok());
  const auto read = ParseHistoryLine(WriteSnapshotJson(Sample()));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->facts, nullptr);
}

TEST(SnapshotHistory, NonsenseNamesItsPlace) {
  std::string line = WriteHistoryLine(Sample());
  line.replace(line.find("[1,0,41,9"), 9, "[9,0,41,9");
  const auto read = ParseHistoryLine(line);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message().find("history.groups[0].offsets"), std::string::npos)
      << read.error().message();
}

}  // namespace
}  // namespace levelwind::planner
