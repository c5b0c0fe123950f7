// From a snapshot to what is decided about the groups that are looked after.
#include "planner/autoscale/group_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "planner/autoscale/snapshot_feed.h"
#include "tests/support/manual_clock.h"
#include "tests/support/snapshot_builder.h"

namespace levelwind::planner {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class GroupBookTest : public ::testing::Test {
 protected:
  GroupBookTest() {
    snapshot_ = testing::SnapshotBuilder()
                    .AddBroker(1, "a")
                    .AddTopic("orders", std::vector<std::vector<BrokerId>>(3, {1}))
                    .AddTopic("other", std::vector<std::vector<BrokerId>>(1, {1}))
                    .Build();
    snapshot_.sources.emplace_back().name = "offsets";
    AddGroup("billing");
    Tick(0);
  }

  void AddGroup(const std::string& name) {
    ConsumerGroup group;
    group.name = name;
    group.type = "classic";
    group.state = "Stable";
    group.assignor = "range";
    group.member_count = 2;
    group.owners = {{"app", "/10.0.0.7", name + "-1", ""}};
    group.offsets.Edit().resize(2);
    group.offsets.Edit()[0].partition = 0;
    group.offsets.Edit()[0].owner = 0;
    group.offsets.Edit()[0].committed = 100;
    group.offsets.Edit()[1].partition = 1;
    snapshot_.groups.push_back(group);
  }

  /// A new look, `records` later.
  void Tick(std::int64_t records) {
    clock_.Advance(5s);
    snapshot_.taken_at = clock_.WallNow();
    snapshot_.taken_at_steady = clock_.Now();
    snapshot_.sources[0].age = Duration(1s);
    for (Partition& partition : snapshot_.partitions) {
      partition.log_start_offset = 0;
      partition.log_end_offset = KnownOr(partition.log_end_offset, 100.0) + records;
    }
    for (ConsumerGroup& group : snapshot_.groups) {
      group.commits_at = clock_.Now() - 2s;
      group.offsets.Edit()[0].committed += records;
    }
  }

  static GroupBook Book(std::vector<WatchedGroups> watched) {
    auto book = GroupBook::Create(std::move(watched));
    EXPECT_TRUE(book.ok()) << book.error().message();
    return std::move(book).value();
  }
  std::vector<GroupVerdict> Decide(GroupBook& book) {
    return book.Decide(snapshot_, {}, clock_.Now());
  }

