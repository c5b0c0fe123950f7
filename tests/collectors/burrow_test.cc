#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/published.h"
#include "collectors/burrow_rings.h"
#include "collectors/offsets_topic/offsets_facts.h"
#include "tests/collectors/monitor_fixture.h"

namespace levelwind::collectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

BurrowCommit Commit(std::int64_t order, std::int64_t offset, std::int64_t at, std::int64_t lag) {
  return {offset, at, at, order, lag};
}
std::vector<std::int64_t> Offsets(const std::vector<BurrowCommit>& commits) {
  std::vector<std::int64_t> offsets;
  for (const BurrowCommit& commit : commits) offsets.push_back(commit.offset);
  return offsets;
}

// ---- what a ring takes in

TEST(InsertCommit, AppendsAndKeepsTheLastOnes) {
  BurrowRules rules;
  rules.intervals = 3;
  std::vector<BurrowCommit> ring;
  for (int i = 1; i <= 5; ++i) InsertCommit(rules, Commit(i, i * 10, i * 1000, i), ring);
  EXPECT_THAT(Offsets(ring), ElementsAre(30, 40, 50));
  EXPECT_EQ(ring.back().lag, 5);
}

TEST(InsertCommit, IgnoresWhatItHas) {
  BurrowRules rules;
  std::vector<BurrowCommit> ring;
  InsertCommit(rules, Commit(1, 10, 1000, 1), ring);
  InsertCommit(rules, Commit(2, 20, 2000, 1), ring);
  InsertCommit(rules, Commit(2, 99, 2000, 1), ring);
  InsertCommit(rules, Commit(1, 99, 2000, 1), ring);
  EXPECT_THAT(Offsets(ring), ElementsAre(10, 20));
}

TEST(InsertCommit, PutsWhatComesLateWhereItBelongsAndWithoutALag) {
  BurrowRules rules;
  std::vector<BurrowCommit> ring;
  InsertCommit(rules, Commit(1, 10, 1000, 1), ring);
  InsertCommit(rules, Commit(5, 50, 5000, 1), ring);
  InsertCommit(rules, Commit(3, 30, 3000, 7), ring);
  EXPECT_THAT(Offsets(ring), ElementsAre(10, 30, 50));
  EXPECT_EQ(ring[1].lag, kUnknownCount);
  EXPECT_EQ(ring[2].lag, 1);
}

TEST(InsertCommit, IgnoresWhatIsOlderThanAFullRing) {
  BurrowRules rules;
  rules.intervals = 2;
  std::vector<BurrowCommit> ring;
  InsertCommit(rules, Commit(5, 50, 5000, 1), ring);
  InsertCommit(rules, Commit(3, 30, 3000, 1), ring);
  EXPECT_THAT(Offsets(ring), ElementsAre(30, 50)) << "there was room";
  InsertCommit(rules, Commit(1, 10, 1000, 1), ring);
  EXPECT_THAT(Offsets(ring), ElementsAre(30, 50));
  InsertCommit(rules, Commit(4, 40, 4000, 1), ring);
  EXPECT_THAT(Offsets(ring), ElementsAre(40, 50));
}

TEST(InsertCommit, CloseCommitsShareASlotAndItsTime) {
  BurrowRules rules;
  rules.min_distance = std::chrono::seconds(1);
  std::vector<BurrowCommit> ring;
  InsertCommit(rules, Commit(1, 10, 1000, 1), ring);
  InsertCommit(rules, Commit(2, 20, 1999, 2), ring);
  EXPECT_EQ(ring, std::vector({BurrowCommit{20, 1000, 1999, 2, 2}}));
  InsertCommit(rules, Commit(3, 30, 2000, 3), ring);
  EXPECT_THAT(Offsets(ring), ElementsAre(20, 30));
}

// ---- how it is kept

