#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/offsets_topic/offsets_tail.h"
#include "kafka/protocol/writer.h"
#include "kafka/records/offsets_topic.h"
#include "kafka/records/record_batch_reader.h"
#include "tests/kafka_records/batch_builder.h"

namespace levelwind::testing {

using kafka::testing::ByteVector;
using kafka::testing::TestBatch;
using kafka::testing::TestRecord;

inline constexpr std::int64_t kNoon = 1'700'000'000'000;

inline std::string TextOf(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

inline TestRecord RecordOf(const kafka::OffsetsTopicKey& key, std::optional<std::string> value) {
  return {TextOf(*kafka::EncodeOffsetsTopicKey(key)), std::move(value)};
}

inline TestRecord CommitOf(const std::string& group, const TopicPartition& partition,
                           std::int64_t offset, std::int64_t at_ms = kNoon,
                           std::int16_t version = 4) {
  kafka::OffsetCommitValue value;
  value.offset = offset;
  value.commit_timestamp_ms = at_ms;
  return RecordOf(kafka::OffsetCommitKey{group, partition},
                  TextOf(*kafka::EncodeOffsetCommitValue(value, version)));
}

inline TestRecord ForgottenOf(const std::string& group, const TopicPartition& partition) {
  return RecordOf(kafka::OffsetCommitKey{group, partition}, std::nullopt);
}

inline TestRecord ClassicOf(const std::string& group, std::int32_t generation, int members,
                            std::int64_t state_ms = -1, std::int16_t version = 3) {
  kafka::ClassicGroupValue value;
  value.protocol_type = members > 0 ? "consumer" : "";
  value.generation = generation;
  value.state_timestamp_ms = state_ms;
  for (int i = 0; i < members; ++i) {
    value.members.push_back({"m" + std::to_string(i), {}, "c", "/h", 1, 2, {}, {}});
  }
  return RecordOf(kafka::ClassicGroupKey{group},
                  TextOf(*kafka::EncodeClassicGroupValue(value, version)));
}

/// Types 3, 6, 11, 12, 17 and 20: an epoch.
inline TestRecord EpochOf(std::int16_t type, const std::string& group, std::int32_t epoch) {
  kafka::Writer writer;
  writer.Int16(0);
  writer.Int32(epoch);
  writer.Int8(0);  // no tagged fields
  return RecordOf(kafka::OtherCoordinatorKey{type, group, {}}, TextOf(writer.bytes()));
}

/// Types 8, 14 and 22: where a member is. Its partitions are left out.
inline TestRecord MemberOf(std::int16_t type, const std::string& group, const std::string& member,
                           std::int32_t epoch, std::int8_t state = 0) {
  kafka::Writer writer;
  writer.Int16(0);
  writer.Int32(epoch);
  writer.Int32(epoch - 1);
  writer.Int8(state);
  writer.Int8(1);  // no partitions
  writer.Int8(1);
  writer.Int8(0);
  return RecordOf(kafka::OtherCoordinatorKey{type, group, member}, TextOf(writer.bytes()));
}

inline TestRecord GoneOf(std::int16_t type, const std::string& group,
                         const std::string& member = {}) {
  if (type == 2) return RecordOf(kafka::ClassicGroupKey{group}, std::nullopt);
  return RecordOf(kafka::OtherCoordinatorKey{type, group, member}, std::nullopt);
}

/// One partition of __consumer_offsets, written batch by batch as a coordinator does.
class OffsetsLog {
 public:
  static constexpr std::int16_t kTransactional = 0x10;
  static constexpr std::int16_t kControl = 0x20;

  explicit OffsetsLog(std::int32_t number = 0) : number_(number) {}

  /// A batch; its records have the time `at_ms`.
  const ByteVector& Append(std::vector<TestRecord> records, std::int64_t at_ms = kNoon,
                           std::int64_t producer = -1, std::int16_t attributes = 0) {
    TestBatch batch;
    batch.base_offset = next_;
    batch.base_timestamp = batch.max_timestamp = at_ms;
    batch.producer_id = producer;
    batch.more_attributes = attributes;
    next_ += std::ssize(records);
    batch.records = std::move(records);
    last_ = kafka::testing::Build(batch);
    bytes_.insert(bytes_.end(), last_.begin(), last_.end());
    return last_;
  }
  const ByteVector& AppendInTransaction(std::int64_t producer, std::vector<TestRecord> records) {
    return Append(std::move(records), kNoon, producer, kTransactional);
  }
  const ByteVector& EndTransaction(std::int64_t producer, bool commit) {
    const std::string key = {0, 0, 0, static_cast<char>(commit ? 1 : 0)};
    return Append({{key, std::string(6, '\0')}}, kNoon, producer, kTransactional | kControl);
  }

  /// What was appended since the last call goes into `tail`.
  void FeedTo(collectors::OffsetsTail& tail) {
    const ByteVector bytes = std::exchange(bytes_, {});
    kafka::RecordBatchReader reader(bytes);
    reader.GiveControlBatches();
    for (kafka::RecordView record;;) {
      const auto more = reader.Next(record);
      ASSERT_TRUE(more.ok()) << more.error();
      if (!*more) break;
      tail.Feed(number_, reader.batch(), record);
    }
  }

  std::int64_t next() const { return next_; }
  const ByteVector& bytes() const { return bytes_; }

 private:
  std::int32_t number_;
  std::int64_t next_ = 0;
  ByteVector last_;
  ByteVector bytes_;
};

inline collectors::GroupFactsPtr FactsAbout(collectors::OffsetsTail& tail,
                                            const std::string& group) {
  for (const collectors::GroupFactsPtr& facts : tail.Facts()) {
    if (facts->group == group) return facts;
  }
  return nullptr;
}

/// Null: the group has no commit there, as far as the tail knows.
inline const collectors::PartitionFacts* PartitionAbout(const collectors::GroupFactsPtr& facts,
                                                        const TopicPartition& wanted) {
  if (facts == nullptr) return nullptr;
  for (const auto& topic : facts->topics) {
    if (*topic.topic != wanted.topic) continue;
    for (const auto& partition : topic.partitions) {
      if (partition.partition == wanted.partition) return &partition;
    }
  }
  return nullptr;
}

}  // namespace levelwind::testing
