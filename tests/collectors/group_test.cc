#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "collectors/monitor.h"
#include "tests/collectors/fake_admin.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::collectors {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MonitorFixture;

class GroupTest : public MonitorFixture {
 protected:
  GroupTest() {
    for (int p = 0; p < 3; ++p) admin_.Produce("orders", p, 100, 1000);
    admin_.groups["billing"].commits = {{{"orders", 0}, 90}, {{"orders", 1}, 100}};
  }
  static const GroupOffset* OffsetOf(const ClusterSnapshot& s, const std::string& group,
                                     const std::string& topic, int partition) {
    const Partition* p = s.FindPartition(topic, partition);
    for (const GroupOffset& offset : s.FindGroup(group)->offsets) {
      if (&s.partitions[static_cast<std::size_t>(offset.partition)] == p) return &offset;
    }
    return nullptr;
  }
};

TEST_F(GroupTest, LagIsEndMinusCommitted) {
  const SnapshotPtr s = Step();
  const ConsumerGroup* group = s->FindGroup("billing");
  ASSERT_EQ(group->offsets.size(), 2u);
  EXPECT_EQ(OffsetOf(*s, "billing", "orders", 0)->lag, 10);
  EXPECT_EQ(OffsetOf(*s, "billing", "orders", 1)->lag, 0);
  EXPECT_EQ(group->total_lag, 10);
  EXPECT_EQ(group->state, "Stable");
  EXPECT_EQ(group->type, "consumer");
  EXPECT_EQ(group->coordinator, 1);
}

TEST_F(GroupTest, EndsAreReadAfterCommitsSoProductionMeanwhileOnlyAdds) {
  admin_.before_offsets = [&] { admin_.Produce("orders", 1, 7, 70); };
  EXPECT_EQ(OffsetOf(*Step(), "billing", "orders", 1)->lag, 7);
}

TEST_F(GroupTest, ACommitBeyondTheEndHasNoLag) {
  admin_.groups["billing"].commits = {{{"orders", 0}, 500}};
  EXPECT_EQ(Step()->FindGroup("billing")->total_lag, 0);
}

TEST_F(GroupTest, I17_AnUnknownEndMakesTheLagAndTheTotalUnknown) {
  admin_.At("orders", 0).offset_error = 3;
  const SnapshotPtr s = Step();
  EXPECT_EQ(OffsetOf(*s, "billing", "orders", 0)->lag, kUnknownCount);
  EXPECT_EQ(OffsetOf(*s, "billing", "orders", 1)->lag, 0);
  EXPECT_EQ(s->FindGroup("billing")->total_lag, kUnknownCount);
  EXPECT_THAT(SourceOf(*s, "offsets").error, HasSubstr("orders-0"));
}

TEST_F(GroupTest, I17_AGroupWithoutCommitsHasNoLagAtAll) {
  admin_.groups["fresh"];
  const SnapshotPtr s = Step();
  EXPECT_TRUE(s->FindGroup("fresh")->offsets.empty());
  EXPECT_EQ(s->FindGroup("fresh")->total_lag, kUnknownCount);
  EXPECT_FALSE(IsKnown(After(seconds(5))->FindGroup("fresh")->consume_rate_per_s));
}

TEST_F(GroupTest, AnAssignedPartitionWithoutACommitIsShownButNotPartOfTheLag) {
  kafka::GroupMember member;
  member.client_id = "app";
  member.host = "/10.0.0.7";
  member.assigned = {{"orders", 0}, {"orders", 2}};
  admin_.groups["billing"].members = {member};
  admin_.groups["billing"].commits[{"orders", 1}] = -1;  // How a broker says "no commit".
  const SnapshotPtr s = Step();
  const ConsumerGroup* group = s->FindGroup("billing");
  EXPECT_EQ(group->member_count, 1);
  ASSERT_EQ(group->offsets.size(), 2u);
  EXPECT_EQ(group->OwnerOf(*OffsetOf(*s, "billing", "orders", 0)), "app/10.0.0.7");
  const GroupOffset* assigned = OffsetOf(*s, "billing", "orders", 2);
  ASSERT_NE(assigned, nullptr);
  EXPECT_EQ(assigned->committed, kUnknownCount);
  EXPECT_EQ(assigned->lag, kUnknownCount);
  EXPECT_EQ(group->OwnerOf(*assigned), "app/10.0.0.7");
  EXPECT_EQ(group->total_lag, 10);
}