  testing::ManualClock clock_;
  ClusterSnapshot snapshot_;
};

TEST_F(GroupBookTest, AGroupIsSeenWithAllPartitionsOfItsTopics) {
  const GroupScalingInput input = ScalingInputOf(snapshot_, snapshot_.groups[0]);
  EXPECT_EQ(input.group, "billing");
  ASSERT_EQ(input.topics, std::vector<std::string>{"orders"});
  ASSERT_EQ(input.partitions.size(), 3u);
  EXPECT_EQ(input.partitions[0].committed, 100);
  EXPECT_EQ(input.partitions[0].owner, 0);
  EXPECT_FALSE(input.partitions[0].no_commit);
  EXPECT_TRUE(input.partitions[1].no_commit) << "it has none there, and all could be read";
  EXPECT_TRUE(input.partitions[2].no_commit) << "nor in one that it does not own";
  EXPECT_EQ(input.partitions[2].owner, -1);
  ASSERT_EQ(input.members.size(), 2u) << "one has no partition, and is a member too";
  EXPECT_EQ(input.phase, GroupPhase::kStable);
  EXPECT_EQ(input.protocol, GroupProtocol::kEager);
  EXPECT_TRUE(input.complete);
}

TEST_F(GroupBookTest, DataIsAsOldAsItsOldestPart) {
  EXPECT_EQ(ScalingInputOf(snapshot_, snapshot_.groups[0]).seen_at, clock_.Now() - 2s);
  snapshot_.sources[0].age = Duration(40s);
  const GroupScalingInput input = ScalingInputOf(snapshot_, snapshot_.groups[0]);
  EXPECT_EQ(input.seen_at, clock_.Now() - 40s);
  EXPECT_EQ(input.at.unix_ms, clock_.WallNow().unix_ms - 40'000);
}

TEST_F(GroupBookTest, I17_ACommitThatCouldNotBeReadIsNotNone) {
  snapshot_.groups[0].commits_missing = true;
  const GroupScalingInput input = ScalingInputOf(snapshot_, snapshot_.groups[0]);
  EXPECT_FALSE(input.partitions[1].no_commit);
  EXPECT_FALSE(IsKnown(input.partitions[1].committed));
  EXPECT_FALSE(input.complete);
}

TEST_F(GroupBookTest, I17_AGroupWhoseCoordinatorIsSilentIsIncomplete) {
  snapshot_.groups[0].state = "Unknown";
  EXPECT_FALSE(ScalingInputOf(snapshot_, snapshot_.groups[0]).complete);
}

TEST_F(GroupBookTest, TheProtocolFollowsFromTypeAndAssignor) {
  ConsumerGroup group = snapshot_.groups[0];
  group.assignor = "cooperative-sticky";
  EXPECT_EQ(ScalingInputOf(snapshot_, group).protocol, GroupProtocol::kCooperative);
  group.type = "consumer";
  EXPECT_EQ(ScalingInputOf(snapshot_, group).protocol, GroupProtocol::kConsumer);
  group.type = "share";
  EXPECT_EQ(ScalingInputOf(snapshot_, group).protocol, GroupProtocol::kShare);
}

TEST_F(GroupBookTest, OnlyGroupsThatAreListedAreDecidedAbout) {
  AddGroup("shipping");
  GroupBook book = Book({{.pattern = "bill.*", .target = {}, .options = {}}});
  const auto verdicts = Decide(book);
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(verdicts[0].decision.group, "billing");
}

TEST_F(GroupBookTest, TheFirstEntryThatFitsCounts) {
  AutoscaleOptions strict;
  strict.objective_s = 5;
  GroupBook book =
      Book({{.pattern = "billing", .target = {"deployment", "", "", "", "", ""}, .options = strict},
            {.pattern = ".*", .target = {}, .options = {}}});
  const auto verdicts = Decide(book);
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(verdicts[0].decision.objective_s, 5);
  EXPECT_EQ(verdicts[0].decision.target.kind, "deployment");
}

TEST_F(GroupBookTest, I17_AGroupThatIsNamedAndNotThereIsUnknown) {
  GroupBook book = Book({{.pattern = "absent", .target = {}, .options = {}}});
  const auto verdicts = Decide(book);
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(verdicts[0].decision.group, "absent");
  EXPECT_TRUE(verdicts[0].decision.stale);
  EXPECT_EQ(verdicts[0].decision.reason, ScalingReason::kUnknownHeld);
  EXPECT_FALSE(IsKnown(verdicts[0].decision.desired));
}

TEST_F(GroupBookTest, AGroupThatAPatternFittedIsForgottenWithIt) {
  GroupBook book = Book({{.pattern = "bill.*", .target = {}, .options = {}}});
  EXPECT_EQ(Decide(book).size(), 1u);
  snapshot_.groups.clear();
  EXPECT_TRUE(Decide(book).empty());
  EXPECT_EQ(book.groups(), 0u);
}

TEST_F(GroupBookTest, ABadPatternOrOptionIsNamed) {
  const auto pattern = GroupBook::Create({{.pattern = "(", .target = {}, .options = {}}});
  ASSERT_FALSE(pattern.ok());
  EXPECT_THAT(pattern.error().message(), HasSubstr("("));
  AutoscaleOptions options;
  options.rho_down = 0.99;
  const auto wrong = GroupBook::Create({{.pattern = "billing", .target = {}, .options = options}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.error().ToString(), HasSubstr("billing"));
}

TEST_F(GroupBookTest, RecordsPastTheObjectiveAreCountedWhenTheyAreProcessed) {
  AutoscaleOptions options;
  options.objective_s = 60;
  GroupBook book = Book({{.pattern = "billing", .target = {}, .options = options}});
  Decide(book);
  Tick(10);
  EXPECT_EQ(Decide(book)[0].late_records, 0) << "its time lag is not known";
  Tick(20);
  snapshot_.groups[0].offsets.Edit()[0].lag_seconds = 61;
  EXPECT_EQ(Decide(book)[0].late_records, 20);
  Tick(30);
  snapshot_.groups[0].offsets.Edit()[0].lag_seconds = 59;
  EXPECT_EQ(Decide(book)[0].late_records, 20);
  snapshot_.groups[0].offsets.Edit()[0].committed = 5;
  snapshot_.groups[0].offsets.Edit()[0].lag_seconds = 900;
  EXPECT_EQ(Decide(book)[0].late_records, 20) << "a reset is not processing";
}

}  // namespace
}  // namespace levelwind::planner
