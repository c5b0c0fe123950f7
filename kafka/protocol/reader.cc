#include "kafka/protocol/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace levelwind::kafka {

Uuid Reader::ReadUuid() {
  Uuid id;
  const auto bytes = Raw(id.bytes.size());
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

std::uint32_t Reader::Uvarint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const auto byte = BigEndian<std::uint8_t>();
    if (!ok()) return 0;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) != 0) continue;
    if (value > 0xFFFFFFFFU) break;
    return static_cast<std::uint32_t>(value);
  }
  Fail("a variable-length integer is longer than 32 bits");
  return 0;
}

std::int32_t Reader::StringLength(bool flexible) {
  const std::int64_t length = flexible ? static_cast<std::int64_t>(Uvarint()) - 1 : Int16();
  return CheckedLength(length, 1);
}

std::int32_t Reader::ArrayLength(bool flexible, std::size_t min_element_size) {
  const std::int64_t length = flexible ? static_cast<std::int64_t>(Uvarint()) - 1 : Int32();
  return CheckedLength(length, min_element_size);
}

std::int32_t Reader::CheckedLength(std::int64_t length, std::size_t min_element_size) {
  if (!ok()) return -1;
  if (length < -1) {
    Fail(fmt::format("length {} is negative", length));
    return -1;
  }
  if (length > 0 && static_cast<std::uint64_t>(length) > remaining() / min_element_size) {
    Fail(fmt::format("length {} cannot fit in the {} bytes left", length, remaining()));
    return -1;
  }
  return static_cast<std::int32_t>(length);
}

std::span<const std::uint8_t> Reader::Raw(std::size_t size) {
  if (size > remaining()) {
    FailShort(size);
    return {};
  }
  const auto bytes = data_.subspan(offset_, size);
  offset_ += size;
  return bytes;
}

std::string_view Reader::Text(std::size_t size) {
  const auto bytes = Raw(size);
  // The one place where bytes become characters; both may alias anything.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool Reader::TakeMemory(std::size_t count, std::size_t element_size) {
  const std::size_t bytes = HeapBytes(count * element_size);
  if (bytes <= memory_left_) {
    memory_left_ -= bytes;
    return ok();
  }
  // By its length it could be honest; then only the limit is too low.
  if (limit_.bytes < MemoryFor(frame_bytes_)) {
    Fail(fmt::format("{} bytes of an answer would take more than {} bytes of memory besides ({})",
                     frame_bytes_, limit_.bytes, limit_.set_by));
  } else {
    Fail(fmt::format("{} elements would take more memory than {} bytes of an answer may", count,
                     frame_bytes_));
  }
  return false;
}

Reader Reader::Part(std::span<const std::uint8_t> part) const {
  Reader reader(part);
  reader.memory_left_ = memory_left_;
  reader.limit_ = limit_;
  reader.frame_bytes_ = frame_bytes_;
  return reader;
}

void Reader::FailShort(std::size_t wanted) {
  Fail(fmt::format("{} bytes wanted, {} left", wanted, remaining()));
}

void Reader::Fail(std::string what) {
  if (!ok()) return;
  what_ = std::move(what);
  failed_at_ = offset_;
  offset_ = data_.size();  // nothing after a failure means anything
}

void Reader::AddContext(std::string_view name) {
  path_ = path_.empty() ? std::string(name) : fmt::format("{}.{}", name, path_);
}

void Reader::FailFrom(const Reader& part, std::size_t part_offset) {
  memory_left_ = part.memory_left_;
  if (!ok() || part.ok()) return;
  Fail(part.what_);
  failed_at_ = part_offset + part.failed_at_;
  path_ = part.path_;
}

Error Reader::failure() const {
  return DataLoss(fmt::format("at byte {} of {}{}{}: {}", failed_at_, data_.size(),
                              path_.empty() ? "" : ", field ", path_, what_));
}

Status Reader::Finish() const {
  if (!ok()) return failure();
  if (remaining() > 0) {
    return DataLoss(fmt::format("{} bytes are left over after the last field", remaining()));
  }
  return Ok();
}

}  // namespace levelwind::kafka
