#include "kafka/records/record.h"

namespace levelwind::kafka {

namespace {

constexpr std::size_t kSmallestHeader = 2;  // two empty lengths

std::string_view Text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Bytes with their length; -1 is null.
std::optional<std::span<const std::uint8_t>> NullableBytes(VarintReader& reader) {
  const std::int32_t size = reader.Varint();
  if (!reader.ok() || size == -1) return std::nullopt;
  return reader.Raw(size);
}

}  // namespace

bool HeaderReader::Next(RecordHeader& out) {
  if (left_ <= 0) return false;
  --left_;
  out.key = Text(reader_.Raw(reader_.Varint()));
  out.value = NullableBytes(reader_);
  return reader_.ok();
}

std::string_view ParseRecord(std::span<const std::uint8_t> bytes, const BatchInfo& batch,
                             RecordView& out) {
  VarintReader reader(bytes);
  reader.Byte();  // attributes; no bit has a meaning so far
  const std::int64_t time_delta = reader.Varlong();
  const std::int32_t offset_delta = reader.Varint();
  out.key = NullableBytes(reader);
  out.value = NullableBytes(reader);
  out.header_count = reader.Varint();
  if (!reader.ok()) return reader.what();
  if (offset_delta < 0 || offset_delta > batch.last_offset - batch.base_offset) {
    return "its offset is outside the batch";
  }
  out.offset = batch.base_offset + offset_delta;
  out.timestamp_ms = batch.max_timestamp_ms;
  if (!batch.log_append_time &&
      __builtin_add_overflow(batch.base_timestamp_ms, time_delta, &out.timestamp_ms)) {
    return "its time does not fit into 64 bits";
  }
  if (out.header_count < 0) return "its number of headers is negative";
  if (static_cast<std::size_t>(out.header_count) > reader.remaining() / kSmallestHeader) {
    return "it claims more headers than its bytes can hold";
  }
  out.headers = bytes.subspan(reader.offset());
  HeaderReader headers(out);
  for (RecordHeader header; headers.Next(header);) {
  }
  if (!headers.what().empty()) return headers.what();
  if (headers.offset() != out.headers.size()) return "bytes are left over after its headers";
  return {};
}

}  // namespace levelwind::kafka
