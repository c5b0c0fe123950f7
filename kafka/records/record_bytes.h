#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "kafka/records/decompress.h"

namespace levelwind::kafka {

/// The records part of one batch, front to back, in contiguous pieces: without a copy when it is
/// not compressed, else through a buffer that grows with the bytes that really come out, up to the
/// largest piece that was asked for and 64 KiB.
class RecordBytes {
 public:
  /// Not compressed.
  void Open(std::span<const std::uint8_t> plain);
  Status Open(Codec codec, std::span<const std::uint8_t> compressed, const RecordLimits& limits);

  /// The next bytes, at least `size` of them unless the records end before. Valid until the next
  /// call; nothing is consumed. Errors are the decompressor's.
  Result<std::span<const std::uint8_t>> Peek(std::size_t size);
  /// Goes on by `size`, no more than the last Peek() gave.
  void Consume(std::size_t size) { begin_ += size; }

  /// How many bytes are left, for bytes that are not compressed; of others nobody knows before the
  /// end, and the answer is what is in the buffer.
  std::size_t known_left() const { return Window().size() - begin_; }
  bool compressed() const { return decompressor_ != nullptr; }
  /// What the buffer takes, in bytes.
  std::size_t held() const { return buffer_.capacity(); }

 private:
  std::span<const std::uint8_t> Window() const;
  void MakeRoom(std::size_t wanted);

  std::span<const std::uint8_t> plain_;
  std::unique_ptr<Decompressor> decompressor_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;  ///< Of the bytes in the buffer.
};

}  // namespace levelwind::kafka
