#include "kafka/records/varint_reader.h"

namespace levelwind::kafka {

void VarintReader::Fail(std::string_view what) {
  if (!ok()) return;
  what_ = what;
  offset_ = data_.size();  // nothing after a failure means anything
}

std::uint8_t VarintReader::Byte() {
  if (remaining() == 0) {
    Fail("the bytes end early");
    return 0;
  }
  return data_[offset_++];
}

std::uint64_t VarintReader::Unsigned(int bits) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < bits; shift += 7) {
    const std::uint64_t byte = Byte();
    if (!ok()) return 0;
    const std::uint64_t low = byte & 0x7F;
    // The last byte has room for fewer than seven bits.
    if (bits - shift < 7 && (low >> (bits - shift)) != 0) break;
    value |= low << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail(bits == 32 ? "a variable-length integer is longer than 32 bits"
                  : "a variable-length integer is longer than 64 bits");
  return 0;
}

std::int32_t VarintReader::Varint() {
  const auto zigzag = static_cast<std::uint32_t>(Unsigned(32));
  return static_cast<std::int32_t>((zigzag >> 1) ^ (0U - (zigzag & 1)));
}

std::int64_t VarintReader::Varlong() {
  const std::uint64_t zigzag = Unsigned(64);
  return static_cast<std::int64_t>((zigzag >> 1) ^ (std::uint64_t{0} - (zigzag & 1)));
}

std::span<const std::uint8_t> VarintReader::Raw(std::int64_t size) {
  if (size < 0) {
    Fail("a length is negative");
    return {};
  }
  if (static_cast<std::uint64_t>(size) > remaining()) {
    Fail("a length is more than the bytes left");
    return {};
  }
  const auto bytes = data_.subspan(offset_, static_cast<std::size_t>(size));
  offset_ += bytes.size();
  return bytes;
}

}  // namespace levelwind::kafka
