#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "kafka/records/record.h"
#include "kafka/records/record_bytes.h"
#include "kafka/records/record_limits.h"

namespace levelwind::kafka {

/// What a reader came across.
struct RecordCounters {
  std::int64_t batches = 0;          ///< Opened: whole, with the right checksum.
  std::int64_t records = 0;          ///< Given to the caller.
  std::int64_t earlier_records = 0;  ///< Before the wanted offset, in a batch that goes beyond it.
  std::int64_t earlier_batches = 0;  ///< That end before the wanted offset.
  std::int64_t control_batches = 0;
  std::int64_t empty_batches = 0;  ///< All records compacted away.
  std::int64_t old_batches = 0;    ///< Message sets of magic 0 and 1 (before Kafka 0.11): skipped.
  std::int64_t bad_batches = 0;    ///< Left out by SkipBatch().
};

/// Goes over the records in the answer to a Fetch: batches of magic 2, one after another, the last
/// one perhaps cut.
///
///   RecordBatchReader reader(bytes, wanted_offset);
///   RecordView record;
///   for (;;) {
///     Result<bool> more = reader.Next(record);
///     if (!more.ok()) {
///       log(more.error());
///       if (!reader.SkipBatch()) break;
///     } else if (!*more) {
///       break;
///     } else {
///       use(record);
///     }
///   }
///   fetch next from reader.next_offset();
///
/// A value type for one thread; the bytes must outlive it. Nothing in them is trusted: a batch's
/// CRC-32C is checked before anything else of it, and lengths before memory is taken. Uncompressed
/// records are not copied and cost no memory at all; compressed ones are decompressed as they are
/// asked for, within RecordLimits.
class RecordBatchReader {
 public:
  /// Records before `wanted_offset` are left out: a broker answers from the start of a batch.
  explicit RecordBatchReader(std::span<const std::uint8_t> bytes, std::int64_t wanted_offset = 0,
                             const RecordLimits& limits = {});

  /// Control batches (the markers that end transactions) are given too, as records like others with
  /// batch().control; without this they are left out. Before the first Next.
  void GiveControlBatches() { give_control_ = true; }

  /// True: `out` is the next record. False: there is none; see next_offset() and cut_batch_bytes().
  ///
  /// Errors tell the batch's offset and place. kDataLoss: the batch is corrupt.
  /// kResourceExhausted: it costs more than the limits. kUnimplemented: a magic or a codec that is
  /// not known. The records before stand; the same error is returned until SkipBatch().
  Result<bool> Next(RecordView& out);

  /// Leaves out what is left of the current batch, bad or not. False when its end is not known (its
  /// length is corrupt): nothing more can be read then.
  bool SkipBatch();

  /// The offset to fetch next: after the last record given, and after all batches that were gone
  /// through or left out. At least the wanted offset.
  std::int64_t next_offset() const { return next_offset_; }
  /// The batch of the last record given.
  const BatchInfo& batch() const { return batch_; }
  const RecordCounters& counters() const { return counters_; }
  /// After the end: the size in bytes of the batch that is cut, as far as known. 0: none is. When
  /// it is the first batch, only a Fetch with a higher limit gets on.
  std::int64_t cut_batch_bytes() const { return cut_batch_bytes_; }
  /// Bytes held for decompressed records.
  std::size_t held_bytes() const { return records_.held(); }

 private:
  enum class Opened : std::uint8_t { kEnd, kSkipped, kReadable };

  Result<Opened> OpenBatch();
  Result<Opened> OpenRecords(std::span<const std::uint8_t> batch);
  Status ParseHeader(std::span<const std::uint8_t> batch);
  Result<bool> ReadRecord(RecordView& out);
  Status CloseBatch();
  void LeaveBatch();
  Error Bad(std::string what) const;

  std::span<const std::uint8_t> rest_;  ///< From the current batch on.
  const std::size_t size_;
  const std::int64_t wanted_offset_;
  const RecordLimits limits_;
  bool give_control_ = false;

  std::int64_t next_offset_;
  BatchInfo batch_;
  RecordBytes records_;
  bool inside_ = false;            ///< Of a batch whose records are being read.
  std::size_t batch_size_ = 0;     ///< Of the current batch; 0: not known.
  std::int64_t last_offset_ = -1;  ///< To be left behind with the current batch; -1: not known.
  std::int64_t batch_end_ = 0;     ///< Of the newest batch with the right checksum.
  std::int32_t left_ = 0;          ///< Records.
  std::int64_t previous_ = -1;     ///< Offset of the record before, in this batch.
  std::optional<Error> failed_;
  std::int64_t cut_batch_bytes_ = 0;
  RecordCounters counters_;
};

}  // namespace levelwind::kafka
