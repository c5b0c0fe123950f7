#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/data/consumer.h"
#include "kafka/data/producer.h"
#include "tests/kafka_cluster/real_cluster.h"
#include "tests/kafka_cluster/wait_for.h"

namespace levelwind::kafka {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RealCluster;
using testing::WaitFor;

void MakeTopic(const std::string& name, std::int32_t partitions) {
  NewTopic topic;
  topic.name = name;
  topic.partitions = partitions;
  topic.replication_factor = 2;
  const Status made = RealCluster::Shared().CreateTopic(topic);
  ASSERT_TRUE(made.ok()) << made.error();
}

std::unique_ptr<Producer> MakeProducer(ProducerOptions options = {}) {
  options.bootstrap = RealCluster::Shared().bootstrap();
  auto made = Producer::Create(options);
  EXPECT_TRUE(made.ok()) << made.error();
  return std::move(made).value();
}

std::unique_ptr<Consumer> MakeConsumer(ConsumerOptions options = {}) {
  options.bootstrap = RealCluster::Shared().bootstrap();
  auto made = Consumer::Create(options);
  EXPECT_TRUE(made.ok()) << made.error();
  return std::move(made).value();
}

// Records until `count` came or 20 s passed.
std::vector<ConsumedRecord> Read(Consumer& consumer, std::size_t count) {
  std::vector<ConsumedRecord> records;
  const auto end = std::chrono::steady_clock::now() + seconds(20);
  while (records.size() < count && std::chrono::steady_clock::now() < end) {
    auto polled = consumer.Poll(milliseconds(200));
    EXPECT_TRUE(polled.ok()) << polled.error();
    if (polled.ok() && *polled) records.push_back(std::move(**polled));
  }
  return records;
}

TEST(DataTest, WhatIsProducedIsReadBackInOrderWithKeysAndTombstones) {
  MakeTopic("data-roundtrip", 3);
  std::vector<Delivery> deliveries;
  ProducerOptions options;
  options.on_delivery = [&](const Delivery& delivery) { deliveries.push_back(delivery); };
  const auto producer = MakeProducer(options);
  for (int i = 0; i < 300; ++i) {
    const std::string value = "value " + std::to_string(i);
    const std::string key = "key " + std::to_string(i);
    const auto with_key = i % 2 == 0 ? std::optional<std::string_view>(key) : std::nullopt;
    ASSERT_TRUE(producer->Send("data-roundtrip", i % 3, with_key, value, 7000 + i).ok());
  }
  const Status flushed = producer->Flush(seconds(20));
  ASSERT_TRUE(flushed.ok()) << flushed.error();
  EXPECT_EQ(producer->stats().accepted, 300u);
  EXPECT_EQ(producer->stats().delivered, 300u);
  EXPECT_EQ(producer->in_flight(), 0u);
  ASSERT_EQ(deliveries.size(), 300u);
  std::set<std::uint64_t> opaque;
  for (const Delivery& delivery : deliveries) opaque.insert(delivery.opaque);
  EXPECT_EQ(opaque.size(), 300u);
  EXPECT_EQ(*opaque.begin(), 7000u);

  const auto consumer = MakeConsumer();
  ASSERT_TRUE(consumer
                  ->Assign({{{"data-roundtrip", 0}},
                            {{"data-roundtrip", 1}, 50},
                            {{"data-roundtrip", 2}, PartitionPosition::kFromEnd}})
                  .ok());
  const auto records = Read(*consumer, 150);
  ASSERT_EQ(records.size(), 150u);
  std::map<std::int32_t, std::int64_t> next = {{0, 0}, {1, 50}};
  for (const ConsumedRecord& record : records) {
    const std::int64_t serial = record.offset * 3 + record.partition.partition;
    EXPECT_EQ(record.offset, next[record.partition.partition]++);
    EXPECT_EQ(record.value, "value " + std::to_string(serial));
    EXPECT_EQ(record.key.has_value(), serial % 2 == 0);
    EXPECT_GT(record.timestamp_ms, 1'700'000'000'000);
  }
}

TEST(DataTest, GroupsCommitOnlyWhenToldAndResumeThere) {
  MakeTopic("data-group", 1);
  const auto producer = MakeProducer();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(producer->Send("data-group", 0, {}, "x").ok());
  ASSERT_TRUE(producer->Flush(seconds(20)).ok());
  ConsumerOptions options;
  options.group = "data-group-g";
  {
    const auto consumer = MakeConsumer(options);
    ASSERT_TRUE(consumer->Subscribe({"data-group"}).ok());
    ASSERT_EQ(Read(*consumer, 5).size(), 5u);
    EXPECT_THAT(consumer->Assignment(), ElementsAre(TopicPartition{"data-group", 0}));
    const Status committed = consumer->Commit();
    ASSERT_TRUE(committed.ok()) << committed.error();
    ASSERT_EQ(Read(*consumer, 5).size(), 5u);  // Read but not committed.
  }
  const auto consumer = MakeConsumer(options);
  ASSERT_TRUE(consumer->Subscribe({"data-group"}).ok());
  const auto records = Read(*consumer, 1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].offset, 5);
}