TEST(BurrowGroup, GivesBackWhatItWasGiven) {
  BurrowGroup group("g");
  const std::vector<BurrowCommit> some = {
      Commit(1, 10, 1000, 0), Commit(2, 9, 900, kUnknownCount), {5, 7000, 7001, 3, 12}};
  const std::vector<BurrowCommit> extreme = {
      {kMax, kMin, kMax, kMin, kMax - 1}, {kMin, kMax, kMin, kMax, 0}, {0, 0, 0, 0, kUnknownCount}};
  group.Append(3, some, 5);
  group.Append(4, {}, 77);
  group.Append(9, extreme, 0);
  EXPECT_EQ(group.CommitsOf(*group.Find(3)), some);
  EXPECT_THAT(group.CommitsOf(*group.Find(4)), IsEmpty());
  EXPECT_EQ(group.Find(4)->last_offset, 77);
  EXPECT_EQ(group.CommitsOf(*group.Find(9)), extreme);
  EXPECT_EQ(group.Find(5), nullptr);
}

TEST(BurrowGroup, TakesAboutAHundredBytesAPartition) {
  constexpr int kPartitions = 1000;
  BurrowGroup group("g");
  for (int p = 0; p < kPartitions; ++p) {
    std::vector<BurrowCommit> commits;
    for (int i = 0; i < 10; ++i) {  // a million messages a commit, 5 s apart, lag in the millions
      const std::int64_t at = 1'800'000'000'000 + i * 5'123;
      commits.push_back({8'000'000'000'000 + i * 1'000'000LL, at, at + 40, 90'000'000'000 + i * 900,
                         3'000'000 + i});
    }
    group.Append(p, commits, commits.back().offset);
  }
  group.ShrinkToFit();
  EXPECT_LE(group.bytes() / kPartitions, 200u);
}

TEST(BurrowHistory, AGroupThatCommitsNoMoreIsGoneAfterAWhile) {
  BurrowHistory history;
  history.rules.expire_group = std::chrono::seconds(60);
  auto group = std::make_shared<BurrowGroup>("g");
  group->Append(0, std::vector{Commit(1, 10, 1'000'000, 0)}, 10);
  history.groups = {group};
  EXPECT_NE(history.Find("g", {1'060'000}), nullptr);
  EXPECT_EQ(history.Find("g", {1'060'001}), nullptr);
  EXPECT_EQ(history.Find("f", {1'000'000}), nullptr);
}

// ---- the seam for a reader of __consumer_offsets

TEST(BurrowRings, TakeCommitsInAnyOrderFromOneSource) {
  BurrowOptions options;
  options.rules.expire_group = std::chrono::hours(1);
  BurrowRings rings(options);
  const WallTime now{10'000'000};
  rings.AddCommit({"g", 0, 10, now, 1}, now);
  EXPECT_TRUE(rings.History()->groups.empty()) << "no end offset is known yet";
  rings.AddEnds(SteadyTime{}, {100, kUnknownCount});
  rings.AddCommit({"g", 0, 40, now, 7}, now);
  rings.AddCommit({"g", 0, 20, {now.unix_ms - 5000}, 3}, now);
  rings.AddCommit({"g", 0, 5, {now.unix_ms - 3'600'001}, 1}, now);  // expired
  rings.AddCommit({"g", 1, 5, now, 1}, now);                        // end not told
  const auto history = rings.History();
  const BurrowGroup* group = history->Find("g", now);
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->CommitsOf(*group->Find(0)),
            std::vector({BurrowCommit{20, now.unix_ms - 5000, now.unix_ms, 3, kUnknownCount},
                         BurrowCommit{40, now.unix_ms, now.unix_ms, 7, 60}}));
  EXPECT_EQ(group->Find(1), nullptr);
}

TEST(BurrowRings, WhatWasPublishedDoesNotChange) {
  BurrowRings rings(BurrowOptions{});
  const WallTime now{10'000'000};
  rings.AddEnds(SteadyTime{}, {100});
  rings.AddCommit({"g", 0, 10, now, 1}, now);
  rings.AddCommit({"h", 0, 10, now, 1}, now);
  const auto before = rings.History();
  rings.AddCommit({"g", 0, 20, now, 2}, now);
  const auto after = rings.History();
  EXPECT_EQ(before->Find("g", now)->Find(0)->last_offset, 10);
  EXPECT_EQ(after->Find("g", now)->Find(0)->last_offset, 20);
  EXPECT_EQ(before->Find("h", now), after->Find("h", now)) << "shared, for it did not change";
}

