// What a real broker keeps in its log segments, which are the batches that a Fetch sends: written
// by Kafka's own producer in every codec, and by its coordinator in __consumer_offsets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "kafka/client.h"
#include "kafka/records/offsets_topic.h"
#include "kafka/records/record_batch_reader.h"
#include "tests/integration_records/one_broker.h"
#include "tests/kafka/running_client.h"
#include "tests/kafka_cluster/real_cluster.h"

namespace levelwind::kafka {
namespace {

namespace fs = std::filesystem;
using levelwind::testing::RealBroker;
using levelwind::testing::RealCluster;
using std::chrono::seconds;

RealCluster& Kafka() { return levelwind::testing::OneBroker(); }

void RunTool(const std::vector<std::string>& arguments) {
  const auto result = Kafka().RunTool(arguments, seconds(90));
  ASSERT_TRUE(result.ok()) << result.error();
  ASSERT_TRUE(result->ok()) << result->err;
}

/// The segments of every partition of `topic`, each a run of batches.
std::vector<std::vector<std::uint8_t>> Segments(const std::string& topic) {
  std::vector<std::vector<std::uint8_t>> segments;
  for (const RealBroker& broker : Kafka().Brokers()) {
    for (const std::string& dir : broker.log_dirs) {
      for (const auto& file : fs::recursive_directory_iterator(dir)) {
        const std::string folder = file.path().parent_path().filename().string();
        if (file.path().extension() != ".log" || !folder.starts_with(topic + "-")) continue;
        std::ifstream in(file.path(), std::ios::binary);
        segments.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
      }
    }
  }
  return segments;
}

class ProducedTest : public ::testing::TestWithParam<Codec> {};

TEST_P(ProducedTest, EveryRecordOfKafkasOwnProducerIsRead) {
  const std::string codec(CodecName(GetParam()));
  const std::string topic = "produced-" + codec;
  NewTopic made;
  made.name = topic;
  made.assignments = {{1}};
  ASSERT_TRUE(Kafka().CreateTopic(made).ok());
  RunTool({"producer-perf", "--topic", topic, "--num-records", "2000", "--record-size", "200",
           "--throughput", "-1", "--producer-props", "bootstrap.servers=" + Kafka().bootstrap(),
           "compression.type=" + codec});
  std::int64_t next = 0;
  for (const auto& segment : Segments(topic)) {
    RecordBatchReader reader(segment);
    RecordView record;
    for (;;) {
      const auto more = reader.Next(record);
      ASSERT_TRUE(more.ok()) << more.error();
      if (!*more) break;
      ASSERT_EQ(record.offset, next++);
      ASSERT_TRUE(record.value.has_value());
      ASSERT_EQ(record.value->size(), 200U);
      ASSERT_EQ(reader.batch().codec, GetParam());
    }
    EXPECT_EQ(reader.next_offset(), next);
  }
  EXPECT_EQ(next, 2000);
}

INSTANTIATE_TEST_SUITE_P(Codecs, ProducedTest,
                         ::testing::Values(Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4,
                                           Codec::kZstd),
                         [](const auto& one) { return std::string(CodecName(one.param)); });

using Commits = std::map<std::string, std::map<TopicPartition, std::int64_t>>;

/// Applies one record of __consumer_offsets; `kinds` counts what the keys are.
void Apply(const RecordView& record, Commits& commits, std::map<std::size_t, int>& kinds) {
  ASSERT_TRUE(record.key.has_value());
  const auto key = DecodeOffsetsTopicKey(*record.key);
  ASSERT_TRUE(key.ok()) << key.error();
  ++kinds[key->index()];
  if (const auto* commit = std::get_if<OffsetCommitKey>(&*key)) {
    if (!record.value) {
      commits[commit->group].erase(commit->partition);
      return;
    }
    const auto value = DecodeOffsetCommitValue(*record.value);
    ASSERT_TRUE(value.ok()) << value.error();
    commits[commit->group][commit->partition] = value->offset;
  } else if (std::holds_alternative<ClassicGroupKey>(*key) && record.value) {
    const auto value = DecodeClassicGroupValue(*record.value);
    ASSERT_TRUE(value.ok()) << value.error();
    if (!value->members.empty()) {
      EXPECT_EQ(value->protocol_type, "consumer");
    }
  }
}

TEST(OffsetsTopicOnABroker, ItsLastCommitsAreWhatOffsetFetchAnswers) {
  const std::string topic = "committed";
  NewTopic made;
  made.name = topic;
  made.assignments = {{1}, {1}, {1}};
  ASSERT_TRUE(Kafka().CreateTopic(made).ok());
  RunTool({"producer-perf", "--topic", topic, "--num-records", "3000", "--record-size", "10",
           "--throughput", "-1", "--producer-props", "bootstrap.servers=" + Kafka().bootstrap()});
  for (const std::string protocol : {"classic", "consumer"}) {
    RunTool({"console-consumer", "--topic", topic, "--group", "of-" + protocol, "--from-beginning",
             "--max-messages", "1000", "--consumer-property", "group.protocol=" + protocol});
  }
  Commits commits;
  std::map<std::size_t, int> kinds;
  for (const auto& segment : Segments("__consumer_offsets")) {
    RecordBatchReader reader(segment);
    RecordView record;
    for (;;) {
      const auto more = reader.Next(record);
      ASSERT_TRUE(more.ok()) << more.error();
      if (!*more) break;
      Apply(record, commits, kinds);
    }
  }
  EXPECT_GT(kinds[0], 0) << "offsets";
  EXPECT_GT(kinds[1], 0) << "groups of the classic protocol";
  EXPECT_GT(kinds[2], 0) << "groups of Kafka 4";

  ClientOptions options;
  options.bootstrap = Kafka().bootstrap_list();
  testing::RunningClient client(options);
  const auto fetched = client->FetchGroupOffsets({"of-classic", "of-consumer"}, seconds(20));
  ASSERT_TRUE(fetched.ok()) << fetched.error();
  ASSERT_EQ(fetched->size(), 2U);
  for (const GroupOffsets& group : *fetched) {
    std::map<TopicPartition, std::int64_t> expected;
    for (const CommittedOffset& one : group.offsets) expected[one.partition] = one.offset;
    EXPECT_FALSE(expected.empty()) << group.group;
    EXPECT_EQ(commits[group.group], expected) << group.group;
  }
}

}  // namespace
}  // namespace levelwind::kafka
