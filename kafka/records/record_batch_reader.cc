#include "kafka/records/record_batch_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "kafka/protocol/reader.h"
#include "kafka/records/crc32c.h"

namespace levelwind::kafka {

namespace {

// Places in a batch. Magic 0 and 1 share everything up to the magic.
constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kAfterLength = 12;
constexpr std::size_t kMagicAt = 16;
constexpr std::size_t kCrcAt = 17;
constexpr std::size_t kAfterCrc = 21;
constexpr std::size_t kHeaderSize = 61;
constexpr std::int8_t kMagic = 2;

constexpr std::size_t kLongestVarint = 5;
/// Length, attributes, two deltas, two lengths and the number of headers.
constexpr std::size_t kSmallestRecord = 7;

constexpr std::int16_t kCodecBits = 7;
constexpr std::int16_t kLogAppendTime = 1 << 3;
constexpr std::int16_t kTransactional = 1 << 4;
constexpr std::int16_t kControl = 1 << 5;

std::int64_t Int64At(std::span<const std::uint8_t> bytes, std::size_t at) {
  return Reader(bytes.subspan(at)).Int64();
}
std::int32_t Int32At(std::span<const std::uint8_t> bytes, std::size_t at) {
  return Reader(bytes.subspan(at)).Int32();
}

}  // namespace

RecordBatchReader::RecordBatchReader(std::span<const std::uint8_t> bytes,
                                     std::int64_t wanted_offset, const RecordLimits& limits)
    : rest_(bytes),
      size_(bytes.size()),
      wanted_offset_(wanted_offset),
      limits_(limits),
      next_offset_(wanted_offset) {}

Result<bool> RecordBatchReader::Next(RecordView& out) {
  if (failed_) return *failed_;
  const auto fail = [this](const Error& error) -> Error {
    failed_ = error;
    return error;
  };
  for (;;) {
    if (!inside_) {
      const Result<Opened> opened = OpenBatch();
      if (!opened.ok()) return fail(opened.error());
      if (*opened == Opened::kEnd) return false;
      if (*opened == Opened::kSkipped) continue;
    }
    if (left_ == 0) {
      if (Status closed = CloseBatch(); !closed.ok()) return fail(closed.error());
      continue;
    }
    const Result<bool> wanted = ReadRecord(out);
    if (!wanted.ok()) return fail(wanted.error());
    if (*wanted) return true;
  }
}

bool RecordBatchReader::SkipBatch() {
  if (batch_size_ == 0) return false;
  if (failed_) ++counters_.bad_batches;
  LeaveBatch();
  return true;
}

void RecordBatchReader::LeaveBatch() {
  if (last_offset_ >= 0 && last_offset_ < std::numeric_limits<std::int64_t>::max()) {
    next_offset_ = std::max(next_offset_, last_offset_ + 1);
  }
  rest_ = rest_.subspan(std::exchange(batch_size_, 0));
  last_offset_ = -1;
  inside_ = false;
  failed_.reset();
}

Error RecordBatchReader::Bad(std::string what) const {
  const std::int64_t offset = rest_.size() < kLengthAt ? -1 : Int64At(rest_, 0);
  return DataLoss(fmt::format("record batch of offset {} at byte {} of {}: {}", offset,
                              size_ - rest_.size(), size_, what));
}

Result<RecordBatchReader::Opened> RecordBatchReader::OpenBatch() {
  batch_size_ = 0;
  if (rest_.size() < kAfterLength) {
    cut_batch_bytes_ = std::ssize(rest_);
    return Opened::kEnd;
  }
  const std::int64_t length = Int32At(rest_, kLengthAt);
  if (length < std::int64_t{kAfterCrc - kAfterLength}) {
    return Bad(fmt::format("its length is {}", length));
  }
  const std::size_t whole = kAfterLength + static_cast<std::size_t>(length);
  if (whole > rest_.size()) {
    cut_batch_bytes_ = static_cast<std::int64_t>(whole);
    return Opened::kEnd;
  }
  batch_size_ = whole;
  const auto magic = static_cast<std::int8_t>(rest_[kMagicAt]);
  if (magic == 0 || magic == 1) {
    last_offset_ = Int64At(rest_, 0);  // that of the last message, in a compressed set too
    ++counters_.old_batches;
    LeaveBatch();
    return Opened::kSkipped;
  }
  if (magic != kMagic) {
    return Error(ErrorCode::kUnimplemented,
                 Bad(fmt::format("magic {} is not known", magic)).message());
  }
  return OpenRecords(rest_.first(whole));
}

Result<RecordBatchReader::Opened> RecordBatchReader::OpenRecords(
    std::span<const std::uint8_t> batch) {
  if (batch.size() < kHeaderSize) return Bad(fmt::format("it has only {} bytes", batch.size()));
  const auto claimed = static_cast<std::uint32_t>(Int32At(batch, kCrcAt));
  const std::uint32_t crc = Crc32c(batch.subspan(kAfterCrc));
  if (crc != claimed) {
    return Bad(fmt::format("its checksum is {:08x} and should be {:08x}", crc, claimed));
  }
  LW_RETURN_IF_ERROR(ParseHeader(batch));
  ++counters_.batches;
  const bool earlier = last_offset_ < wanted_offset_;
  const bool unwanted = batch_.control && !give_control_;
  if (!earlier && batch_.control) ++counters_.control_batches;
  if (earlier || unwanted || batch_.count == 0) {
    if (earlier) ++counters_.earlier_batches;
    if (!earlier && !batch_.control) ++counters_.empty_batches;
    LeaveBatch();
    return Opened::kSkipped;
  }
  const auto records = batch.subspan(kHeaderSize);
  if (batch_.codec == Codec::kNone) {
    if (static_cast<std::size_t>(batch_.count) > records.size() / kSmallestRecord) {
      return Bad(fmt::format("it claims {} records in {} bytes", batch_.count, records.size()));
    }
    records_.Open(records);
  } else if (Status opened = records_.Open(batch_.codec, records, limits_); !opened.ok()) {
    return opened.error();
  }
  left_ = batch_.count;
  previous_ = batch_.base_offset - 1;
  inside_ = true;
  return Opened::kReadable;
}

Status RecordBatchReader::ParseHeader(std::span<const std::uint8_t> batch) {
  Reader reader(batch);
  BatchInfo info;
  info.base_offset = reader.Int64();
  reader.Int32();  // length
  info.leader_epoch = reader.Int32();
  reader.Raw(kAfterCrc - kMagicAt);
  const std::int16_t attributes = reader.Int16();
  const std::int32_t last_delta = reader.Int32();
  info.base_timestamp_ms = reader.Int64();
  info.max_timestamp_ms = reader.Int64();
  info.producer_id = reader.Int64();
  info.producer_epoch = reader.Int16();
  info.base_sequence = reader.Int32();
  info.count = reader.Int32();
  info.codec = static_cast<Codec>(attributes & kCodecBits);
  info.log_append_time = (attributes & kLogAppendTime) != 0;
  info.transactional = (attributes & kTransactional) != 0;
  info.control = (attributes & kControl) != 0;
  if (info.base_offset < 0 || last_delta < 0 ||
      info.base_offset >= std::numeric_limits<std::int64_t>::max() - last_delta) {
    return Bad(fmt::format("it ends {} offsets after it begins", last_delta));
  }
  if (info.base_offset < batch_end_) {
    return Bad(
        fmt::format("it begins before offset {}, where the batch before it ends", batch_end_));
  }
  info.last_offset = info.base_offset + last_delta;
  batch_end_ = info.last_offset + 1;
  last_offset_ = info.last_offset;
  if (info.count < 0) return Bad(fmt::format("it claims {} records", info.count));
  if (info.codec > Codec::kZstd) {
    return Error(ErrorCode::kUnimplemented,
                 Bad(fmt::format("codec {} is not known", attributes & kCodecBits)).message());
  }
  batch_ = info;
  return Ok();
}

Result<bool> RecordBatchReader::ReadRecord(RecordView& out) {
  const std::int32_t number = batch_.count - left_ + 1;
  const auto place = [&] { return fmt::format("record {} of {}", number, batch_.count); };
  const auto limited = [&](const Error& error) {
    return Error(error.code(),
                 Bad(fmt::format("{}, {}: {}", CodecName(batch_.codec), place(), error.message()))
                     .message());
  };
  const auto head = records_.Peek(kLongestVarint);
  if (!head.ok()) return limited(head.error());
  VarintReader reader(head->first(std::min(head->size(), kLongestVarint)));
  const std::int32_t length = reader.Varint();
  if (!reader.ok()) return Bad(fmt::format("{}: {}", place(), reader.what()));
  if (length < 0) return Bad(fmt::format("{}: its length is {}", place(), length));
  if (static_cast<std::size_t>(length) > limits_.max_record_bytes) {
    return limited({ErrorCode::kResourceExhausted,
                    fmt::format("it has {} bytes; {} are accepted (max_record_bytes)", length,
                                limits_.max_record_bytes)});
  }
  const std::size_t whole = reader.offset() + static_cast<std::size_t>(length);
  const auto bytes = records_.Peek(whole);
  if (!bytes.ok()) return limited(bytes.error());
  if (bytes->size() < whole) {
    return Bad(fmt::format("{}: it has {} bytes, {} are left", place(), length,
                           bytes->size() - reader.offset()));
  }
  const auto record = bytes->subspan(reader.offset(), static_cast<std::size_t>(length));
  const std::string_view wrong = ParseRecord(record, batch_, out);
  if (!wrong.empty()) return Bad(fmt::format("{}: {}", place(), wrong));
  if (out.offset <= previous_) return Bad(place() + ": its offset does not go up");
  records_.Consume(whole);
  previous_ = out.offset;
  --left_;
  if (out.offset < wanted_offset_) {
    ++counters_.earlier_records;
    return false;
  }
  next_offset_ = std::max(next_offset_, out.offset + 1);
  ++counters_.records;
  return true;
}

Status RecordBatchReader::CloseBatch() {
  const auto rest = records_.Peek(1);
  if (!rest.ok()) return rest.error().Wrap(Bad("after its last record").message());
  if (!rest->empty()) {
    return Bad(fmt::format("bytes are left over after its {} records", batch_.count));
  }
  LeaveBatch();
  return Ok();
}

}  // namespace levelwind::kafka