TEST(BurrowRings, EndsCloserThanTheRefreshTakeEachOthersPlace) {
  BurrowOptions options;
  options.rules.intervals = 3;
  BurrowRings rings(options);
  const auto at = [](int seconds) { return SteadyTime{} + std::chrono::seconds(seconds); };
  rings.AddEnds(at(100), {1});
  rings.AddEnds(at(105), {2});
  EXPECT_THAT(rings.History()->EndsOf(0), ElementsAre(2));
  rings.AddEnds(at(110), {3});
  rings.AddEnds(at(120), {kUnknownCount});
  EXPECT_THAT(rings.History()->EndsOf(0), ElementsAre(2, 3, 3)) << "no answer: where it was";
  rings.AddEnds(at(130), {5});
  EXPECT_THAT(rings.History()->EndsOf(0), ElementsAre(3, 3, 5));
}

// ---- fed by polling

class BurrowFeedTest : public testing::MonitorFixture {
 protected:
  BurrowFeedTest() {
    options_.burrow.on = true;
    ResetMonitor();
    admin_.At("orders", 0).end = 100;
    admin_.At("orders", 1).end = 100;
    Commit("billing", "orders", 0, 90);
  }
  void Commit(const std::string& group, const std::string& topic, int partition,
              std::int64_t offset) {
    admin_.groups[group].commits[{topic, partition}] = offset;
  }
  /// Of one partition of billing, after a look 5 s later.
  std::vector<BurrowCommit> Look(const std::string& topic = "orders", int partition = 0) {
    snapshot_ = After(std::chrono::seconds(5));
    const BurrowGroup* group = snapshot_->burrow->Find("billing", clock_.WallNow());
    const Partition* found = snapshot_->FindPartition(topic, partition);
    if (group == nullptr || found == nullptr) return {};
    const auto* ring = group->Find(static_cast<std::int32_t>(found - snapshot_->partitions.data()));
    return ring == nullptr ? std::vector<BurrowCommit>() : group->CommitsOf(*ring);
  }
  SnapshotPtr snapshot_;
};

TEST_F(BurrowFeedTest, ACommitIsSeenWhenItChanges) {
  const std::vector<BurrowCommit> first = Look();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].offset, 90);
  EXPECT_EQ(first[0].lag, 10);
  EXPECT_EQ(first[0].timestamp_ms, snapshot_->taken_at.unix_ms) << "polling knows no better";
  EXPECT_EQ(Look(), first) << "nothing new was committed";
  admin_.At("orders", 0).end = 130;
  Commit("billing", "orders", 0, 95);
  const std::vector<BurrowCommit> second = Look();
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[1].lag, 35);
  EXPECT_GT(second[1].timestamp_ms, first[0].timestamp_ms);
}

TEST_F(BurrowFeedTest, NothingIsKeptUnlessItIsSwitchedOn) {
  options_.burrow.on = false;
  ResetMonitor();
  EXPECT_EQ(After(std::chrono::seconds(5))->burrow, nullptr);
}

TEST_F(BurrowFeedTest, AForgottenGroupIsBackWithItsNextCommit) {
  Commit("billing", "orders", 1, 50);
  Look();
  ASSERT_TRUE(monitor_->ForgetCommits("billing", "").ok());
  EXPECT_EQ(monitor_->snapshots().Get()->burrow->Find("billing", clock_.WallNow()), nullptr)
      << "at once";
  EXPECT_THAT(Look(), IsEmpty()) << "the same commit again is no new one";
  Commit("billing", "orders", 0, 91);
  EXPECT_THAT(Offsets(Look()), ElementsAre(91));
  EXPECT_THAT(Look("orders", 1), IsEmpty());
}

