// Batches that lie. Each must end in one clear error, soon, and without the memory that it asks
// for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/kafka_records/batch_builder.h"
#include "tests/kafka_records/reader_tools.h"

namespace levelwind::kafka {
namespace {

using testing::AppendRecord;
using testing::AppendVarint;
using testing::Build;
using testing::ByteVector;
using testing::Compress;
using testing::Concat;
using ::testing::HasSubstr;
using testing::ReadAll;
using testing::ReadBack;
using testing::TestBatch;

constexpr Codec kCodecs[] = {Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd};

TestBatch Two() {
  TestBatch batch;
  batch.records = {{"key", "value", -1, 5, {{"h", "1"}}}, {"other", "thing"}};
  return batch;
}

Error ErrorOf(const TestBatch& batch, const RecordLimits& limits = {}) {
  const ByteVector bytes = Build(batch);
  RecordBatchReader reader(bytes, 0, limits);
  const ReadBack all = ReadAll(reader);
  EXPECT_TRUE(all.error.has_value());
  EXPECT_LE(reader.held_bytes(), limits.max_record_bytes + (128 << 10));
  return all.error.value_or(Internal("no error"));
}

TEST(HostileBatchTest, EveryFlippedBitBehindTheChecksumIsSeen) {
  const ByteVector good = Build(Two());
  for (std::size_t at = 17; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      ByteVector bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1 << bit));
      const ReadBack all = ReadAll(bad);
      ASSERT_TRUE(all.error.has_value()) << at;
      ASSERT_TRUE(all.records.empty()) << at;
      ASSERT_THAT(all.error->message(), HasSubstr("its checksum is")) << at;
    }
  }
}

TEST(HostileBatchTest, LengthsThatAreNone) {
  for (const std::uint32_t length : {0xFFFFFFFFU, 0x80000000U, 0U, 8U}) {
    ByteVector bytes = Build(Two());
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[8 + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
    }
    const ReadBack all = ReadAll(bytes);
    ASSERT_TRUE(all.error.has_value()) << length;
    EXPECT_THAT(all.error->message(),
                HasSubstr("record batch of offset 0 at byte 0 of 97: its length is " +
                          std::to_string(static_cast<std::int32_t>(length))));
  }
}

TEST(HostileBatchTest, ALengthAboveTheBytesLeftIsACutBatch) {
  ByteVector bytes = Build(Two());
  bytes[8] = 0x7F;
  RecordBatchReader reader(bytes);
  EXPECT_FALSE(ReadAll(reader).error.has_value());
  EXPECT_GT(reader.cut_batch_bytes(), 0x7F000000);
}

TEST(HostileBatchTest, ABatchTooShortForItsHeader) {
  ByteVector bytes(40, 0);
  bytes[11] = 28;
  bytes[16] = 2;
  const ReadBack all = ReadAll(bytes);
  ASSERT_TRUE(all.error.has_value());
  EXPECT_THAT(all.error->message(), HasSubstr("it has only 40 bytes"));
}

TEST(HostileBatchTest, AMagicOfTheFuture) {
  ByteVector bytes = Build(Two());
  bytes[16] = 3;
  const ReadBack all = ReadAll(bytes);
  ASSERT_TRUE(all.error.has_value());
  EXPECT_EQ(all.error->code(), ErrorCode::kUnimplemented);
  EXPECT_THAT(all.error->message(), HasSubstr("magic 3 is not known"));
}

TEST(HostileBatchTest, ACodecOfTheFuture) {
  TestBatch batch = Two();
  batch.more_attributes = 5;
  const Error error = ErrorOf(batch);
  EXPECT_EQ(error.code(), ErrorCode::kUnimplemented);
  EXPECT_THAT(error.message(), HasSubstr("codec 5 is not known"));
}

