#include "kafka/records/record_bytes.h"

#include <algorithm>
#include <utility>

namespace levelwind::kafka {

namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr std::size_t kReadAhead = 64 << 10;

}  // namespace

void RecordBytes::Open(std::span<const std::uint8_t> plain) {
  decompressor_.reset();
  plain_ = plain;
  begin_ = 0;
}

Status RecordBytes::Open(Codec codec, std::span<const std::uint8_t> compressed,
                         const RecordLimits& limits) {
  LW_ASSIGN_OR_RETURN(decompressor_, Decompressor::Create(codec, compressed, limits));
  begin_ = 0;
  end_ = 0;
  return Ok();
}

std::span<const std::uint8_t> RecordBytes::Window() const {
  return compressed() ? std::span<const std::uint8_t>(buffer_).first(end_) : plain_;
}

Result<std::span<const std::uint8_t>> RecordBytes::Peek(std::size_t size) {
  while (compressed() && end_ - begin_ < size) {
    if (end_ == buffer_.size()) MakeRoom(size);
    auto read = decompressor_->Read(std::span<std::uint8_t>(buffer_).subspan(end_));
    if (!read.ok()) return read.error();
    if (*read == 0) break;
    end_ += *read;
  }
  return Window().subspan(begin_);
}

void RecordBytes::MakeRoom(std::size_t wanted) {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= std::exchange(begin_, 0);
  if (end_ * 2 < buffer_.size()) return;
  buffer_.resize(std::min(std::max(kFirstBuffer, buffer_.size() * 2), wanted + kReadAhead));
}

}  // namespace levelwind::kafka