TEST_F(BurrowFeedTest, ATopicOfAGroupCanBeForgotten) {
  admin_.At("logs", 0).end = 8;
  Commit("billing", "logs", 0, 7);
  EXPECT_THAT(Offsets(Look("logs")), ElementsAre(7));
  ASSERT_TRUE(monitor_->ForgetCommits("billing", "orders").ok());
  ASSERT_TRUE(monitor_->ForgetCommits("billing", "no such topic").ok());
  ASSERT_TRUE(monitor_->ForgetCommits("nobody", "").ok());
  EXPECT_THAT(Look("orders"), IsEmpty());
  EXPECT_THAT(Offsets(Look("logs")), ElementsAre(7));
}

TEST_F(BurrowFeedTest, CommitsStayWithTheirPartitionWhenTopicsComeAndGo) {
  Look();
  admin_.AddTopic("aaa", {{1}, {2}});
  admin_.At("orders", 0).end = 200;
  EXPECT_THAT(Offsets(Look()), ElementsAre(90));
  EXPECT_THAT(snapshot_->burrow->EndsOf(2 + 1), ElementsAre(200))
      << "aaa's two and logs' one are before it";
  admin_.Recreate("orders");
  admin_.At("orders", 0).end = 3;
  EXPECT_EQ(Look().size(), 1u) << "a topic made anew has no past";
}

/// The same where the offsets topic is read.
class BurrowHearsTest : public BurrowFeedTest {
 protected:
  BurrowHearsTest() {
    monitor_ = std::make_unique<Monitor>(admin_, clock_, options_, &facts_);
    Commit("billing", "orders", 1, 50);
  }
  /// The topic says that orders-0 was committed so, some seconds ago; of orders-1 it says nothing.
  void Tell(std::int64_t offset, int seconds_ago) {
    PartitionFacts partition;
    partition.offset = offset;
    partition.commit_ms = clock_.WallNow().unix_ms - seconds_ago * 1000;
    partition.commit_interval_s = 1;
    auto group = std::make_shared<GroupFacts>();
    group->group = "billing";
    group->topics = {{std::make_shared<const std::string>("orders"), {partition}}};
    group->activity.from_records = true;
    auto facts = std::make_shared<OffsetsFacts>();
    facts->groups = {group};
    facts->at = clock_.Now() + std::chrono::seconds(5);
    facts_.Publish(std::move(facts));
  }
  Published<OffsetsFacts> facts_;
};

TEST_F(BurrowHearsTest, CommitsHaveTheirOwnTimes) {
  Tell(90, 3);
  const std::vector<BurrowCommit> first = Look();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].timestamp_ms, snapshot_->taken_at.unix_ms - 8000);
  EXPECT_EQ(first[0].observed_ms, snapshot_->taken_at.unix_ms);
  EXPECT_EQ(first[0].lag, 10);
  Tell(90, 8);  // the same commit, as seen five seconds later
  EXPECT_EQ(Look(), first);
  EXPECT_EQ(Look("orders", 1).size(), 1u) << "what the topic does not tell is looked for";
}

TEST_F(BurrowHearsTest, TheSameOffsetAgainIsACommit) {
  Tell(90, 3);
  Look();
  Tell(90, 1);
  const std::vector<BurrowCommit> commits = Look();
  EXPECT_THAT(Offsets(commits), ElementsAre(90, 90));
  EXPECT_EQ(commits[1].timestamp_ms - commits[0].timestamp_ms, 7000);
}

TEST_F(BurrowHearsTest, ForgottenUntilTheNextCommit) {
  Tell(90, 3);
  Look();
  ASSERT_TRUE(monitor_->ForgetCommits("billing", "").ok());
  Tell(90, 8);
  EXPECT_THAT(Look(), IsEmpty());
  Tell(90, 1);
  EXPECT_EQ(Look().size(), 1u);
}

TEST_F(BurrowFeedTest, AGroupThatIsGoneIsForgotten) {
  Look();
  admin_.groups.erase("billing");
  Look();
  EXPECT_TRUE(snapshot_->burrow->groups.empty());
}

}  // namespace
}  // namespace levelwind::collectors
