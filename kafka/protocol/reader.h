#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"

namespace levelwind::kafka {

/// The most memory that decoded values may take, and who says so (for the error's text; it must be
/// a literal).
struct MemoryLimit {
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
  std::string_view set_by;
};

/// What `bytes` of heap take at most: glibc's malloc adds a header and rounds up to 16 bytes, and
/// to pages where it asks the system for a block of its own.
constexpr std::size_t HeapBytes(std::size_t bytes) {
  constexpr std::size_t kHeader = 8;
  constexpr std::size_t kLeast = 32;
  constexpr std::size_t kOwnBlock = std::size_t{128} << 10;
  constexpr std::size_t kPage = 4096;
  if (bytes == 0) return 0;
  const std::size_t unit = bytes < kOwnBlock ? 16 : kPage;
  return std::max(kLeast, (bytes + 2 * kHeader + unit - 1) / unit * unit);
}

/// Reads Kafka's primitive types from one frame. A value type, used by one thread at a time; the
/// bytes must outlive it.
///
/// Bytes come from outside, so nothing is trusted: every length is checked against the bytes left
/// before memory is taken. The first failure sticks: later reads give zeros and empty strings, and
/// Finish() tells what was wrong. Loops over wire counts must look at ok().
class Reader {
 public:
  /// `limit`: see TakeMemory.
  explicit Reader(std::span<const std::uint8_t> data, MemoryLimit limit = {})
      : data_(data),
        frame_bytes_(data.size()),
        memory_left_(std::min(MemoryFor(data.size()), limit.bytes)),
        limit_(limit) {}

  bool ok() const { return what_.empty(); }
  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return data_.size() - offset_; }

  bool Bool() { return Int8() != 0; }
  std::int8_t Int8() { return static_cast<std::int8_t>(BigEndian<std::uint8_t>()); }
  std::int16_t Int16() { return static_cast<std::int16_t>(BigEndian<std::uint16_t>()); }
  std::int32_t Int32() { return static_cast<std::int32_t>(BigEndian<std::uint32_t>()); }
  std::int64_t Int64() { return static_cast<std::int64_t>(BigEndian<std::uint64_t>()); }
  std::uint16_t Uint16() { return BigEndian<std::uint16_t>(); }
  /// IEEE 754 bits. NaN and infinities pass: what they mean is for the message's reader to say.
  double Float64() { return std::bit_cast<double>(BigEndian<std::uint64_t>()); }
  Uuid ReadUuid();
  /// At most 5 bytes; more, or bits above 32, are an error.
  std::uint32_t Uvarint();

  /// Lengths of strings, byte strings and arrays. -1 means null. Any other negative length and any
  /// length above the bytes left (or above `remaining() / min_element_size`) is an error.
  std::int32_t StringLength(bool flexible);
  std::int32_t BytesLength(bool flexible) { return ArrayLength(flexible, 1); }
  std::int32_t ArrayLength(bool flexible, std::size_t min_element_size);

  /// Counts memory that is about to be taken for `count` array elements of `element_size` bytes (or
  /// one text of that size); an error (and false) when everything together would take more than
  /// MemoryFor the frame, or more than the limit: a few bytes on the wire can be a large struct.
  bool TakeMemory(std::size_t count, std::size_t element_size);
  /// 16 times the first MiB and 8 times the rest, and a little for the smallest frames. Honest
  /// answers need up to 7 times their size.
  static constexpr std::size_t MemoryFor(std::size_t frame_bytes) {
    constexpr std::size_t kMiB = std::size_t{1} << 20;
    return (std::size_t{64} << 10) + 8 * frame_bytes + 8 * std::min(frame_bytes, kMiB);
  }
  /// A reader over a part of the same frame, with what is left of its memory; FailFrom gives back
  /// what it has not taken.
  Reader Part(std::span<const std::uint8_t> part) const;

  /// The next `size` bytes; an error (and empty) if there are fewer.
  std::span<const std::uint8_t> Raw(std::size_t size);
  std::string_view Text(std::size_t size);

  void Fail(std::string what);
  /// Puts `name` before the path of the failure ("Topics.Partitions").
  void AddContext(std::string_view name);
  /// Success if nothing failed and every byte was consumed; DataLoss otherwise.
  Status Finish() const;
  /// The failure as an error, without looking at the bytes left. Only when !ok().
  Error failure() const;
  /// Takes over what a Part() has used, and its failure; it began at `part_offset`.
  void FailFrom(const Reader& part, std::size_t part_offset);

 private:
  template <class U>
  U BigEndian() {
    if (remaining() < sizeof(U)) {
      FailShort(sizeof(U));
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(U); ++i) value = value << 8 | data_[offset_ + i];
    offset_ += sizeof(U);
    return static_cast<U>(value);
  }
  void FailShort(std::size_t wanted);
  std::int32_t CheckedLength(std::int64_t length, std::size_t min_element_size);

  std::span<const std::uint8_t> data_;
  std::size_t frame_bytes_ = 0;  ///< Of the whole, where this is a Part.
  std::size_t offset_ = 0;
  std::size_t failed_at_ = 0;
  std::size_t memory_left_ = 0;
  MemoryLimit limit_;
  std::string what_;
  std::string path_;
};

}  // namespace levelwind::kafka
