#include "collectors/offsets_topic/offsets_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/collectors/offsets_log.h"

namespace levelwind::testing {
namespace {

using collectors::GroupFactsPtr;
using collectors::OffsetsTail;
using collectors::OffsetsTailLimits;

constexpr std::int64_t kSecond = 1000;

class OffsetsTailTest : public ::testing::Test {
 protected:
  GroupFactsPtr About(const std::string& group) {
    log_.FeedTo(*tail_);
    return FactsAbout(*tail_, group);
  }
  const OffsetsTopicCounts& Counts() {
    log_.FeedTo(*tail_);
    return tail_->counts();
  }
  std::int64_t CommittedOf(const std::string& group, const TopicPartition& partition) {
    const GroupFactsPtr facts = About(group);
    const auto* told = PartitionAbout(facts, partition);
    return told == nullptr ? kUnknownCount : told->offset;
  }

  OffsetsLog log_;
  std::optional<OffsetsTail> tail_{std::in_place};
};

TEST_F(OffsetsTailTest, CommitsOfEveryVersionCount) {
  for (std::int16_t version = 0; version <= 4; ++version) {
    log_.Append({CommitOf("g", {"t", version}, 100 + version, kNoon + version, version)});
  }
  const GroupFactsPtr facts = About("g");
  ASSERT_NE(facts, nullptr);
  for (std::int16_t version = 0; version <= 4; ++version) {
    const auto* told = PartitionAbout(facts, {"t", version});
    ASSERT_NE(told, nullptr) << version;
    EXPECT_EQ(told->offset, 100 + version);
    EXPECT_EQ(told->commit_ms, kNoon + version);
  }
  EXPECT_EQ(facts->activity.commits, 5);
  EXPECT_EQ(facts->activity.last_commit_at.unix_ms, kNoon + 4);
  EXPECT_TRUE(facts->activity.from_records);
}

TEST_F(OffsetsTailTest, KeysOfType0CountLikeThoseOfType1) {
  TestRecord record = CommitOf("old", {"t", 3}, 7, kNoon, 0);
  (*record.key)[1] = 0;
  log_.Append({record});
  EXPECT_EQ(CommittedOf("old", {"t", 3}), 7);
}

TEST_F(OffsetsTailTest, MetadataOfAnyLengthIsReadOver) {
  for (const std::size_t size : {0U, 126U, 127U, 128U, 4096U, 20'000U}) {
    for (const std::int16_t version : {3, 4}) {
      kafka::OffsetCommitValue value;
      value.offset = static_cast<std::int64_t>(size);
      value.metadata = std::string(size, 'x');
      value.commit_timestamp_ms = kNoon;
      log_.Append({RecordOf(kafka::OffsetCommitKey{"g", {"t", version}},
                            TextOf(*kafka::EncodeOffsetCommitValue(value, version)))});
      EXPECT_EQ(CommittedOf("g", {"t", version}), static_cast<std::int64_t>(size));
    }
  }
}

TEST_F(OffsetsTailTest, ACommitWithoutATimeHasThatOfItsRecord) {
  log_.Append({CommitOf("g", {"t", 0}, 1, 0)}, kNoon + 5);
  EXPECT_EQ(About("g")->activity.last_commit_at.unix_ms, kNoon + 5);
}

TEST_F(OffsetsTailTest, TheIntervalIsThatOfTheCommitsAndOnePauseMovesItLittle) {
  std::int64_t at = kNoon;
  for (int i = 0; i < 20; ++i) log_.Append({CommitOf("g", {"t", 0}, i, at += 5 * kSecond)});
  EXPECT_FLOAT_EQ(PartitionAbout(About("g"), {"t", 0})->commit_interval_s, 5);
  log_.Append({CommitOf("g", {"t", 0}, 20, at += 86'400 * kSecond)});
  EXPECT_LT(PartitionAbout(About("g"), {"t", 0})->commit_interval_s, 10);
  for (int i = 0; i < 40; ++i) log_.Append({CommitOf("g", {"t", 0}, 21 + i, at += kSecond)});
  EXPECT_NEAR(PartitionAbout(About("g"), {"t", 0})->commit_interval_s, 1, 0.01);
}

TEST_F(OffsetsTailTest, OneCommitHasNoInterval) {
  log_.Append({CommitOf("g", {"t", 0}, 1)});
  EXPECT_TRUE(std::isnan(PartitionAbout(About("g"), {"t", 0})->commit_interval_s));
}

TEST_F(OffsetsTailTest, AnOffsetThatGoesBackIsARewind) {
  log_.Append({CommitOf("g", {"t", 0}, 500), CommitOf("g", {"t", 1}, 500)});
  log_.Append({CommitOf("g", {"t", 0}, 500), CommitOf("g", {"t", 1}, 100, kNoon + 7)});
  const GroupFactsPtr facts = About("g");
  EXPECT_EQ(facts->activity.rewinds, 1);
  EXPECT_EQ(facts->activity.last_rewind, (Rewind{{"t", 1}, 500, 100, {kNoon + 7}}));
  EXPECT_EQ(PartitionAbout(facts, {"t", 0})->rewinds, 0);
  EXPECT_EQ(PartitionAbout(facts, {"t", 1})->rewinds, 1);
}

TEST_F(OffsetsTailTest, ATombstoneOfAnOffsetTakesThePartitionAway) {
  log_.Append({ClassicOf("g", 1, 1), CommitOf("g", {"t", 0}, 5), CommitOf("g", {"t", 1}, 6)});
  log_.Append({ForgottenOf("g", {"t", 0}), ForgottenOf("g", {"t", 9}), ForgottenOf("x", {"t", 0})});
  const GroupFactsPtr facts = About("g");
  EXPECT_EQ(PartitionAbout(facts, {"t", 0}), nullptr);
  EXPECT_EQ(PartitionAbout(facts, {"t", 1})->offset, 6);
  EXPECT_EQ(facts->activity.forgotten, 1);
  EXPECT_EQ(tail_->partitions(), 1U);
  EXPECT_EQ(FactsAbout(*tail_, "x"), nullptr);
}

TEST_F(OffsetsTailTest, ASimpleConsumerHasCommitsAndNoGroupRecord) {
  log_.Append({CommitOf("simple", {"t", 0}, 5)});
  EXPECT_EQ(CommittedOf("simple", {"t", 0}), 5);
  log_.Append({ForgottenOf("simple", {"t", 0})});
  EXPECT_EQ(About("simple"), nullptr) << "its offsets expired: nothing is left, nobody deleted it";
  EXPECT_EQ(tail_->groups(), 0U);
}

TEST_F(OffsetsTailTest, ADeletedGroupIsKnownToBeDeletedUntilItComesAgain) {
  for (const std::int16_t type : {2, 3, 11, 17}) {
    const std::string group = "g" + std::to_string(type);
    const auto born = [&] { return type == 2 ? ClassicOf(group, 1, 1) : EpochOf(type, group, 1); };
    log_.Append({born(), CommitOf(group, {"t", 0}, 5)});
    log_.Append({ForgottenOf(group, {"t", 0}), GoneOf(type, group)}, kNoon + 9);
    GroupFactsPtr facts = About(group);
    ASSERT_NE(facts, nullptr) << type;
    EXPECT_EQ(facts->activity.deleted_at.unix_ms, kNoon + 9) << type;
    EXPECT_TRUE(facts->topics.empty());
    EXPECT_EQ(facts->activity.commits, 0) << "counted anew";
    log_.Append({born(), CommitOf(group, {"t", 0}, 1)});
    facts = About(group);
    EXPECT_EQ(facts->activity.deleted_at.unix_ms, kNoon + 9);
    EXPECT_EQ(facts->activity.rewinds, 0) << "offsets of another group of the name";
    EXPECT_EQ(facts->activity.commits, 1);
  }
  EXPECT_EQ(tail_->partitions(), 4U);
}

TEST_F(OffsetsTailTest, AGroupWithOffsetsIsNotDeletedByItsTombstoneAlone) {
  log_.Append({ClassicOf("g", 1, 1), CommitOf("g", {"t", 0}, 5)});
  log_.Append({GoneOf(2, "g")});
  EXPECT_EQ(CommittedOf("g", {"t", 0}), 5);
  EXPECT_EQ(About("g")->activity.deleted_at.unix_ms, 0);
}

TEST_F(OffsetsTailTest, AGroupThatIsUpgradedOrDowngradedIsNotDeleted) {
  log_.Append({ClassicOf("g", 7, 2)});
  log_.Append({GoneOf(2, "g"), EpochOf(3, "g", 7), MemberOf(8, "g", "m0", 7)});
  GroupFactsPtr facts = About("g");
  EXPECT_EQ(facts->activity.deleted_at.unix_ms, 0);
  EXPECT_EQ(facts->activity.rebalances, 1) << "its generation became its epoch";
  log_.Append({GoneOf(8, "g", "m0"), GoneOf(3, "g"), ClassicOf("g", 8, 1)});
  facts = About("g");
  EXPECT_EQ(facts->activity.deleted_at.unix_ms, 0);
  EXPECT_EQ(facts->activity.rebalances, 2);
}

TEST_F(OffsetsTailTest, ExpiredOffsetsOfOneGroupBesideADeletedOneAreNoDeletion) {
  log_.Append({ClassicOf("a", 1, 1), CommitOf("b", {"t", 0}, 5)});
  log_.Append({GoneOf(2, "a"), ForgottenOf("b", {"t", 0})});
  EXPECT_NE(About("a"), nullptr);
  EXPECT_EQ(About("b"), nullptr);
}

TEST_F(OffsetsTailTest, WhatHistoryHasLostIsNoDeletion) {
  tail_->SetHistory(true);
  log_.Append({GoneOf(2, "g")});
  log_.Append({EpochOf(3, "g", 9)});
  EXPECT_EQ(About("g")->activity.deleted_at.unix_ms, 0);
}

TEST_F(OffsetsTailTest, OnlySomeDeletedGroupsAreRemembered) {
  tail_.emplace(OffsetsTailLimits{.most_deleted = 3});
  for (int i = 0; i < 10; ++i) {
    log_.Append({ClassicOf("g" + std::to_string(i), 1, 1)});
    log_.Append({GoneOf(2, "g" + std::to_string(i))});
  }
  EXPECT_EQ(About("g6"), nullptr);
  EXPECT_NE(About("g7"), nullptr);
  EXPECT_EQ(tail_->groups(), 3U);
}

TEST_F(OffsetsTailTest, ACommitInATransactionCountsWhenItCommits) {
  log_.Append({CommitOf("g", {"t", 0}, 10)});
  log_.AppendInTransaction(1, {CommitOf("g", {"t", 0}, 20)});
  EXPECT_EQ(CommittedOf("g", {"t", 0}), 10) << "open";
  EXPECT_EQ(tail_->pending(), 1U);
  log_.EndTransaction(1, true);
  EXPECT_EQ(CommittedOf("g", {"t", 0}), 20);
  EXPECT_EQ(tail_->pending(), 0U);
  EXPECT_EQ(Counts().transactions_committed, 1U);
}

TEST_F(OffsetsTailTest, ACommitInATransactionThatAbortsNeverCounts) {
  log_.AppendInTransaction(1, {CommitOf("g", {"t", 0}, 20), CommitOf("g", {"t", 1}, 20)});
  log_.EndTransaction(1, false);
  log_.EndTransaction(1, true);  // another one, without commits of offsets
  EXPECT_EQ(About("g"), nullptr);
  EXPECT_EQ(Counts().transactions_aborted, 1U);
  EXPECT_EQ(Counts().transactions_committed, 0U);
}

TEST_F(OffsetsTailTest, TransactionsOfTwoProducersDoNotMix) {
  log_.AppendInTransaction(1, {CommitOf("g", {"t", 0}, 20)});
  log_.AppendInTransaction(2, {CommitOf("g", {"t", 1}, 30)});
  OffsetsLog other(1);
  other.AppendInTransaction(1, {CommitOf("h", {"t", 0}, 40)});
  other.FeedTo(*tail_);
  log_.EndTransaction(2, false);
  log_.EndTransaction(1, true);
  EXPECT_EQ(CommittedOf("g", {"t", 0}), 20);
  EXPECT_EQ(CommittedOf("g", {"t", 1}), kUnknownCount);
  EXPECT_EQ(FactsAbout(*tail_, "h"), nullptr) << "a marker ends it in its own partition only";
}

TEST_F(OffsetsTailTest, ALaterPlainCommitWinsOverAnEarlierTransaction) {
  log_.AppendInTransaction(1, {CommitOf("g", {"t", 0}, 20)});
  log_.Append({CommitOf("g", {"t", 0}, 30)});
  log_.EndTransaction(1, true);
  EXPECT_EQ(CommittedOf("g", {"t", 0}), 30);
  EXPECT_EQ(About("g")->activity.rewinds, 0);
}

TEST_F(OffsetsTailTest, ATransactionThatIsTooLargeIsLostAsAWhole) {
  tail_.emplace(OffsetsTailLimits{.most_pending = 3});
  log_.AppendInTransaction(1, {CommitOf("small", {"t", 0}, 1)});
  for (int i = 0; i < 5; ++i) log_.AppendInTransaction(2, {CommitOf("large", {"t", i}, 1)});
  EXPECT_EQ(Counts().transactions_lost, 0U);
  EXPECT_EQ(tail_->pending(), 1U);
  log_.EndTransaction(2, true);
  log_.EndTransaction(1, true);
  EXPECT_EQ(About("large"), nullptr);
  EXPECT_EQ(CommittedOf("small", {"t", 0}), 1);
  EXPECT_EQ(Counts().transactions_lost, 1U);
}

TEST_F(OffsetsTailTest, AfterAJumpPendingCommitsAreForgottenAndLowerOffsetsOfTheLogCount) {
  for (int i = 0; i < 5; ++i) log_.Append({CommitOf("g", {"t", 0}, i)});
  log_.AppendInTransaction(1, {CommitOf("g", {"t", 0}, 50)});
  log_.FeedTo(*tail_);
  tail_->Jump(0);
  log_ = OffsetsLog();
  log_.EndTransaction(1, true);
  log_.Append({CommitOf("g", {"t", 0}, 7)});
  EXPECT_EQ(CommittedOf("g", {"t", 0}), 7);
  EXPECT_EQ(Counts().jumps, 1U);
}

TEST_F(OffsetsTailTest, UnknownTypesAndVersionsAreSkippedAndCounted) {
  const auto raw = [](std::vector<std::uint8_t> key, const std::string& value) {
    return TestRecord{TextOf(key), value};
  };
  log_.Append({raw({0, 18, 0, 1, 'g'}, "x"), raw({0, 24, 0, 1, 'g'}, "x"), raw({4, 0}, "x"),
               raw({0x7F, 0xFF, 1, 2, 3}, "x")});
  TestRecord newer = CommitOf("g", {"t", 0}, 1);
  (*newer.value)[1] = 5;
  TestRecord newer_group = ClassicOf("g", 1, 1);
  (*newer_group.value)[1] = 9;
  TestRecord newer_epoch = EpochOf(3, "g", 1);
  (*newer_epoch.value)[1] = 1;
  log_.Append({newer, newer_group, newer_epoch, CommitOf("g", {"t", 1}, 9)});
  EXPECT_EQ(CommittedOf("g", {"t", 0}), kUnknownCount);
  EXPECT_EQ(CommittedOf("g", {"t", 1}), 9) << "what follows is read";
  const OffsetsTopicCounts& counts = Counts();
  EXPECT_EQ(counts.newer[18], 1U);
  EXPECT_EQ(counts.newer[24], 1U);
  EXPECT_EQ(counts.newer[OffsetsTopicCounts::kSlots - 1], 2U);
  EXPECT_EQ(counts.newer[1], 1U);
  EXPECT_EQ(counts.newer[2], 1U);
  EXPECT_EQ(counts.newer[3], 1U);
  EXPECT_EQ(counts.records[1], 2U);
  for (const std::uint64_t count : counts.malformed) EXPECT_EQ(count, 0U);
}

TEST_F(OffsetsTailTest, EveryKnownTypeOfRecordIsReadOver) {
  for (std::int16_t type = 3; type <= 23; ++type) {
    if (type == 18) continue;
    log_.Append({EpochOf(type, "g", 1), GoneOf(type, "other", "m")});
  }
  const OffsetsTopicCounts& counts = Counts();
  for (std::size_t type = 3; type <= 23; ++type) {
    EXPECT_EQ(counts.newer[type], 0U) << type;
    EXPECT_EQ(counts.malformed[type], type == 8 || type == 14 || type == 22 ? 1U : 0U) << type;
  }
}

TEST_F(OffsetsTailTest, BrokenRecordsAreCountedAndStopNothing) {
  TestRecord cut = CommitOf("g", {"t", 0}, 1);
  cut.value->pop_back();
  TestRecord cut_key = CommitOf("g", {"t", 0}, 1);
  cut_key.key->pop_back();
  log_.Append({cut,
               cut_key,
               {std::nullopt, "v"},
               {std::string(), "v"},
               {std::string("\0", 1), "v"},
               {std::string("\xFF\xFF", 2), "v"},
               CommitOf("g", {"t", 0}, -5),
               CommitOf("g", {"t", -1}, 5),
               {std::string("\0\3\0\1g", 5), std::string("\0", 1)},
               CommitOf("g", {"t", 1}, 9)});
  EXPECT_EQ(CommittedOf("g", {"t", 1}), 9);
  const OffsetsTopicCounts& counts = Counts();
  EXPECT_EQ(counts.malformed[1], 4U);
  EXPECT_EQ(counts.malformed[3], 1U);
  EXPECT_EQ(counts.malformed[OffsetsTopicCounts::kSlots - 1], 4U);
  EXPECT_EQ(tail_->partitions(), 1U);
}

TEST_F(OffsetsTailTest, MarkersThatMakeNoSenseEndNothing) {
  log_.AppendInTransaction(1, {CommitOf("g", {"t", 0}, 20)});
  const auto control = [&](std::optional<std::string> key) {
    log_.Append({{std::move(key), "v"}}, kNoon, 1,
                OffsetsLog::kTransactional | OffsetsLog::kControl);
  };
  control(std::nullopt);
  control(std::string());
  control(std::string("\0\0\0", 3));
  control(std::string("\0\0\0\x05", 4));
  EXPECT_EQ(About("g"), nullptr);
  EXPECT_EQ(tail_->pending(), 1U);
  EXPECT_EQ(Counts().malformed[OffsetsTopicCounts::kSlots - 1], 3U);
}

TEST_F(OffsetsTailTest, NamesMayHaveAnyByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = "g" + std::string(1, static_cast<char>(byte));
    log_.Append({CommitOf(name, {name, 0}, byte)});
  }
  log_.Append({CommitOf("", {"", 0}, 256)});
  log_.FeedTo(*tail_);
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = "g" + std::string(1, static_cast<char>(byte));
    EXPECT_EQ(CommittedOf(name, {name, 0}), byte);
  }
  EXPECT_EQ(CommittedOf("", {"", 0}), 256);
  EXPECT_EQ(tail_->groups(), 257U);
}

TEST_F(OffsetsTailTest, BeyondItsLimitsNothingMoreIsFollowedAndItIsCounted) {
  tail_.emplace(OffsetsTailLimits{.most_groups = 2, .most_partitions = 3});
  for (int g = 0; g < 4; ++g) {
    for (int p = 0; p < 2; ++p) log_.Append({CommitOf("g" + std::to_string(g), {"t", p}, 1)});
  }
  EXPECT_EQ(Counts().not_followed, 5U);
  EXPECT_EQ(tail_->groups(), 2U);
  EXPECT_EQ(tail_->partitions(), 3U);
  log_.Append({CommitOf("g0", {"t", 0}, 2)});
  EXPECT_EQ(CommittedOf("g0", {"t", 0}), 2) << "what is followed stays so";
  log_.Append({ForgottenOf("g0", {"t", 1}), CommitOf("g1", {"t", 1}, 4)});
  EXPECT_EQ(CommittedOf("g1", {"t", 1}), 4) << "and what is gone makes room";
}

TEST_F(OffsetsTailTest, ManyPartitionsInAnyOrderAreKeptApart) {
  constexpr int kTopics = 7;
  constexpr int kPartitions = 101;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kTopics * kPartitions; ++i) {
      const int n = i * 389 % (kTopics * kPartitions);  // every one once, scattered
      log_.Append(
          {CommitOf("g", {"t" + std::to_string(n % kTopics), n / kTopics}, 1000 * round + n)});
    }
  }
  const GroupFactsPtr facts = About("g");
  for (int n = 0; n < kTopics * kPartitions; ++n) {
    const auto* told = PartitionAbout(facts, {"t" + std::to_string(n % kTopics), n / kTopics});
    ASSERT_NE(told, nullptr);
    EXPECT_EQ(told->offset, 2000 + n);
  }
  EXPECT_EQ(facts->activity.rewinds, 0);
}

TEST_F(OffsetsTailTest, WhatHasNotChangedIsNotToldAnew) {
  log_.Append({CommitOf("a", {"t", 0}, 1), CommitOf("b", {"t", 0}, 1)});
  const GroupFactsPtr a = About("a");
  const GroupFactsPtr b = About("b");
  log_.Append({CommitOf("a", {"t", 0}, 2)});
  EXPECT_NE(About("a"), a);
  EXPECT_EQ(About("b"), b);
  EXPECT_EQ(PartitionAbout(a, {"t", 0})->offset, 1) << "what was told stays as it was";
}

}  // namespace
}  // namespace levelwind::testing
