#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace levelwind::kafka {

/// The bytes of one frame while they come in. Its size is announced by the peer and is taken at
/// once, but nothing is written before it has come: an announced 64 MiB costs address space, and
/// memory only page by page with the bytes. So it never holds more than the frame, and never copies
/// itself to grow. Moves, does not copy. One thread at a time.
class FrameBuffer {
 public:
  FrameBuffer() = default;
  /// `valid()` is false when the system refuses even the address space.
  explicit FrameBuffer(std::size_t size)
      : bytes_(new (std::nothrow) std::uint8_t[size]), size_(bytes_ ? size : 0) {}

  bool valid() const { return bytes_ != nullptr; }
  std::size_t missing() const { return size_ - have_; }
  /// Takes the first bytes of `from` that are missing here; gives the rest of `from`.
  std::span<const std::uint8_t> Append(std::span<const std::uint8_t> from) {
    const std::size_t take = std::min(from.size(), missing());
    std::copy_n(from.begin(), take, bytes_.get() + have_);
    have_ += take;
    return from.subspan(take);
  }

  /// What has come, without what was dropped.
  std::span<const std::uint8_t> bytes() const {
    return std::span<const std::uint8_t>(bytes_.get(), have_).subspan(begin_);
  }
  /// Of the whole frame, dropped bytes included.
  std::size_t size() const { return size_; }
  /// The first `count` of bytes() are of no interest any more; their memory stays.
  void DropFront(std::size_t count) { begin_ += std::min(count, have_ - begin_); }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
  std::size_t have_ = 0;
  std::size_t begin_ = 0;
};

}  // namespace levelwind::kafka