TEST(DataTest, Kip848GroupsAreConsumerGroups) {
  MakeTopic("data-848", 1);
  const auto producer = MakeProducer();
  ASSERT_TRUE(producer->Send("data-848", 0, {}, "x").ok());
  ASSERT_TRUE(producer->Flush(seconds(20)).ok());
  ConsumerOptions options;
  options.group = "data-848-g";
  options.kip848 = true;
  const auto consumer = MakeConsumer(options);
  ASSERT_TRUE(consumer->Subscribe({"data-848"}).ok());
  ASSERT_EQ(Read(*consumer, 1).size(), 1u);
  ASSERT_TRUE(consumer->Commit().ok());
  const auto listed = RealCluster::Shared().RunTool({"groups", "--list"});
  ASSERT_TRUE(listed.ok()) << listed.error();
  EXPECT_THAT(listed->out, ::testing::ContainsRegex("data-848-g +Consumer"));
}

TEST(DataTest, ErrorsAreValues) {
  EXPECT_EQ(Producer::Create({}).error().code(), ErrorCode::kInvalidArgument);
  ProducerOptions bad;
  bad.bootstrap = "127.0.0.1:1";
  bad.compression = "brotli";
  const auto refused = Producer::Create(bad);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("brotli"));

  MakeTopic("data-errors", 1);
  const auto producer = MakeProducer();
  ASSERT_TRUE(producer->Send("data-errors", 0, {}, "fine").ok());
  ASSERT_TRUE(producer->Flush(seconds(20)).ok());
  // The partition is known not to exist by now: at once, or as the delivery's outcome.
  Status unknown = producer->Send("data-errors", 9, {}, "lost");
  if (unknown.ok()) unknown = producer->Flush(seconds(40));
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kNotFound) << unknown.error();
  EXPECT_TRUE(producer->Flush(seconds(1)).ok()) << "an error is reported once";

  const auto consumer = MakeConsumer();
  EXPECT_EQ(consumer->Subscribe({"data-errors"}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(consumer->Commit().error().code(), ErrorCode::kInvalidArgument);
}

TEST(DataTest, AnUnreachableClusterFailsDeliveriesInTime) {
  ProducerOptions options;
  options.bootstrap = "127.0.0.1:1";
  options.delivery_timeout = seconds(1);
  auto producer = Producer::Create(options);
  ASSERT_TRUE(producer.ok());
  ASSERT_TRUE((*producer)->Send("any", 0, {}, "x").ok());
  const auto began = std::chrono::steady_clock::now();
  const Status flushed = (*producer)->Flush(seconds(10));
  ASSERT_FALSE(flushed.ok());
  EXPECT_EQ(flushed.error().code(), ErrorCode::kDeadlineExceeded) << flushed.error();
  EXPECT_LT(ToSeconds(std::chrono::steady_clock::now() - began), 5);
  EXPECT_EQ((*producer)->stats().failed, 1u);
}

TEST(DataTest, AFullQueueIsToldAndDrains) {
  MakeTopic("data-full", 1);
  ProducerOptions options;
  options.max_queued_messages = 10;
  const auto producer = MakeProducer(options);
  int refused = 0;
  for (int sent = 0; sent < 1000;) {
    const Status status = producer->Send("data-full", 0, {}, "x");
    if (status.ok()) {
      ++sent;
      continue;
    }
    ASSERT_EQ(status.error().code(), ErrorCode::kResourceExhausted) << status.error();
    EXPECT_TRUE(status.error().retriable());
    ++refused;
    producer->Poll(milliseconds(100));
  }
  EXPECT_GT(refused, 0);
  EXPECT_TRUE(producer->Flush(seconds(20)).ok());
  EXPECT_EQ(producer->stats().delivered, 1000u);
}

}  // namespace
}  // namespace levelwind::kafka