TEST(HostileBatchTest, OffsetsThatRunOver) {
  TestBatch batch = Two();
  batch.base_offset = std::numeric_limits<std::int64_t>::max() - 1;
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("it ends 1 offsets after it begins"));
  batch.base_offset = -1;
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("offsets after it begins"));
  batch.base_offset = 0;
  batch.last_offset_delta = -1;
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("it ends -1 offsets after it begins"));
}

TEST(HostileBatchTest, CountsThatLie) {
  TestBatch batch = Two();
  batch.count = 1;
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("bytes are left over after its 1 records"));
  batch.count = 3;
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("record 3 of 3: the bytes end early"));
  batch.count = std::numeric_limits<std::int32_t>::max();
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("it claims 2147483647 records in 36 bytes"));
  batch.count = -1;
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("it claims -1 records"));
}

TEST(HostileBatchTest, CountsThatLieInCompressedBatches) {
  for (const Codec codec : kCodecs) {
    TestBatch batch = Two();
    batch.codec = codec;
    batch.count = 1;
    EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("bytes are left over after its 1 records"));
    batch.count = std::numeric_limits<std::int32_t>::max();
    EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("record 3 of 2147483647"));
  }
}

/// One record of which `write` makes the body.
TestBatch OneBody(const std::function<void(ByteVector&)>& write) {
  ByteVector body;
  write(body);
  TestBatch batch;
  batch.payload.emplace();
  AppendVarint(std::ssize(body), *batch.payload);
  batch.payload->insert(batch.payload->end(), body.begin(), body.end());
  batch.count = 1;
  return batch;
}

TEST(HostileBatchTest, RecordsThatLie) {
  struct Case {
    std::vector<std::int64_t> numbers;  ///< After the attributes, each as a varint.
    const char* message;
  };
  const std::int64_t huge = std::numeric_limits<std::int32_t>::max();
  const Case cases[] = {
      {{0, 0, huge, 0, 0}, "a length is more than the bytes left"},
      {{0, 0, -2, 0, 0}, "a length is negative"},
      {{0, 0, -1, -2, 0}, "a length is negative"},
      {{0, 0, -1, huge, 0}, "a length is more than the bytes left"},
      {{0, 1, -1, -1, 0}, "its offset is outside the batch"},
      {{0, -1, -1, -1, 0}, "its offset is outside the batch"},
      {{0, 0, -1, -1, -1}, "its number of headers is negative"},
      {{0, 0, -1, -1, huge}, "it claims more headers than its bytes can hold"},
      {{0, 0, -1, -1, 1, -1, -1}, "a length is negative"},
      {{0, 0, -1, -1, 1, 0, -2}, "a length is negative"},
      {{0, 0, -1, -1, 1, 0, huge}, "a length is more than the bytes left"},
      {{0, 0, -1, -1, 0, 0}, "bytes are left over after its headers"},
      {{huge, 0, -1, -1}, "the bytes end early"},
      {{0, 0, huge * 4, -1, 0}, "a variable-length integer is longer than 32 bits"},
  };
  for (const Case& one : cases) {
    const TestBatch batch = OneBody([&](ByteVector& body) {
      body.push_back(0);
      for (const std::int64_t number : one.numbers) AppendVarint(number, body);
    });
    EXPECT_THAT(ErrorOf(batch).message(), HasSubstr(std::string("record 1 of 1: ") + one.message));
  }
}

TEST(HostileBatchTest, ARecordsTimeThatRunsOver) {
  TestBatch batch = OneBody([](ByteVector& body) {
    body = {0};
    AppendVarint(std::numeric_limits<std::int64_t>::max(), body);
    for (const std::int64_t number : {0, -1, -1, 0}) AppendVarint(number, body);
  });
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("its time does not fit into 64 bits"));
}

TEST(HostileBatchTest, VarintsThatNeverEnd) {
  TestBatch batch;
  batch.count = 1;
  batch.payload = ByteVector(64, 0xFF);
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("longer than 32 bits"));
  batch = OneBody([](ByteVector& body) { body.assign(64, 0xFF); });
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("longer than 64 bits"));
}