TEST_F(GroupTest, MembersAreAskedForWhenTheListShowsAChangeAndNowAndThen) {
  const auto describes = [&] { return std::ranges::count(admin_.calls, "DescribeGroups"); };
  kafka::GroupMember member;
  member.client_id = "app";
  member.host = "/10.0.0.7";
  member.assigned = {{"orders", 0}};
  admin_.groups["billing"].members = {member};
  Step();
  EXPECT_EQ(describes(), 1);
  const SnapshotPtr same = After(seconds(5));
  EXPECT_EQ(describes(), 1) << "nothing has changed";
  EXPECT_EQ(same->FindGroup("billing")->member_count, 1);
  const GroupOffset* kept = OffsetOf(*same, "billing", "orders", 0);
  EXPECT_EQ(same->FindGroup("billing")->OwnerOf(*kept), "app/10.0.0.7");

  admin_.groups["billing"].state = "PreparingRebalance";
  After(seconds(5));
  EXPECT_EQ(describes(), 2) << "its state changed";
  After(seconds(5));
  EXPECT_EQ(describes(), 3) << "it is between two stable states";
  admin_.groups["billing"].state = "Stable";
  After(seconds(5));
  EXPECT_EQ(describes(), 4);
  After(seconds(5));
  EXPECT_EQ(describes(), 4);
  admin_.groups["billing"].coordinator = 2;
  After(seconds(5));
  EXPECT_EQ(describes(), 5) << "another broker coordinates it";

  admin_.groups["billing"].members.clear();
  const SnapshotPtr later = After(options_.group_describe_interval);
  EXPECT_EQ(describes(), 6) << "a rebalance between two looks shows in no list";
  EXPECT_EQ(later->FindGroup("billing")->member_count, 0);
}

TEST_F(GroupTest, ACommitThatCannotBeReadMakesTheTotalUnknown) {
  admin_.groups["billing"].commit_errors = {{{"orders", 0}, 29}};
  EXPECT_EQ(Step()->FindGroup("billing")->total_lag, kUnknownCount);
}

TEST_F(GroupTest, CommitsOnDeletedTopicsAreLeftOutAndCounted) {
  admin_.groups["billing"].commits[{"gone", 0}] = 5;
  const SnapshotPtr s = Step();
  EXPECT_EQ(s->FindGroup("billing")->total_lag, 10);
  EXPECT_EQ(SourceOf(*s, "groups").skipped, 1u);
}

TEST_F(GroupTest, I17_AGroupOfAnUnreachableCoordinatorStaysAsUnknown) {
  admin_.groups["billing"].coordinator = 4;
  admin_.groups["other"].commits = {{{"orders", 2}, 60}};
  Step();
  admin_.silent = {4};
  admin_.Produce("orders", 0, 1000, 1000);
  SnapshotPtr s = After(seconds(5));
  ASSERT_NE(s->FindGroup("billing"), nullptr);
  EXPECT_EQ(s->FindGroup("billing")->state, "Unknown");
  EXPECT_EQ(s->FindGroup("billing")->total_lag, 10) << "as last seen, not against newer ends";
  EXPECT_EQ(s->FindGroup("other")->total_lag, 40);
  EXPECT_EQ(s->FindGroup("other")->state, "Stable");
  EXPECT_FALSE(SourceOf(*s, "groups").ok);
  EXPECT_THAT(admin_.groups_asked, ElementsAre("other")) << "asking would cost another timeout";
  for (int i = 0; i < 15; ++i) s = After(seconds(5));
  EXPECT_EQ(s->FindGroup("billing")->total_lag, kUnknownCount) << "too old to be told as a figure";
  admin_.silent.clear();
  s = After(seconds(5));
  EXPECT_EQ(s->FindGroup("billing")->state, "Stable");
  EXPECT_EQ(s->FindGroup("billing")->total_lag, 1010);
}

TEST_F(GroupTest, AGroupWhoseCoordinatorDiedStaysUntilAnotherAnswersForIt) {
  admin_.groups["billing"].coordinator = 4;
  Step();
  admin_.brokers.erase(4);  // Not even asked any more: nobody lists the group.
  SnapshotPtr s = After(seconds(5));
  ASSERT_NE(s->FindGroup("billing"), nullptr);
  EXPECT_EQ(s->FindGroup("billing")->state, "Unknown");
  EXPECT_THAT(SourceOf(*s, "groups").error, HasSubstr("COORDINATOR_NOT_AVAILABLE"));
  admin_.groups["billing"].coordinator = 2;
  s = After(seconds(5));
  EXPECT_EQ(s->FindGroup("billing")->state, "Stable");
  EXPECT_EQ(s->FindGroup("billing")->coordinator, 2);
}

TEST_F(GroupTest, AGroupThatIsNotListedIsAskedForByName) {
  Step();
  admin_.groups["billing"].unlisted = true;
  admin_.groups["billing"].commits[{"orders", 0}] = 95;
  const SnapshotPtr s = After(seconds(5));
  ASSERT_NE(s->FindGroup("billing"), nullptr);
  EXPECT_EQ(s->FindGroup("billing")->total_lag, 5);
  EXPECT_EQ(s->FindGroup("billing")->state, "Stable");
}

