#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/records/record_batch_reader.h"

namespace levelwind::kafka::testing {

/// A record with its own bytes.
struct OwnedRecord {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

inline std::optional<std::string> Owned(const std::optional<std::span<const std::uint8_t>>& bytes) {
  if (!bytes) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

struct ReadBack {
  std::vector<OwnedRecord> records;
  std::optional<Error> error;  ///< The first; reading stops there.
};

inline ReadBack ReadAll(RecordBatchReader& reader) {
  ReadBack all;
  RecordView record;
  for (;;) {
    const Result<bool> more = reader.Next(record);
    if (!more.ok()) all.error = more.error();
    if (!more.ok() || !*more) return all;
    OwnedRecord owned{
        record.offset, record.timestamp_ms, Owned(record.key), Owned(record.value), {}};
    HeaderReader headers(record);
    for (RecordHeader header; headers.Next(header);) {
      owned.headers.emplace_back(std::string(header.key), Owned(header.value));
    }
    all.records.push_back(std::move(owned));
  }
}

inline ReadBack ReadAll(std::span<const std::uint8_t> bytes, const RecordLimits& limits = {}) {
  RecordBatchReader reader(bytes, 0, limits);
  return ReadAll(reader);
}

}  // namespace levelwind::kafka::testing
