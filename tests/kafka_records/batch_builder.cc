#include "tests/kafka_records/batch_builder.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "kafka/protocol/reader.h"
#include "kafka/protocol/writer.h"
#include "kafka/records/crc32c.h"

namespace levelwind::kafka::testing {

namespace {

void AppendText(const std::optional<std::string>& text, ByteVector& out) {
  AppendVarint(text ? std::ssize(*text) : -1, out);
  if (text) out.insert(out.end(), text->begin(), text->end());
}

ByteVector Gzip(std::span<const std::uint8_t> plain) {
  z_stream stream{};
  LW_CHECK(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  ByteVector out(deflateBound(&stream, plain.size()) + 32);
  stream.next_in = const_cast<Bytef*>(plain.data());  // NOLINT: zlib only reads it
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  LW_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

ByteVector SnappyBlock(std::span<const std::uint8_t> plain) {
  std::size_t size = snappy_max_compressed_length(plain.size());
  ByteVector out(size);
  const auto* from = reinterpret_cast<const char*>(plain.data());
  auto* to = reinterpret_cast<char*>(out.data());
  LW_CHECK(snappy_compress(from, plain.size(), to, &size) == SNAPPY_OK);
  out.resize(size);
  return out;
}

ByteVector Xerial(std::span<const std::uint8_t> plain) {
  constexpr std::size_t kBlock = 32 << 10;
  Writer writer;
  const ByteVector magic = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
  writer.Raw(magic);
  writer.Int32(1);
  writer.Int32(1);
  for (; !plain.empty(); plain = plain.subspan(std::min(kBlock, plain.size()))) {
    const ByteVector block = SnappyBlock(plain.first(std::min(kBlock, plain.size())));
    writer.Int32(static_cast<std::int32_t>(block.size()));
    writer.Raw(block);
  }
  return std::move(writer).Take();
}

ByteVector Lz4(std::span<const std::uint8_t> plain) {
  ByteVector out(LZ4F_compressFrameBound(plain.size(), nullptr));
  const std::size_t size =
      LZ4F_compressFrame(out.data(), out.size(), plain.data(), plain.size(), nullptr);
  LW_CHECK(LZ4F_isError(size) == 0);
  out.resize(size);
  return out;
}

ByteVector Zstd(std::span<const std::uint8_t> plain) {
  ByteVector out(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3);
  LW_CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

}  // namespace

void AppendVarint(std::int64_t value, ByteVector& out) {
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) out.push_back(static_cast<std::uint8_t>(rest | 0x80));
  out.push_back(static_cast<std::uint8_t>(rest));
}

void AppendRecord(const TestRecord& record, std::int32_t offset_delta, ByteVector& out) {
  ByteVector body = {0};
  AppendVarint(record.time_delta, body);
  AppendVarint(offset_delta, body);
  AppendText(record.key, body);
  AppendText(record.value, body);
  AppendVarint(std::ssize(record.headers), body);
  for (const auto& [key, value] : record.headers) {
    AppendText(key, body);
    AppendText(value, body);
  }
  AppendVarint(std::ssize(body), out);
  out.insert(out.end(), body.begin(), body.end());
}

ByteVector Compress(Codec codec, std::span<const std::uint8_t> plain, bool xerial) {
  switch (codec) {
    case Codec::kGzip:
      return Gzip(plain);
    case Codec::kSnappy:
      return xerial ? Xerial(plain) : SnappyBlock(plain);
    case Codec::kLz4:
      return Lz4(plain);
    case Codec::kZstd:
      return Zstd(plain);
    case Codec::kNone:
      break;
  }
  return {plain.begin(), plain.end()};
}

ByteVector Build(const TestBatch& batch) {
  ByteVector records;
  std::int32_t delta = -1;
  for (const TestRecord& record : batch.records) {
    delta = record.offset_delta >= 0 ? record.offset_delta : delta + 1;
    AppendRecord(record, delta, records);
  }
  if (batch.payload) records = *batch.payload;
  Writer writer;
  writer.Int64(batch.base_offset);
  writer.Int32(0);
  writer.Int32(batch.leader_epoch);
  writer.Int8(2);
  writer.Int32(0);
  writer.Int16(
      static_cast<std::int16_t>(static_cast<std::int16_t>(batch.codec) | batch.more_attributes));
  writer.Int32(batch.last_offset_delta.value_or(std::max(delta, 0)));
  writer.Int64(batch.base_timestamp);
  writer.Int64(batch.max_timestamp);
  writer.Int64(batch.producer_id);
  writer.Int16(-1);
  writer.Int32(-1);
  writer.Int32(batch.count.value_or(static_cast<std::int32_t>(batch.records.size())));
  writer.Raw(batch.compressed.value_or(Compress(batch.codec, records, batch.xerial)));
  writer.PatchInt32(8, static_cast<std::int32_t>(writer.size()) - 12);
  ByteVector bytes = std::move(writer).Take();
  FixChecksums(bytes);
  return bytes;
}

void FixChecksums(std::span<std::uint8_t> batches) {
  while (batches.size() >= 61) {
    Reader length(batches.subspan(8));
    const std::int64_t whole = std::int64_t{12} + length.Int32();
    if (whole < 21 || whole > std::ssize(batches)) return;
    const auto batch = batches.first(static_cast<std::size_t>(whole));
    if (batch[16] == 2) {
      const std::uint32_t crc = Crc32c(batch.subspan(21));
      for (std::size_t i = 0; i < 4; ++i) {
        batch[17 + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
      }
    }
    batches = batches.subspan(batch.size());
  }
}

ByteVector Concat(const std::vector<ByteVector>& parts) {
  ByteVector all;
  for (const ByteVector& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

ByteVector FromHex(std::string_view hex) {
  ByteVector bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

}  // namespace levelwind::kafka::testing
