#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <string>

#include "collectors/offsets_topic/offsets_facts.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::collectors {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::MonitorFixture;

/// Looks every 5 s at the group billing, which reads the topic orders.
class GroupActivityTest : public MonitorFixture {
 protected:
  GroupActivityTest() {
    for (int p = 0; p < 3; ++p) admin_.Produce("orders", p, 10'000, 1000);
    admin_.groups["billing"].commits = {{{"orders", 0}, 90}, {{"orders", 1}, 100}};
  }
  void Commit(int partition, std::int64_t offset) {
    admin_.groups["billing"].commits[{"orders", partition}] = offset;
  }
  GroupActivity Look() { return After(seconds(5))->FindGroup("billing")->activity; }
  const GroupOffset& OffsetAt(std::size_t index) {
    last_ = monitor_->snapshots().Get();
    return last_->FindGroup("billing")->offsets.at(index);
  }

  SnapshotPtr last_;
};

TEST_F(GroupActivityTest, LooksTellCommitsByWhatHasChangedBetweenThem) {
  Step();
  Look();
  Commit(0, 95);
  const GroupActivity activity = Look();
  EXPECT_FALSE(activity.from_records);
  EXPECT_EQ(activity.commits, 1);
  EXPECT_EQ(activity.last_commit_at, clock_.WallNow());
  EXPECT_FALSE(IsKnown(activity.commit_interval_s)) << "one commit has no interval";
  EXPECT_EQ(OffsetAt(0).commit_ms, clock_.WallNow().unix_ms);
  EXPECT_EQ(OffsetAt(1).commit_ms, kUnknownCount) << "none was seen there";
  for (int i = 1; i <= 6; ++i) {
    Look();
    Commit(0, 95 + i);
    Look();
  }
  EXPECT_FLOAT_EQ(OffsetAt(0).commit_interval_s, 10);
  EXPECT_DOUBLE_EQ(Look().commit_interval_s, 10) << "of those that are known";
}

TEST_F(GroupActivityTest, LooksTellTheRateOfCommits) {
  Step();
  for (int i = 1; i <= 6; ++i) {
    Commit(0, 90 + i);
    Commit(1, 100 + i);
    Look();
  }
  EXPECT_NEAR(Look().commits_per_s, 2.0 * 2 / 15, 0.15);
}

TEST_F(GroupActivityTest, LooksTellARewindWithItsPartition) {
  Step();
  Look();
  Commit(1, 40);
  const GroupActivity activity = Look();
  EXPECT_EQ(activity.rewinds, 1);
  EXPECT_EQ(activity.last_rewind, (Rewind{{"orders", 1}, 100, 40, clock_.WallNow()}));
  EXPECT_EQ(OffsetAt(1).rewinds, 1);
  EXPECT_EQ(OffsetAt(0).rewinds, 0);
}

TEST_F(GroupActivityTest, I17_CountsThatWereNeverLookedForAreUnknown) {
  admin_.failing.insert("FetchGroupOffsets");
  const GroupActivity activity = Step()->FindGroup("billing")->activity;
  EXPECT_EQ(activity.commits, kUnknownCount);
  EXPECT_EQ(activity.rewinds, kUnknownCount);
}

TEST_F(GroupActivityTest, LooksCountTheEpochsOfAGroup) {
  admin_.groups["billing"].epoch = 5;
  EXPECT_EQ(Step()->FindGroup("billing")->activity.rebalances, 0);
  Look();
  admin_.groups["billing"].epoch = 8;
  admin_.groups["billing"].state = "Reconciling";
  Look();
  EXPECT_EQ(Look().rebalances, 3);
  admin_.groups["billing"].state = "Stable";
  const GroupActivity activity = Look();
  EXPECT_EQ(activity.rebalances, 3);
  EXPECT_DOUBLE_EQ(activity.last_rebalance_s, 10) << "from the first look that saw it moving";
  EXPECT_EQ(activity.last_rebalance_at, clock_.WallNow());
}

TEST_F(GroupActivityTest, LooksCountRebalancesOfAClassicGroupByStatesAndMembers) {
  auto& group = admin_.groups["billing"];
  group.type = "classic";
  Step();
  Look();
  group.state = "PreparingRebalance";
  Look();
  group.state = "CompletingRebalance";
  EXPECT_EQ(Look().rebalances, 1) << "it is the same one";
  group.state = "Stable";
  EXPECT_EQ(Look().rebalances, 1);
  kafka::GroupMember member;
  member.member_id = "somebody-new";
  group.members = {member};
  for (int i = 0; i < 8; ++i) Look();  // members are asked for every 30 s where nothing changed
  EXPECT_EQ(Look().rebalances, 2) << "between two looks";
}

TEST_F(GroupActivityTest, AShareGroupCommitsNothing) {
  auto& group = admin_.groups["billing"];
  group.type = "share";
  Step();
  Commit(0, 95);
  EXPECT_EQ(Look().commits, kUnknownCount);
}

/// The same with an offsets topic that is read.
class OffsetsTopicTest : public GroupActivityTest {
 protected:
  OffsetsTopicTest() {
    monitor_ = std::make_unique<Monitor>(admin_, clock_, options_, &facts_);
    about_.group = "billing";
    about_.activity.from_records = true;
    about_.activity.commits = 7;
    about_.activity.rewinds = 2;
    about_.activity.rebalances = 3;
    about_.activity.last_rebalance_s = 1.5;
    about_.topics = {{std::make_shared<const std::string>("orders"),
                      {{0, 2.5F, 1'000, 90, 1}, {1, 3.5F, 2'000, 100, 0}, {7, 1, 1, 1, 0}}},
                     {std::make_shared<const std::string>("gone"), {{0, 1, 1, 1, 0}}}};
  }
  void Tell(const std::string& problem = {}, bool with_groups = true) {
    auto facts = std::make_shared<OffsetsFacts>();
    facts->problem = problem;
    facts->view.caught_up = true;
    facts->view.counts.malformed[1] = 4;
    if (with_groups) {
      if (told_ == nullptr) told_ = std::make_shared<const GroupFacts>(about_);
      facts->groups.push_back(told_);
    }
    if (problem.empty()) read_at_ = clock_.Now();
    facts->at = read_at_;
    facts_.Publish(std::move(facts));
  }

