#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"

namespace levelwind::kafka {

/// Appends Kafka's primitive types to a buffer. The first failure (a value that the encoding cannot
/// hold) sticks and is told by status(); the buffer must then be thrown away.
class Writer {
 public:
  void Bool(bool value) { Int8(value ? 1 : 0); }
  void Int8(std::int8_t value) { BigEndian(static_cast<std::uint8_t>(value)); }
  void Int16(std::int16_t value) { BigEndian(static_cast<std::uint16_t>(value)); }
  void Int32(std::int32_t value) { BigEndian(static_cast<std::uint32_t>(value)); }
  void Int64(std::int64_t value) { BigEndian(static_cast<std::uint64_t>(value)); }
  void Uint16(std::uint16_t value) { BigEndian(value); }
  void Float64(double value) { BigEndian(std::bit_cast<std::uint64_t>(value)); }
  void WriteUuid(const Uuid& id) { Raw(id.bytes); }
  void Uvarint(std::uint32_t value);

  /// Lengths of strings, and of byte strings and arrays. kNull for null.
  static constexpr std::int64_t kNull = -1;
  void StringLength(bool flexible, std::int64_t length);
  void ArrayLength(bool flexible, std::int64_t length);

  void String(bool flexible, std::string_view text);
  void Raw(std::span<const std::uint8_t> bytes);

  /// Overwrites four bytes written before, for lengths known only at the end.
  void PatchInt32(std::size_t offset, std::int32_t value);

  void Fail(std::string what);
  bool ok() const { return what_.empty(); }
  Status status() const;

  std::size_t size() const { return bytes_.size(); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> Take() && { return std::move(bytes_); }

 private:
  template <class U>
  void BigEndian(U value) {
    for (std::size_t i = sizeof(U); i-- > 0;) {
      bytes_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
  }

  std::vector<std::uint8_t> bytes_;
  std::string what_;
};

}  // namespace levelwind::kafka
