#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "kafka/records/decompress.h"
#include "kafka/records/varint_reader.h"

namespace levelwind::kafka {

/// What a batch says of all its records.
struct BatchInfo {
  std::int64_t base_offset = 0;
  std::int64_t last_offset = 0;         ///< Of the batch; its record may have been compacted away.
  std::int32_t leader_epoch = -1;       ///< -1: unknown.
  std::int64_t base_timestamp_ms = -1;  ///< Unix time. -1: none.
  std::int64_t max_timestamp_ms = -1;   ///< Unix time. -1: none.
  std::int64_t producer_id = -1;        ///< -1: neither idempotent nor transactional.
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  std::int32_t count = 0;  ///< Of records, as claimed.
  Codec codec = Codec::kNone;
  bool log_append_time = false;  ///< The broker set the time, max_timestamp_ms, for all records.
  bool transactional = false;
  bool control = false;  ///< Markers of transactions, not data.
};

struct RecordHeader {
  std::string_view key;
  std::optional<std::span<const std::uint8_t>> value;  ///< Empty: null.
};

/// One record. The views point into the fetched bytes, or for a compressed batch into the reader,
/// where they are valid until its next call.
struct RecordView {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = -1;  ///< Unix time. -1: none.
  std::optional<std::span<const std::uint8_t>> key;
  std::optional<std::span<const std::uint8_t>> value;  ///< Empty: null, a tombstone.
  std::int32_t header_count = 0;
  std::span<const std::uint8_t> headers;  ///< For HeaderReader; checked already.
};

/// Goes over a record's headers:
///   HeaderReader headers(record);
///   for (RecordHeader header; headers.Next(header);) ...
class HeaderReader {
 public:
  explicit HeaderReader(const RecordView& record)
      : HeaderReader(record.headers, record.header_count) {}
  HeaderReader(std::span<const std::uint8_t> bytes, std::int32_t count)
      : reader_(bytes), left_(count) {}

  /// False after the last one, and when the bytes are no headers (what() says why then).
  bool Next(RecordHeader& out);
  std::string_view what() const { return reader_.what(); }
  /// Bytes read so far.
  std::size_t offset() const { return reader_.offset(); }

 private:
  VarintReader reader_;
  std::int32_t left_;
};

/// Reads one record (without its length) of `batch`. Empty when it is well formed, else what is
/// wrong with it, a literal.
std::string_view ParseRecord(std::span<const std::uint8_t> bytes, const BatchInfo& batch,
                             RecordView& out);

}  // namespace levelwind::kafka
