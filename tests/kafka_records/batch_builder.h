#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/records/decompress.h"

namespace levelwind::kafka::testing {

using ByteVector = std::vector<std::uint8_t>;

struct TestRecord {
  std::optional<std::string> key = {};
  std::optional<std::string> value = {};
  std::int32_t offset_delta = -1;  ///< -1: one after the record before.
  std::int64_t time_delta = 0;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
};

/// What a producer writes, and, through the optionals, what only a liar does.
struct TestBatch {
  std::int64_t base_offset = 0;
  Codec codec = Codec::kNone;
  bool xerial = true;  ///< Snappy as Java writes it; else one raw block.
  std::int16_t more_attributes = 0;
  std::int32_t leader_epoch = -1;
  std::int64_t base_timestamp = 1'700'000'000'000;
  std::int64_t max_timestamp = 1'700'000'000'000;
  std::int64_t producer_id = -1;
  std::vector<TestRecord> records;
  std::optional<std::int32_t> last_offset_delta;
  std::optional<std::int32_t> count;
  std::optional<ByteVector> payload;     ///< In place of the records, before compression.
  std::optional<ByteVector> compressed;  ///< In place of what the codec makes of them.
};

/// The batch with the right length and checksum.
ByteVector Build(const TestBatch& batch);

/// Zigzag and variable-length, as records have it.
void AppendVarint(std::int64_t value, ByteVector& out);
/// One record with its length before it.
void AppendRecord(const TestRecord& record, std::int32_t offset_delta, ByteVector& out);

/// `plain` in the codec's format. `xerial` is for snappy.
ByteVector Compress(Codec codec, std::span<const std::uint8_t> plain, bool xerial = true);

/// Puts the right checksum into every whole batch of magic 2.
void FixChecksums(std::span<std::uint8_t> batches);

ByteVector Concat(const std::vector<ByteVector>& parts);
ByteVector FromHex(std::string_view hex);

}  // namespace levelwind::kafka::testing
