#include <gtest/gtest.h>

#include "model/cluster_snapshot.h"

namespace levelwind {
namespace {

ClusterSnapshot Full() {
  ClusterSnapshot snapshot;
  snapshot.cluster_id = "c";
  snapshot.sequence = 7;
  snapshot.brokers.resize(1);
  snapshot.topics.resize(1);
  snapshot.partitions.resize(1);
  snapshot.replicas.resize(3);
  ConsumerGroup group;
  group.name = "billing";
  group.state = "Stable";
  group.member_count = 2;
  group.owners = {{"app", "/10.0.0.7", "app-1"}};
  group.offsets = {{0, 0, 90, 10}, {1, -1, 5, 0}};
  group.total_lag = 10;
  group.lag_growth_per_s = 1.5;
  group.consume_rate_per_s = 3;
  snapshot.groups.push_back(group);
  return snapshot;
}

TEST(OutlineTest, KeepsWhatLaterLooksAreComparedWith) {
  const ClusterSnapshot outline = OutlineOf(Full());
  EXPECT_EQ(outline.cluster_id, "c");
  EXPECT_EQ(outline.sequence, 7u);
  EXPECT_EQ(outline.brokers.size(), 1u);
  const ConsumerGroup* group = outline.FindGroup("billing");
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->state, "Stable");
  EXPECT_EQ(group->member_count, 2);
  EXPECT_EQ(group->total_lag, 10);
  EXPECT_EQ(group->lag_growth_per_s, 1.5);
  EXPECT_EQ(group->consume_rate_per_s, 3);
}

TEST(OutlineTest, HoldsNothingPerPartition) {
  const ClusterSnapshot outline = OutlineOf(Full());
  EXPECT_TRUE(outline.topics.empty());
  EXPECT_TRUE(outline.partitions.empty());
  EXPECT_TRUE(outline.replicas.empty());
  EXPECT_TRUE(outline.groups.at(0).offsets.empty());
}

TEST(OutlineTest, LeavesOutGroupsThatDoNotFallBehind) {
  ClusterSnapshot full = Full();
  full.groups.push_back(full.groups[0]);
  full.groups[1].name = "level";
  full.groups[1].lag_growth_per_s = 0;
  full.groups.push_back(full.groups[0]);
  full.groups[2].name = "new";
  full.groups[2].lag_growth_per_s = kUnknown;
  const ClusterSnapshot outline = OutlineOf(full);
  ASSERT_EQ(outline.groups.size(), 1u);
  EXPECT_EQ(outline.groups[0].name, "billing");
}

TEST(OwnerTest, IsTheMemberOrNothing) {
  const ConsumerGroup group = Full().groups.at(0);
  EXPECT_EQ(group.OwnerOf(group.offsets.at(0)), "app/10.0.0.7");
  EXPECT_EQ(group.OwnerOf(group.offsets.at(1)), "");
}

}  // namespace
}  // namespace levelwind