TEST(HostileBatchTest, RecordLengthsThatLie) {
  for (const std::int64_t length : {-1, 64, std::numeric_limits<std::int32_t>::max()}) {
    TestBatch batch;
    batch.count = 1;
    batch.payload.emplace();
    AppendVarint(length, *batch.payload);
    batch.payload->resize(20);
    EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("record 1 of 1: "));
    batch.codec = Codec::kZstd;
    EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("record 1 of 1: "));
  }
}

TEST(HostileBatchTest, OffsetsThatDoNotGoUp) {
  TestBatch batch;
  batch.records = {{"a", "1", 1}, {"b", "2", 1}};
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("record 2 of 2: its offset does not go up"));
}

// Found by fuzzing: the offset to fetch next went back, so a reader could go in circles for ever.
TEST(HostileBatchTest, ABatchThatGoesBackDoesNotTakeTheNextOffsetBack) {
  TestBatch later = Two();
  later.base_offset = 100;
  const ByteVector bytes = Concat({Build(later), Build(Two())});
  RecordBatchReader reader(bytes);
  const ReadBack all = ReadAll(reader);
  EXPECT_EQ(all.records.size(), 2U);
  ASSERT_TRUE(all.error.has_value());
  EXPECT_THAT(all.error->message(),
              HasSubstr("record batch of offset 0 at byte 97 of 194: it begins before offset 102"));
  EXPECT_EQ(reader.next_offset(), 102);
  EXPECT_TRUE(reader.SkipBatch());
  EXPECT_EQ(reader.next_offset(), 102);
}

// ---- Bombs --------------------------------------------------------------------------------------

/// One record of `size` equal bytes, compressed as well as the codec can.
TestBatch Bomb(Codec codec, std::size_t size) {
  TestBatch batch;
  batch.codec = codec;
  batch.records = {{std::nullopt, std::string(size, 'x')}};
  return batch;
}

TEST(HostileBatchTest, BombsStopAtTheRecordLimitBeforeTheyAreInflated) {
  for (const Codec codec : kCodecs) {
    RecordLimits limits;
    limits.max_record_bytes = 1 << 20;
    const Error error = ErrorOf(Bomb(codec, 6 << 20), limits);
    EXPECT_EQ(error.code(), ErrorCode::kResourceExhausted) << error;
    EXPECT_THAT(error.message(), HasSubstr("(max_record_bytes)"));
  }
}

TEST(HostileBatchTest, BombsStopAtTheBatchLimit) {
  for (const Codec codec : kCodecs) {
    RecordLimits limits;
    limits.max_batch_bytes = 3 << 20;
    limits.max_ratio = 1 << 20;
    const Error error = ErrorOf(Bomb(codec, 5 << 20), limits);
    EXPECT_EQ(error.code(), ErrorCode::kResourceExhausted) << error;
    EXPECT_THAT(error.message(), HasSubstr("(max_batch_bytes)"));
  }
}

TEST(HostileBatchTest, BombsStopAtTheRatio) {
  for (const Codec codec : {Codec::kGzip, Codec::kLz4, Codec::kZstd}) {
    RecordLimits limits;
    limits.max_ratio = 100;
    const Error error = ErrorOf(Bomb(codec, 5 << 20), limits);
    EXPECT_EQ(error.code(), ErrorCode::kResourceExhausted) << error;
    EXPECT_THAT(error.message(), HasSubstr("more than 100 times as many (max_ratio)"));
  }
}

TEST(HostileBatchTest, BytesBehindTheLastRecordAreNotInflated) {
  // A single small record, then 6 MB of nothing: one byte of it is enough for the error.
  for (const Codec codec : kCodecs) {
    ByteVector plain;
    AppendRecord({"k", "v"}, 0, plain);
    plain.resize(plain.size() + (6 << 20));
    TestBatch batch;
    batch.codec = codec;
    batch.count = 1;
    batch.payload = plain;
    EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("bytes are left over after its 1 records"));
  }
}

