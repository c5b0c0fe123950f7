// The record-batch reader on whatever a broker may send. The mutator puts the right checksum into
// what it makes, so that the checks behind the checksum are reached, and now and then it opens the
// records, changes them and packs them again with a codec of its choice.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "kafka/protocol/reader.h"
#include "kafka/protocol/writer.h"
#include "kafka/records/record_batch_reader.h"
#include "tests/fuzz/require.h"
#include "tests/kafka_records/batch_builder.h"

namespace {

using namespace levelwind::kafka;           // NOLINT: this file is about nothing else
using namespace levelwind::kafka::testing;  // NOLINT

constexpr std::size_t kHeader = 61;
constexpr std::size_t kAttributesAt = 21;

/// Small enough that a bomb shows, and that it costs nothing when it does not.
RecordLimits Limits() {
  RecordLimits limits;
  limits.max_record_bytes = 64 << 10;
  limits.max_batch_bytes = 256 << 10;
  limits.free_ratio_bytes = 16 << 10;
  limits.max_zstd_window_log = 17;
  return limits;
}

std::size_t Touch(std::span<const std::uint8_t> bytes) {
  std::size_t sum = 0;
  for (const std::uint8_t byte : bytes) sum += byte;
  return sum;
}

/// Reads a record's every byte, so that a view that is wrong is found out.
std::size_t Use(const RecordView& record) {
  std::size_t sum = 0;
  if (record.key) sum += Touch(*record.key);
  if (record.value) sum += Touch(*record.value);
  HeaderReader headers(record);
  for (RecordHeader header; headers.Next(header);) {
    sum += header.key.size();
    if (header.value) sum += Touch(*header.value);
  }
  Require(headers.what().empty());
  return sum;
}

/// The plain records of the first batch; empty when there is none.
ByteVector Open(std::span<const std::uint8_t> batch) {
  const auto codec = static_cast<Codec>(batch[kAttributesAt + 1] & 7);
  const auto records = batch.subspan(kHeader);
  if (codec == Codec::kNone) return {records.begin(), records.end()};
  if (codec > Codec::kZstd) return {};
  auto opened = Decompressor::Create(codec, records, Limits());
  if (!opened.ok()) return {};
  ByteVector plain(4096);
  const auto size = (*opened)->Read(plain);
  plain.resize(size.ok() ? *size : 0);
  return plain;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned int seed) {
  if (size > kHeader && max > kHeader && seed % 4 == 0) {
    ByteVector plain = Open({data, size});
    plain.resize(plain.size() + 16);
    plain.resize(LLVMFuzzerMutate(plain.data(), plain.size() - 16, plain.size()));
    const auto codec = static_cast<Codec>((seed / 4) % 5);
    const ByteVector packed = Compress(codec, plain, (seed / 32) % 2 == 0);
    size = std::min(max, kHeader + packed.size());
    std::copy_n(packed.begin(), size - kHeader, data + kHeader);
    data[kAttributesAt + 1] = static_cast<std::uint8_t>((data[kAttributesAt + 1] & ~7) |
                                                        static_cast<std::uint8_t>(codec));
    Writer length;
    length.Int32(static_cast<std::int32_t>(size) - 12);
    std::copy(length.bytes().begin(), length.bytes().end(), data + 8);
  } else {
    size = LLVMFuzzerMutate(data, size, max);
  }
  if (seed % 16 != 1) FixChecksums({data, size});
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::int64_t wanted = size > 0 ? data[size - 1] % 4 : 0;
  RecordBatchReader reader({data, size}, wanted, Limits());
  RecordView record;
  std::int64_t last = wanted;
  for (;;) {
    const auto more = reader.Next(record);
    if (more.ok() && !*more) break;
    if (!more.ok() && !reader.SkipBatch()) break;
    if (more.ok()) {
      Use(record);
      Require(record.offset >= wanted);
    }
    Require(reader.next_offset() >= last);
    last = reader.next_offset();
    Require(reader.held_bytes() <= Limits().max_record_bytes + (65 << 10));
  }
  return 0;
}
