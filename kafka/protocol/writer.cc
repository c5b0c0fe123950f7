#include "kafka/protocol/writer.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace levelwind::kafka {

void Writer::Uvarint(std::uint32_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<std::uint8_t>(value));
}

void Writer::StringLength(bool flexible, std::int64_t length) {
  const std::int64_t limit = flexible ? std::numeric_limits<std::int32_t>::max() - 1
                                      : std::numeric_limits<std::int16_t>::max();
  if (length > limit) return Fail(fmt::format("a text of {} bytes is too long", length));
  if (flexible) return Uvarint(static_cast<std::uint32_t>(length + 1));
  Int16(static_cast<std::int16_t>(length));
}

void Writer::ArrayLength(bool flexible, std::int64_t length) {
  if (length > std::numeric_limits<std::int32_t>::max() - 1) {
    return Fail(fmt::format("an array of {} elements is too long", length));
  }
  if (flexible) return Uvarint(static_cast<std::uint32_t>(length + 1));
  Int32(static_cast<std::int32_t>(length));
}

void Writer::String(bool flexible, std::string_view text) {
  StringLength(flexible, static_cast<std::int64_t>(text.size()));
  bytes_.insert(bytes_.end(), text.begin(), text.end());
}

void Writer::Raw(std::span<const std::uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Writer::PatchInt32(std::size_t offset, std::int32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes_[offset + i] =
        static_cast<std::uint8_t>(static_cast<std::uint32_t>(value) >> (24 - 8 * i));
  }
}

void Writer::Fail(std::string what) {
  if (ok()) what_ = std::move(what);
}

Status Writer::status() const {
  if (ok()) return Ok();
  return InvalidArgument(what_);
}

}  // namespace levelwind::kafka