TEST(HostileBatchTest, BatchesOfEqualRecordsMayBeVerySmall) {
  TestBatch batch;
  batch.codec = Codec::kZstd;
  for (int i = 0; i < 900; ++i) batch.records.push_back({"k", std::string(1000, 'x')});
  const ByteVector bytes = Build(batch);
  ASSERT_GT(900'000 / std::ssize(bytes), 200);
  const ReadBack all = ReadAll(bytes);
  ASSERT_FALSE(all.error.has_value()) << *all.error;
  EXPECT_EQ(all.records.size(), 900U);
}

TEST(HostileBatchTest, ASnappyBlockThatLiesAboutItsSize) {
  for (const bool xerial : {true, false}) {
    TestBatch batch = Two();
    batch.codec = Codec::kSnappy;
    ByteVector block = {0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0, 'x'};  // claims 2 GiB
    if (xerial) {
      const ByteVector empty = Compress(Codec::kSnappy, {}, true);
      block = Concat({empty, {0, 0, 0, 7}, block});
    }
    batch.compressed = block;
    const Error error = ErrorOf(batch);
    EXPECT_EQ(error.code(), ErrorCode::kDataLoss);
    EXPECT_THAT(error.message(), HasSubstr("a snappy block of 7 bytes claims to hold 2147483647"));
  }
}

TEST(HostileBatchTest, AXerialBlockOfNegativeSize) {
  TestBatch batch = Two();
  batch.codec = Codec::kSnappy;
  batch.compressed =
      Concat({Compress(Codec::kSnappy, {}, true), {0xFF, 0xFF, 0xFF, 0xFF}, ByteVector(8, 0)});
  EXPECT_THAT(ErrorOf(batch).message(), HasSubstr("a snappy block of -1 bytes"));
}

TEST(HostileBatchTest, AZstdWindowThatIsTooLarge) {
  // Frame header of RFC 8878: magic, descriptor without content size, window of 2^31.
  TestBatch batch = Two();
  batch.codec = Codec::kZstd;
  batch.compressed = ByteVector{0x28, 0xB5, 0x2F, 0xFD, 0x00, (31 - 10) << 3, 1, 0, 0};
  const Error error = ErrorOf(batch);
  EXPECT_EQ(error.code(), ErrorCode::kResourceExhausted) << error;
  EXPECT_THAT(error.message(), HasSubstr("(max_zstd_window_log)"));
}

TEST(HostileBatchTest, EveryFlippedByteOfCompressedDataIsAnErrorOrOtherRecords) {
  for (const Codec codec : kCodecs) {
    TestBatch batch = Two();
    ByteVector records;
    AppendRecord(batch.records[0], 0, records);
    AppendRecord(batch.records[1], 1, records);
    batch.codec = codec;
    const ByteVector good = Compress(codec, records);
    int errors = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
      batch.compressed = good;
      (*batch.compressed)[at] ^= 0x55;
      const ByteVector bytes = Build(batch);
      const ReadBack all = ReadAll(bytes);
      if (!all.error) continue;
      ++errors;
      EXPECT_LT(all.error->message().size(), 300U);
    }
    EXPECT_GT(errors, std::ssize(good) / 4) << CodecName(codec);
  }
}

TEST(HostileBatchTest, AGzipInAGzipIsOpenedOnce) {
  const ByteVector inner = Compress(Codec::kGzip, ByteVector(1 << 20, 0));
  TestBatch batch;
  batch.codec = Codec::kGzip;
  batch.records = {{"nested", std::string(inner.begin(), inner.end())}};
  const ByteVector bytes = Build(batch);
  const ReadBack all = ReadAll(bytes);
  ASSERT_FALSE(all.error.has_value());
  EXPECT_EQ(all.records[0].value, std::string(inner.begin(), inner.end()));
}

}  // namespace
}  // namespace levelwind::kafka
