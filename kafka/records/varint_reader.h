#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace levelwind::kafka {

/// Reads what a record is made of: zigzag variable-length integers and bytes with such a length
/// before them. A value type over bytes that must outlive it; nothing is allocated. The first
/// failure sticks: later reads give zeros and empty bytes.
class VarintReader {
 public:
  explicit VarintReader(std::span<const std::uint8_t> data) : data_(data) {}

  bool ok() const { return what_.empty(); }
  /// What went wrong first; empty when nothing did.
  std::string_view what() const { return what_; }
  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return data_.size() - offset_; }

  std::uint8_t Byte();
  /// At most 5 bytes, or 10; more, or bits above 32 (64), are a failure.
  std::int32_t Varint();
  std::int64_t Varlong();
  /// The next `size` bytes; a failure for a negative size or more than there are.
  std::span<const std::uint8_t> Raw(std::int64_t size);

  void Fail(std::string_view what);

 private:
  std::uint64_t Unsigned(int bits);

  std::span<const std::uint8_t> data_;
  std::size_t offset_ = 0;
  std::string_view what_;  ///< Always a literal.
};

}  // namespace levelwind::kafka
