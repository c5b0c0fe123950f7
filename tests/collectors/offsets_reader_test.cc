#include "collectors/offsets_topic/offsets_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/errors.h"
#include "tests/collectors/offsets_log.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {
namespace {

using collectors::OffsetsFacts;
using collectors::OffsetsReader;
using kafka::FetchedLog;
using std::chrono::seconds;
using ::testing::HasSubstr;

/// Partitions of __consumer_offsets in memory.
class FakeLogs final : public kafka::LogReader {
 public:
  struct State {
    OffsetsLog written;
    ByteVector bytes;  ///< What can be read, from `start` on.
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int16_t error = 0;
  };

  Result<std::vector<TopicPartition>> PartitionsOf(const std::string& topic, Duration) override {
    EXPECT_EQ(topic, "__consumer_offsets");
    if (refused != 0) return kafka::KafkaError(refused, topic);
    std::vector<TopicPartition> partitions;
    for (const auto& [number, state] : logs) partitions.push_back({topic, number});
    return partitions;
  }
  Result<std::vector<kafka::OffsetAnswer>> EdgesOf(const std::vector<TopicPartition>& partitions,
                                                   std::int64_t edge, Duration) override {
    std::vector<kafka::OffsetAnswer> answers;
    for (const TopicPartition& tp : partitions) {
      const State& state = logs.at(tp.partition);
      answers.push_back(
          {tp, state.error, edge == kafka::kEarliestOffset ? state.start : state.end});
    }
    return answers;
  }
  Result<std::vector<FetchedLog>> FetchLog(const std::vector<kafka::FetchPosition>& positions,
                                           const kafka::FetchLimits&, Duration) override {
    ++fetches;
    if (down) return Unavailable("no broker answers");
    std::vector<FetchedLog> answers;
    for (const kafka::FetchPosition& position : positions) {
      FetchedLog& log = answers.emplace_back();
      log.partition = position.partition;
      if (!logs.contains(position.partition.partition)) {
        log.error = kafka::kUnknownTopicOrPartition;
        continue;
      }
      const State& state = logs.at(position.partition.partition);
      log.error = state.error;
      if (log.error != 0) continue;
      if (position.offset < state.start || position.offset > state.end) {
        log.error = 1;
        continue;
      }
      log.high_watermark = state.end;
      if (position.offset < state.end) log.batches = state.bytes;
    }
    return answers;
  }

  void Append(std::int32_t number, std::vector<TestRecord> records) {
    State& state = logs[number];
    const ByteVector batch = state.written.Append(std::move(records));
    state.bytes.insert(state.bytes.end(), batch.begin(), batch.end());
    state.end = state.written.next();
  }

  std::map<std::int32_t, State> logs;
  std::int16_t refused = 0;
  bool down = false;
  int fetches = 0;
};

class OffsetsReaderTest : public ::testing::Test {
 protected:
  void Begin(bool replay = false) {
    options_.replay = replay;
    reader_ = std::make_unique<OffsetsReader>(fake_, clock_, options_);
    Step();
  }
  /// Steps, and again after the publish interval, so that what was read is told.
  std::shared_ptr<const OffsetsFacts> Step() {
    next_ = reader_->Step(clock_.Now());
    clock_.Advance(seconds(2));
    next_ = reader_->Step(clock_.Now());
    return reader_->facts().Get();
  }
  static collectors::GroupFactsPtr About(const OffsetsFacts& facts, const std::string& group) {
    for (const auto& one : facts.groups) {
      if (one->group == group) return one;
    }
    return nullptr;
  }

