#include "kafka/records/record_batch_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/kafka_records/batch_builder.h"
#include "tests/kafka_records/reader_tools.h"

namespace levelwind::kafka {
namespace {

using testing::Build;
using testing::ByteVector;
using testing::Compress;
using testing::Concat;
using ::testing::ElementsAre;
using testing::FromHex;
using testing::OwnedRecord;
using testing::ReadAll;
using testing::ReadBack;
using testing::TestBatch;
using testing::TestRecord;

// A batch that a real broker took from a producer: two records, the first with a header.
constexpr char kAccepted[] =
    "000000000000000000000046ffffffff026507d23e0000000000010000018bcfe568000000018bcfe56800"
    "ffffffffffffffffffffffffffff0000000218000000026b027602026802780e00000201027700";

std::vector<std::int64_t> Offsets(const ReadBack& all) {
  std::vector<std::int64_t> offsets;
  for (const OwnedRecord& record : all.records) offsets.push_back(record.offset);
  return offsets;
}

std::vector<TestRecord> SomeRecords(int count) {
  std::vector<TestRecord> records;
  for (int i = 0; i < count; ++i) {
    records.push_back({"key-" + std::to_string(i),
                       "value of record " + std::to_string(i),
                       -1,
                       i,
                       {{"trace", std::to_string(i)}}});
  }
  return records;
}

TestBatch Batch(std::int64_t base, int count) {
  TestBatch batch;
  batch.base_offset = base;
  batch.records = SomeRecords(count);
  return batch;
}

TEST(RecordBatchReaderTest, ABatchThatARealBrokerAccepted) {
  const ByteVector bytes = FromHex(kAccepted);
  const ReadBack all = ReadAll(bytes);
  ASSERT_FALSE(all.error) << *all.error;
  ASSERT_EQ(all.records.size(), 2U);
  EXPECT_EQ(all.records[0].key, "k");
  EXPECT_EQ(all.records[0].value, "v");
  EXPECT_EQ(all.records[0].timestamp_ms, 1'700'000'000'000);
  ASSERT_EQ(all.records[0].headers.size(), 1U);
  EXPECT_EQ(all.records[0].headers[0].first, "h");
  EXPECT_EQ(all.records[0].headers[0].second, "x");
  EXPECT_EQ(all.records[1].key, std::nullopt);
  EXPECT_EQ(all.records[1].value, "w");
  EXPECT_EQ(all.records[1].offset, 1);
}

TEST(RecordBatchReaderTest, TheBuilderWritesWhatThatBrokerAccepted) {
  TestBatch batch;
  batch.records = {{"k", "v", -1, 0, {{"h", "x"}}}, {std::nullopt, "w", -1, 0, {}}};
  EXPECT_EQ(Build(batch), FromHex(kAccepted));
}

TEST(RecordBatchReaderTest, NoBytesAreNoRecords) {
  RecordBatchReader reader({}, 17);
  RecordView record;
  const Result<bool> more = reader.Next(record);
  ASSERT_TRUE(more.ok());
  EXPECT_FALSE(*more);
  EXPECT_EQ(reader.next_offset(), 17);
  EXPECT_EQ(reader.cut_batch_bytes(), 0);
}

struct CodecCase {
  Codec codec;
  bool xerial;
};

class CodecTest : public ::testing::TestWithParam<CodecCase> {};

TEST_P(CodecTest, EveryFieldSurvives) {
  TestBatch batch = Batch(1000, 5000);  // many blocks of every codec
  batch.codec = GetParam().codec;
  batch.xerial = GetParam().xerial;
  const ByteVector bytes = Build(batch);
  const ReadBack all = ReadAll(bytes);
  ASSERT_FALSE(all.error) << *all.error;
  ASSERT_EQ(all.records.size(), 5000U);
  for (int i = 0; i < 5000; ++i) {
    const OwnedRecord& record = all.records[static_cast<std::size_t>(i)];
    ASSERT_EQ(record.offset, 1000 + i);
    ASSERT_EQ(record.timestamp_ms, batch.base_timestamp + i);
    ASSERT_EQ(record.key, "key-" + std::to_string(i));
    ASSERT_EQ(record.value, "value of record " + std::to_string(i));
    ASSERT_EQ(record.headers.size(), 1U);
    ASSERT_EQ(record.headers[0].second, std::to_string(i));
  }
}

TEST_P(CodecTest, ARecordLargerThanEveryBuffer) {
  TestBatch batch;
  batch.codec = GetParam().codec;
  batch.xerial = GetParam().xerial;
  std::string large;
  for (std::int64_t i = 0; large.size() < 3'000'000; ++i) large += std::to_string(i * 7919);
  batch.records = {{"a", "small"}, {"b", large}, {"c", "small again"}};
  const ByteVector bytes = Build(batch);
  const ReadBack all = ReadAll(bytes);
  ASSERT_FALSE(all.error) << *all.error;
  ASSERT_EQ(all.records.size(), 3U);
  EXPECT_EQ(all.records[1].value, large);
  EXPECT_EQ(all.records[2].value, "small again");
}

TEST_P(CodecTest, MemoryStaysFarBelowTheBatch) {
  TestBatch batch;
  batch.codec = GetParam().codec;
  batch.xerial = GetParam().xerial;
  for (int i = 0; i < 4000; ++i) {
    batch.records.push_back({"k", std::string(1000, static_cast<char>('a' + i % 26))});
  }
  const ByteVector bytes = Build(batch);
  RecordBatchReader reader(bytes);
  const ReadBack all = ReadAll(reader);
  ASSERT_FALSE(all.error) << *all.error;
  EXPECT_EQ(all.records.size(), 4000U);
  EXPECT_LE(reader.held_bytes(), 70'000U);  // of 4 MB
}

TEST_P(CodecTest, CutCompressedDataIsAnErrorAtEveryByte) {
  if (GetParam().codec == Codec::kNone) return;
  TestBatch batch = Batch(0, 3);
  batch.codec = GetParam().codec;
  ByteVector records;
  for (int i = 0; i < 3; ++i) AppendRecord(batch.records[static_cast<std::size_t>(i)], i, records);
  const ByteVector whole = Compress(batch.codec, records, GetParam().xerial);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    batch.compressed = ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const ByteVector bytes = Build(batch);
    const ReadBack all = ReadAll(bytes);
    ASSERT_TRUE(all.error.has_value()) << size << " of " << whole.size();
    ASSERT_EQ(all.error->code(), ErrorCode::kDataLoss) << *all.error;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, CodecTest,
    ::testing::Values(CodecCase{Codec::kNone, false}, CodecCase{Codec::kGzip, false},
                      CodecCase{Codec::kSnappy, true}, CodecCase{Codec::kSnappy, false},
                      CodecCase{Codec::kLz4, false}, CodecCase{Codec::kZstd, false}),
    [](const auto& one) {
      return std::string(CodecName(one.param.codec)) + (one.param.xerial ? "_xerial" : "");
    });

TEST(RecordBatchReaderTest, SeveralFramesInARow) {
  for (const Codec codec : {Codec::kGzip, Codec::kLz4, Codec::kZstd}) {
    TestBatch batch = Batch(0, 2);
    batch.codec = codec;
    ByteVector first;
    ByteVector second;
    AppendRecord(batch.records[0], 0, first);
    AppendRecord(batch.records[1], 1, second);
    batch.compressed = Concat({Compress(codec, first), Compress(codec, second)});
    const ByteVector bytes = Build(batch);
    const ReadBack all = ReadAll(bytes);
    ASSERT_FALSE(all.error) << CodecName(codec) << ": " << *all.error;
    EXPECT_THAT(Offsets(all), ElementsAre(0, 1)) << CodecName(codec);
  }
}

TEST(RecordBatchReaderTest, UncompressedRecordsAreNotCopied) {
  const ByteVector bytes = Build(Batch(0, 3));
  RecordBatchReader reader(bytes);
  RecordView record;
  while (*reader.Next(record)) {
    EXPECT_GE(record.value->data(), bytes.data());
    EXPECT_LE(record.value->data() + record.value->size(), bytes.data() + bytes.size());
  }
  EXPECT_EQ(reader.held_bytes(), 0U);
}

TEST(RecordBatchReaderTest, ACutLastBatchIsLeftForTheNextFetchAtEveryByte) {
  const ByteVector first = Build(Batch(10, 2));
  const ByteVector second = Build(Batch(12, 2));
  const ByteVector both = Concat({first, second});
  for (std::size_t size = 0; size <= both.size(); ++size) {
    const std::span<const std::uint8_t> bytes = std::span(both).first(size);
    RecordBatchReader reader(bytes, 10);
    const ReadBack all = ReadAll(reader);
    ASSERT_FALSE(all.error) << size << ": " << *all.error;
    const std::size_t whole = size < first.size() ? 0 : (size < both.size() ? 2 : 4);
    ASSERT_EQ(all.records.size(), whole) << size;
    ASSERT_EQ(reader.next_offset(), 10 + static_cast<std::int64_t>(whole));
    const bool cut = size != 0 && size != first.size() && size != both.size();
    ASSERT_EQ(reader.cut_batch_bytes() > 0, cut) << size;
    if (size == first.size() + 12) {
      ASSERT_EQ(reader.cut_batch_bytes(), std::ssize(second));
    }
  }
}

TEST(RecordBatchReaderTest, RecordsBeforeTheWantedOffsetAreLeftOut) {
  const ByteVector bytes = Concat({Build(Batch(0, 5)), Build(Batch(5, 5)), Build(Batch(10, 5))});
  RecordBatchReader reader(bytes, 8);
  const ReadBack all = ReadAll(reader);
  EXPECT_THAT(Offsets(all), ElementsAre(8, 9, 10, 11, 12, 13, 14));
  EXPECT_EQ(reader.counters().earlier_batches, 1);
  EXPECT_EQ(reader.counters().earlier_records, 3);
  EXPECT_EQ(reader.counters().records, 7);
  EXPECT_EQ(reader.next_offset(), 15);
}

TEST(RecordBatchReaderTest, ControlBatchesAndEmptyBatchesMoveTheOffsetOn) {
  TestBatch marker = Batch(2, 1);
  marker.more_attributes = (1 << 4) | (1 << 5);
  TestBatch compacted;
  compacted.base_offset = 3;
  compacted.last_offset_delta = 40;
  const ByteVector bytes = Concat({Build(Batch(0, 2)), Build(marker), Build(compacted)});
  RecordBatchReader reader(bytes);
  EXPECT_THAT(Offsets(ReadAll(reader)), ElementsAre(0, 1));
  EXPECT_EQ(reader.next_offset(), 44);
  EXPECT_EQ(reader.counters().control_batches, 1);
  EXPECT_EQ(reader.counters().empty_batches, 1);
  EXPECT_EQ(reader.counters().batches, 3);
}

TEST(RecordBatchReaderTest, ControlBatchesAreGivenToWhomAsksForThem) {
  TestBatch marker;
  marker.base_offset = 2;
  marker.more_attributes = (1 << 4) | (1 << 5);
  marker.producer_id = 77;
  marker.records = {{std::string("\0\0\0\1", 4), std::string(6, '\0')}};
  const ByteVector bytes = Concat({Build(Batch(0, 2)), Build(marker), Build(Batch(3, 1))});
  RecordBatchReader reader(bytes);
  reader.GiveControlBatches();
  RecordView record;
  std::vector<bool> control;
  while (*reader.Next(record)) {
    control.push_back(reader.batch().control);
    if (!reader.batch().control) continue;
    EXPECT_EQ(record.offset, 2);
    EXPECT_EQ(reader.batch().producer_id, 77);
    EXPECT_EQ(record.key->back(), 1);
  }
  EXPECT_THAT(control, ElementsAre(false, false, true, false));
  EXPECT_EQ(reader.counters().control_batches, 1);
  EXPECT_EQ(reader.counters().empty_batches, 0);
}

TEST(RecordBatchReaderTest, ACompactedBatchKeepsItsGaps) {
  TestBatch batch;
  batch.base_offset = 100;
  batch.records = {{"a", "1", 3}, {"b", std::nullopt, 7}};
  batch.last_offset_delta = 20;
  const ByteVector bytes = Build(batch);
  RecordBatchReader reader(bytes);
  const ReadBack all = ReadAll(reader);
  EXPECT_THAT(Offsets(all), ElementsAre(103, 107));
  EXPECT_EQ(all.records[1].value, std::nullopt);
  EXPECT_EQ(reader.next_offset(), 121);
}

TEST(RecordBatchReaderTest, OldMessageSetsAreSkippedAndCounted) {
  for (const std::uint8_t magic : {0, 1}) {
    ByteVector old(40, 0);
    old[7] = 4;         // offset 4
    old[11] = 40 - 12;  // length
    old[16] = magic;
    const ByteVector bytes = Concat({old, Build(Batch(5, 1))});
    RecordBatchReader reader(bytes);
    EXPECT_THAT(Offsets(ReadAll(reader)), ElementsAre(5));
    EXPECT_EQ(reader.counters().old_batches, 1);
  }
}

TEST(RecordBatchReaderTest, TheBrokersTimeStandsForAllRecords) {
  TestBatch batch = Batch(0, 2);
  batch.more_attributes = 1 << 3;
  batch.max_timestamp = 42;
  const ByteVector bytes = Build(batch);
  const ReadBack all = ReadAll(bytes);
  EXPECT_EQ(all.records[0].timestamp_ms, 42);
  EXPECT_EQ(all.records[1].timestamp_ms, 42);
}

TEST(RecordBatchReaderTest, WhatTheBatchSaysIsTold) {
  TestBatch batch = Batch(7, 1);
  batch.more_attributes = 1 << 4;
  batch.producer_id = 4711;
  batch.leader_epoch = 3;
  batch.codec = Codec::kZstd;
  const ByteVector bytes = Build(batch);
  RecordBatchReader reader(bytes);
  RecordView record;
  ASSERT_TRUE(*reader.Next(record));
  EXPECT_TRUE(reader.batch().transactional);
  EXPECT_FALSE(reader.batch().control);
  EXPECT_EQ(reader.batch().producer_id, 4711);
  EXPECT_EQ(reader.batch().leader_epoch, 3);
  EXPECT_EQ(reader.batch().codec, Codec::kZstd);
}

TEST(RecordBatchReaderTest, ABadBatchCanBeLeftOut) {
  ByteVector bad = Build(Batch(2, 2));
  bad.back() ^= 1;
  const ByteVector bytes = Concat({Build(Batch(0, 2)), bad, Build(Batch(4, 2))});
  RecordBatchReader reader(bytes);
  const ReadBack before = ReadAll(reader);
  EXPECT_THAT(Offsets(before), ElementsAre(0, 1));
  ASSERT_TRUE(before.error.has_value());
  EXPECT_EQ(before.error->code(), ErrorCode::kDataLoss);
  RecordView record;
  EXPECT_FALSE(reader.Next(record).ok()) << "an error must stand until it is skipped";
  ASSERT_TRUE(reader.SkipBatch());
  EXPECT_THAT(Offsets(ReadAll(reader)), ElementsAre(4, 5));
  EXPECT_EQ(reader.counters().bad_batches, 1);
  EXPECT_EQ(reader.next_offset(), 6);
}

TEST(RecordBatchReaderTest, NothingCanBeReadAfterACorruptLength) {
  ByteVector bad = Build(Batch(0, 2));
  bad[8] = 0xFF;
  const ByteVector bytes = Concat({bad, Build(Batch(2, 2))});
  RecordBatchReader reader(bytes);
  EXPECT_TRUE(ReadAll(reader).error.has_value());
  EXPECT_FALSE(reader.SkipBatch());
}

}  // namespace
}  // namespace levelwind::kafka
