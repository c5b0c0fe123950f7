#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "kafka/records/record_limits.h"

namespace levelwind::kafka {

/// The compression of a record batch (bits 0 to 2 of its attributes).
enum class Codec : std::uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

/// "none", "gzip", "snappy", "lz4", "zstd".
std::string_view CodecName(Codec codec);

/// Compressed bytes as a stream of plain ones, in pieces that the caller chooses, so that what a
/// batch claims or hides never decides how much memory is taken. One thread at a time; the input
/// must outlive it.
///
/// Accepted: gzip members, LZ4 frames and zstd frames, one or several after another; snappy both as
/// one raw block and as the stream of blocks that Java clients write (xerial's). Bytes that follow
/// the last frame and are not one are an error.
///
/// Memory: gzip about 48 KiB, LZ4 at most two blocks of 4 MiB and a dictionary of 64 KiB, zstd the
/// window that the frame asks for (limits.max_zstd_window_log) and a block, snappy the block that
/// is being read, whose claimed length is checked against what its bytes can hold.
class Decompressor {
 public:
  Decompressor(std::span<const std::uint8_t> input, const RecordLimits& limits)
      : input_(input), limits_(limits), input_size_(input.size()) {}
  virtual ~Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// `input` is compressed with `codec`, which is not kNone. kInternal when the library has no
  /// memory.
  static Result<std::unique_ptr<Decompressor>> Create(Codec codec,
                                                      std::span<const std::uint8_t> input,
                                                      const RecordLimits& limits);

  /// Fills the front of `out` (not empty) and says how much of it; 0 is the end.
  /// kDataLoss: the bytes are not in the codec's format, or end early.
  /// kResourceExhausted: more than limits.max_batch_bytes come out, or more than
  /// limits.max_ratio times the input, or a zstd window is larger than allowed.
  Result<std::size_t> Read(std::span<std::uint8_t> out);

 protected:
  /// Read() without the caps; 0 only at the end of the last frame.
  virtual Result<std::size_t> Produce(std::span<std::uint8_t> out) = 0;

  std::span<const std::uint8_t> input_;  ///< What has not been consumed yet.
  const RecordLimits limits_;

 private:
  Status CheckCaps() const;

  const std::size_t input_size_;
  std::size_t produced_ = 0;
};

}  // namespace levelwind::kafka