  Published<OffsetsFacts> facts_;
  GroupFacts about_;
  GroupFactsPtr told_;
  SteadyTime read_at_{};
};

TEST_F(OffsetsTopicTest, ItsFactsAreShownInPlaceOfWhatLooksTell) {
  Tell();
  const SnapshotPtr s = Step();
  EXPECT_TRUE(SourceOf(*s, "offsets_topic").ok);
  EXPECT_EQ(SourceOf(*s, "offsets_topic").skipped, 4U);
  ASSERT_TRUE(s->offsets_topic.has_value());
  EXPECT_TRUE(s->offsets_topic->caught_up);
  const GroupActivity& activity = s->FindGroup("billing")->activity;
  EXPECT_TRUE(activity.from_records);
  EXPECT_EQ(activity.commits, 7);
  EXPECT_EQ(activity.rebalances, 3);
  EXPECT_DOUBLE_EQ(activity.commit_interval_s, 3.5) << "the upper middle";
  EXPECT_EQ(OffsetAt(0).commit_ms, 1'000);
  EXPECT_EQ(OffsetAt(0).rewinds, 1);
  EXPECT_FLOAT_EQ(OffsetAt(1).commit_interval_s, 3.5);
  Tell();
  Commit(0, 95);
  EXPECT_EQ(Look().commits, 7) << "the looks do not count on top of it";
  EXPECT_EQ(OffsetAt(0).commit_ms, 1'000);
}

TEST_F(OffsetsTopicTest, APartitionThatTheLooksSeeLaterGetsItsFacts) {
  admin_.groups["billing"].commits.erase({"orders", 1});
  Tell();
  Step();
  Commit(1, 100);
  Tell();
  Look();
  EXPECT_EQ(OffsetAt(1).commit_ms, 2'000);
}

TEST_F(OffsetsTopicTest, AGroupWithoutRecordsHasDoneNothingSinceTheReadingBegan) {
  Tell({}, false);
  const GroupActivity activity = Step()->FindGroup("billing")->activity;
  EXPECT_TRUE(activity.from_records);
  EXPECT_EQ(activity.commits, 0);
  EXPECT_EQ(activity.rebalances, 0);
  EXPECT_FALSE(IsKnown(activity.commit_interval_s));
}

TEST_F(OffsetsTopicTest, AGroupThatTheRecordsForgetHasItsFactsNoLonger) {
  Tell();
  Step();
  Tell({}, false);
  Look();
  EXPECT_EQ(OffsetAt(0).commit_ms, kUnknownCount);
  EXPECT_EQ(OffsetAt(0).rewinds, 0);
}

TEST_F(OffsetsTopicTest, WhenItIsRefusedTheLooksGoOnAndTheStatusSaysWhy) {
  Tell("TOPIC_AUTHORIZATION_FAILED");
  Step();
  Look();
  Commit(0, 95);
  const SnapshotPtr s = After(seconds(5));
  EXPECT_FALSE(SourceOf(*s, "offsets_topic").ok);
  EXPECT_THAT(SourceOf(*s, "offsets_topic").error, HasSubstr("TOPIC_AUTHORIZATION_FAILED"));
  EXPECT_FALSE(SourceOf(*s, "offsets_topic").age.has_value());
  EXPECT_TRUE(SourceOf(*s, "groups").ok);
  const GroupActivity& activity = s->FindGroup("billing")->activity;
  EXPECT_FALSE(activity.from_records);
  EXPECT_EQ(activity.commits, 1);
}

TEST_F(OffsetsTopicTest, WhenItFailsForLongTheLooksTakeOver) {
  Tell();
  Step();
  Tell("no broker answers");
  EXPECT_TRUE(Look().from_records) << "what is known stays for a while";
  for (int i = 0; i < 14; ++i) Look();
  const GroupActivity activity = Look();
  EXPECT_FALSE(activity.from_records);
  EXPECT_EQ(OffsetAt(0).commit_ms, kUnknownCount) << "nothing old is shown as if it were new";
  Tell();
  EXPECT_EQ(Look().commits, 7);
  EXPECT_EQ(OffsetAt(0).commit_ms, 1'000);
}

TEST_F(OffsetsTopicTest, WhenItIsSilentThatIsToldToo) {
  Tell();
  Step();
  for (int i = 0; i < 14; ++i) Look();
  EXPECT_THAT(SourceOf(*monitor_->snapshots().Get(), "offsets_topic").error,
              HasSubstr("nothing was read for"));
}

TEST_F(OffsetsTopicTest, BeforeItsFirstAnswerThereIsNothingToTell) {
  const SnapshotPtr s = Step();
  EXPECT_FALSE(SourceOf(*s, "offsets_topic").ok);
  EXPECT_FALSE(s->offsets_topic.has_value());
}

TEST_F(OffsetsTopicTest, ATopicThatIsRenumberedKeepsItsFacts) {
  Tell();
  Step();
  admin_.AddTopic("aaa", {{1, 2}});  // sorts before all others
  Tell();
  for (int i = 0; i < 3; ++i) Look();
  EXPECT_EQ(OffsetAt(0).commit_ms, 1'000);
  EXPECT_EQ(OffsetAt(1).commit_ms, 2'000);
}

TEST_F(GroupActivityTest, WithoutAnOffsetsTopicThereIsNoSuchSource) {
  for (const SourceStatus& source : Step()->sources) EXPECT_NE(source.name, "offsets_topic");
}

}  // namespace
}  // namespace levelwind::collectors
