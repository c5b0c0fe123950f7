#include "collectors/reporter_topic/reporter_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "tests/support/manual_clock.h"

namespace levelwind::testing {
namespace {

using collectors::ReporterOptions;
using collectors::ReporterReader;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Topics of one empty partition each.
class EmptyTopics final : public kafka::LogReader {
 public:
  Result<std::vector<TopicPartition>> PartitionsOf(const std::string& topic, Duration) override {
    ++asked[topic];
    if (refused == topic) return Error(ErrorCode::kPermissionDenied, "no right to read " + topic);
    if (missing.contains(topic)) return std::vector<TopicPartition>();
    return std::vector<TopicPartition>{{topic, 0}};
  }
  Result<std::vector<kafka::OffsetAnswer>> EdgesOf(const std::vector<TopicPartition>& partitions,
                                                   std::int64_t, Duration) override {
    std::vector<kafka::OffsetAnswer> answers;
    for (const TopicPartition& partition : partitions) answers.push_back({partition, 0, 0});
    return answers;
  }
  Result<std::vector<kafka::FetchedLog>> FetchLog(
      const std::vector<kafka::FetchPosition>& positions, const kafka::FetchLimits&,
      Duration) override {
    std::vector<kafka::FetchedLog> answers;
    for (const kafka::FetchPosition& position : positions) {
      kafka::FetchedLog& log = answers.emplace_back();
      log.partition = position.partition;
      log.high_watermark = 0;
    }
    return answers;
  }
  std::map<std::string, bool> missing;
  std::map<std::string, int> asked;
  std::string refused;
};

class ReporterReaderTest : public ::testing::Test {
 protected:
  ReporterReaderTest() { options_.enabled = true; }
  LoadFacts Stored(int steps = 3) {
    ReporterReader reader(topics_, clock_, options_);
    for (int i = 0; i < steps; ++i) {
      reader.Step(clock_.Now());
      clock_.Advance(std::chrono::seconds(5));
    }
    return *reader.stored().Get();
  }
  ManualClock clock_;
  EmptyTopics topics_;
  ReporterOptions options_;
};

TEST_F(ReporterReaderTest, SampleTopicsThatAreNotThereAreNoTroubleAndAreAskedForOnce) {
  topics_.missing = {{options_.partition_samples_topic, true},
                     {options_.broker_samples_topic, true}};
  const LoadFacts stored = Stored();
  EXPECT_THAT(stored.problem, IsEmpty());
  EXPECT_NE(stored.at, SteadyTime{}) << "it has told all that there is: nothing";
  EXPECT_THAT(stored.brokers, IsEmpty());
  EXPECT_EQ(topics_.asked[options_.partition_samples_topic], 1);
}

TEST_F(ReporterReaderTest, EmptySampleTopicsAreNoTroubleEither) {
  const LoadFacts stored = Stored();
  EXPECT_THAT(stored.problem, IsEmpty());
  EXPECT_NE(stored.at, SteadyTime{});
}

TEST_F(ReporterReaderTest, OneThatMayNotBeReadIsTold) {
  topics_.refused = options_.broker_samples_topic;
  EXPECT_THAT(Stored().problem, HasSubstr("no right to read"));
}

}  // namespace
}  // namespace levelwind::testing