  ManualClock clock_;
  FakeLogs fake_;
  collectors::OffsetsReaderOptions options_;
  std::unique_ptr<OffsetsReader> reader_;
  SteadyTime next_{};
};

TEST_F(OffsetsReaderTest, TailBeginsAtTheEnd) {
  fake_.Append(0, {CommitOf("before", {"t", 0}, 1)});
  Begin();
  fake_.Append(0, {CommitOf("after", {"t", 0}, 2)});
  const auto facts = Step();
  EXPECT_EQ(About(*facts, "before"), nullptr);
  ASSERT_NE(About(*facts, "after"), nullptr);
  EXPECT_TRUE(facts->view.caught_up);
  EXPECT_EQ(facts->view.behind, 0);
  EXPECT_EQ(facts->problem, "");
  EXPECT_LE(next_, clock_.Now()) << "the fetch itself waits for news";
}

TEST_F(OffsetsReaderTest, ReplayBeginsAtTheBeginningAndThenGoesOn) {
  fake_.Append(0, {CommitOf("before", {"t", 0}, 1)});
  fake_.Append(1, {CommitOf("other", {"t", 0}, 1)});
  Begin(true);
  fake_.Append(0, {CommitOf("after", {"t", 0}, 2)});
  const auto facts = Step();
  for (const char* group : {"before", "other", "after"}) {
    EXPECT_NE(About(*facts, group), nullptr) << group;
  }
  EXPECT_TRUE(facts->view.replay);
  EXPECT_TRUE(facts->view.caught_up);
}

TEST_F(OffsetsReaderTest, IsCaughtUpByItsPositionNotByTheLastRecord) {
  // The log ends with a marker, and records before the high watermark were compacted away.
  fake_.Append(0, {CommitOf("g", {"t", 0}, 1)});
  FakeLogs::State& state = fake_.logs[0];
  const ByteVector marker = state.written.EndTransaction(5, true);
  state.bytes.insert(state.bytes.end(), marker.begin(), marker.end());
  state.end = state.written.next();
  Begin(true);
  EXPECT_TRUE(Step()->view.caught_up);
  EXPECT_EQ(Step()->view.behind, 0);
}

TEST_F(OffsetsReaderTest, ARefusalSaysWhichRightIsMissingAndIsTriedAgainRarely) {
  fake_.Append(0, {CommitOf("g", {"t", 0}, 1)});
  fake_.logs[0].error = 29;
  Begin();
  const auto facts = Step();
  EXPECT_THAT(facts->problem, HasSubstr("TOPIC_AUTHORIZATION_FAILED"));
  EXPECT_THAT(facts->problem, HasSubstr("to read the topic __consumer_offsets"));
  EXPECT_THAT(facts->problem, HasSubstr("lag.offsets_topic"));
  EXPECT_GE(next_ - clock_.Now(), seconds(10));
  fake_.logs[0].error = 0;
  EXPECT_EQ(Step()->problem, "") << "the right was given meanwhile";
}

TEST_F(OffsetsReaderTest, ARefusalToDescribeIsToldTheSameWay) {
  fake_.refused = 29;
  Begin();
  EXPECT_THAT(Step()->problem, HasSubstr("to describe and to read the topic"));
}

TEST_F(OffsetsReaderTest, WithoutTheTopicAllIsWellAndItsFirstRecordCounts) {
  Begin();
  EXPECT_EQ(Step()->problem, "");
  EXPECT_TRUE(Step()->view.caught_up);
  fake_.Append(0, {CommitOf("first", {"t", 0}, 1)});
  EXPECT_NE(About(*Step(), "first"), nullptr);
}

TEST_F(OffsetsReaderTest, ABrokerThatIsAwayForAMomentIsNotWorthAWord) {
  fake_.Append(0, {CommitOf("g", {"t", 0}, 1)});
  fake_.Append(1, {CommitOf("h", {"t", 0}, 1)});
  Begin(true);
  fake_.logs[1].error = 6;
  next_ = reader_->Step(clock_.Now());
  EXPECT_EQ(reader_->facts().Get()->problem, "");
  EXPECT_GT(next_, clock_.Now()) << "brokers answer at once then; it must not spin";
  fake_.Append(0, {CommitOf("g", {"t", 0}, 2)});
  clock_.Advance(seconds(5));
  const auto facts = Step();
  EXPECT_THAT(facts->problem, HasSubstr("1 of 2 partitions"));
  EXPECT_EQ(PartitionAbout(About(*facts, "g"), {"t", 0})->offset, 2) << "the others are read";
  EXPECT_NE(About(*facts, "h"), nullptr) << "what is known stays";
}

TEST_F(OffsetsReaderTest, WhenNoBrokerAnswersItSaysSoAndGoesOn) {
  fake_.Append(0, {CommitOf("g", {"t", 0}, 1)});
  Begin(true);
  fake_.down = true;
  Step();
  clock_.Advance(seconds(5));
  EXPECT_THAT(Step()->problem, HasSubstr("no broker answers"));
  fake_.down = false;
  EXPECT_EQ(Step()->problem, "");
}

TEST_F(OffsetsReaderTest, APositionThatRetentionHasTakenIsJumpedOver) {
  fake_.Append(0, {CommitOf("g", {"t", 0}, 1)});
  Begin(true);
  FakeLogs::State& state = fake_.logs[0];
  for (int i = 0; i < 3; ++i) fake_.Append(0, {CommitOf("g", {"t", 0}, 2)});
  state.bytes.clear();
  state.start = state.end;
  fake_.Append(0, {CommitOf("g", {"t", 0}, 3)});
  Step();
  const auto facts = Step();
  EXPECT_EQ(facts->view.counts.jumps, 1U);
  EXPECT_EQ(PartitionAbout(About(*facts, "g"), {"t", 0})->offset, 3);
}

TEST_F(OffsetsReaderTest, ALogThatWasCutBackIsReadOnFromItsEnd) {
  for (int i = 0; i < 5; ++i) fake_.Append(0, {CommitOf("g", {"t", 0}, 10 + i)});
  Begin(true);
  fake_.logs.erase(0);
  fake_.Append(0, {CommitOf("g", {"t", 0}, 10)});
  Step();
  Step();
  fake_.Append(0, {CommitOf("g", {"t", 0}, 99)});
  const auto facts = Step();
  EXPECT_EQ(facts->view.counts.jumps, 1U);
  EXPECT_EQ(PartitionAbout(About(*facts, "g"), {"t", 0})->offset, 99);
}

TEST_F(OffsetsReaderTest, ATopicThatIsMadeAnewIsReadFromItsBeginning) {
  fake_.Append(0, {CommitOf("g", {"t", 0}, 10)});
  Begin();
  fake_.logs.clear();
  Step();
  fake_.Append(3, {CommitOf("new", {"t", 0}, 5)});
  Step();
  EXPECT_NE(About(*Step(), "new"), nullptr);
}

TEST_F(OffsetsReaderTest, ADamagedBatchIsLeftOutAndWhatFollowsIsRead) {
  fake_.Append(0, {CommitOf("a", {"t", 0}, 1)});
  fake_.Append(0, {CommitOf("b", {"t", 0}, 1)});
  fake_.Append(0, {CommitOf("c", {"t", 0}, 1)});
  ByteVector& bytes = fake_.logs[0].bytes;
  bytes[bytes.size() / 2] ^= 0xFF;
  Begin(true);
  const auto facts = Step();
  EXPECT_NE(About(*facts, "a"), nullptr);
  EXPECT_EQ(About(*facts, "b"), nullptr);
  EXPECT_NE(About(*facts, "c"), nullptr);
  EXPECT_EQ(facts->view.counts.bad_batches, 1U);
  EXPECT_TRUE(facts->view.caught_up);
}

TEST_F(OffsetsReaderTest, BytesThatLeadNowhereAreGivenUpAfterAWhile) {
  fake_.Append(0, {CommitOf("a", {"t", 0}, 1)});
  fake_.logs[0].bytes = ByteVector(100, 0xFF);
  Begin(true);
  for (int i = 0; i < 4; ++i) Step();
  const auto facts = Step();
  EXPECT_TRUE(facts->view.caught_up);
  EXPECT_GE(facts->view.counts.jumps, 1U);
  EXPECT_EQ(facts->problem, "");
}

TEST_F(OffsetsReaderTest, PublishesOnceASecondAtMost) {
  fake_.Append(0, {CommitOf("a", {"t", 0}, 1)});
  Begin(true);
  const std::uint64_t version = reader_->facts().version();
  for (int i = 0; i < 50; ++i) reader_->Step(clock_.Now());
  EXPECT_EQ(reader_->facts().version(), version);
}

}  // namespace
}  // namespace levelwind::testing