TEST_F(GroupTest, ADeletedGroupIsForgotten) {
  admin_.groups["other"];
  Step();
  admin_.groups.erase("billing");
  EXPECT_EQ(After(seconds(5))->FindGroup("billing"), nullptr);
  admin_.groups.erase("other");
  EXPECT_TRUE(After(seconds(5))->groups.empty());
}

TEST_F(GroupTest, ShareAndStreamsGroupsAreListedWithoutLag) {
  admin_.groups["shared"].type = "Share";
  admin_.groups["shared"].commits = {{{"orders", 0}, 0}};
  SnapshotPtr s = Step();
  ASSERT_NE(s->FindGroup("shared"), nullptr);
  EXPECT_EQ(s->FindGroup("shared")->type, "share");
  EXPECT_EQ(s->FindGroup("shared")->state, "Stable");
  EXPECT_EQ(s->FindGroup("shared")->total_lag, kUnknownCount);
  admin_.groups.erase("shared");
  EXPECT_EQ(After(seconds(5))->FindGroup("shared"), nullptr);
}

TEST_F(GroupTest, WithoutNewEndsTheLastLagStaysThenIsUnknown) {
  Step();
  admin_.failing = {"ListOffsets"};
  admin_.groups["billing"].commits[{"orders", 0}] = 100;
  SnapshotPtr s = After(seconds(5));
  EXPECT_EQ(OffsetOf(*s, "billing", "orders", 0)->committed, 100);
  EXPECT_EQ(s->FindGroup("billing")->total_lag, 10) << "of the last pair that belongs together";
  for (int i = 0; i < 13; ++i) s = After(seconds(5));
  EXPECT_EQ(s->FindGroup("billing")->total_lag, kUnknownCount);
}

TEST_F(GroupTest, RatesComeFromTheLooksOfTheWindow) {
  SnapshotPtr s = Step();
  EXPECT_FALSE(IsKnown(s->FindGroup("billing")->consume_rate_per_s));
  for (int i = 0; i < 8; ++i) {
    admin_.Produce("orders", 0, 500, 5000);
    admin_.groups["billing"].commits[{"orders", 0}] += 200;
    s = After(seconds(5));
    EXPECT_DOUBLE_EQ(s->FindGroup("billing")->consume_rate_per_s, 40);
    EXPECT_DOUBLE_EQ(s->FindGroup("billing")->lag_growth_per_s, 60);
  }
  for (int i = 0; i < 5; ++i) s = After(seconds(5));
  EXPECT_DOUBLE_EQ(s->FindGroup("billing")->consume_rate_per_s, 0) << "stalled";
}

TEST_F(GroupTest, AnOffsetResetOrANewPartitionIsNoConsumption) {
  Step();
  admin_.groups["billing"].commits[{"orders", 0}] = 0;
  admin_.groups["billing"].commits[{"orders", 2}] = 50;
  const SnapshotPtr s = After(seconds(5));
  EXPECT_DOUBLE_EQ(s->FindGroup("billing")->consume_rate_per_s, 0);
  EXPECT_EQ(s->FindGroup("billing")->total_lag, 150);
  EXPECT_DOUBLE_EQ(s->FindGroup("billing")->lag_growth_per_s, 18) << "90 in 5 s on partition 0";
}

TEST_F(GroupTest, ARecreatedTopicTakesItsCommitsAlong) {
  Step();
  admin_.Recreate("orders");
  admin_.failing = {"ListGroups", "ListOffsets"};
  const SnapshotPtr s = After(seconds(5));
  EXPECT_TRUE(s->FindGroup("billing")->offsets.empty()) << "they were of the old topic";
  EXPECT_EQ(s->FindGroup("billing")->total_lag, kUnknownCount);
}

// A million commits at once are 100 MB beside those that are kept.
TEST_F(GroupTest, CommitsOfManyGroupsAreReadInPartsOfWholeCoordinators) {
  admin_.groups.clear();
  constexpr int kGroups = 9000;
  for (int g = 0; g < kGroups; ++g) {
    auto& group = admin_.groups[fmt::format("g-{:05}", g)];
    group.coordinator = g % 3 + 1;
    group.commits = {{{"orders", g % 3}, 90}};
  }
  const SnapshotPtr s = Step();
  ASSERT_EQ(s->groups.size(), std::size_t{kGroups});
  for (const ConsumerGroup& group : s->groups) ASSERT_EQ(group.total_lag, 10) << group.name;
  EXPECT_EQ(std::ranges::count(admin_.calls, "FetchGroupOffsets"), 3);
  EXPECT_EQ(admin_.groups_asked.size(), 3000u);
  for (const std::string& name : admin_.groups_asked) EXPECT_EQ(admin_.groups[name].coordinator, 3);
}

}  // namespace
}  // namespace levelwind::collectors
