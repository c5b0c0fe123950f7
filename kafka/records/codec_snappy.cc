#include <fmt/format.h>
#include <snappy-c.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kafka/protocol/reader.h"
#include "kafka/records/codecs.h"

namespace levelwind::kafka::internal {

namespace {

/// How Java's stream of snappy blocks begins, before two INT32 that say which versions read it.
constexpr std::array<std::uint8_t, 8> kXerial = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t kXerialHeader = kXerial.size() + 4 + 4;

/// Snappy's densest element turns 3 bytes into 64, so a block can hold at most this many bytes for
/// each of its own.
constexpr std::size_t kMostPerByte = 22;

const char* Chars(std::span<const std::uint8_t> bytes) {
  return reinterpret_cast<const char*>(bytes.data());
}

class Snappy final : public Decompressor {
 public:
  Snappy(std::span<const std::uint8_t> input, const RecordLimits& limits)
      : Decompressor(input, limits) {
    if (input.size() < kXerialHeader) return;
    blocks_ = std::equal(kXerial.begin(), kXerial.end(), input.begin());
    if (blocks_) input_ = input.subspan(kXerialHeader);
  }

 private:
  Result<std::size_t> Produce(std::span<std::uint8_t> out) override {
    while (at_ == block_.size()) {
      if (input_.empty()) return std::size_t{0};
      LW_RETURN_IF_ERROR(NextBlock());
    }
    const std::size_t size = std::min(out.size(), block_.size() - at_);
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(at_), size, out.begin());
    at_ += size;
    return size;
  }

  Status NextBlock() {
    std::span<const std::uint8_t> block = input_;
    if (blocks_) {
      Reader reader(input_);
      const std::int32_t size = reader.Int32();
      if (reader.ok() && size < 0) {
        return DataLoss(fmt::format("a snappy block of {} bytes", size));
      }
      block = reader.Raw(static_cast<std::size_t>(size));
      if (!reader.ok()) return DataLoss("the snappy data ends early");
      input_ = input_.subspan(reader.offset());
    } else {
      input_ = {};
    }
    return Uncompress(block);
  }

  Status Uncompress(std::span<const std::uint8_t> block) {
    std::size_t size = 0;
    if (snappy_uncompressed_length(Chars(block), block.size(), &size) != SNAPPY_OK) {
      return DataLoss("the snappy data is corrupt");
    }
    if (size / kMostPerByte > block.size()) {
      return DataLoss(fmt::format("a snappy block of {} bytes claims to hold {}; {} are possible",
                                  block.size(), size, block.size() * kMostPerByte));
    }
    if (size > limits_.max_batch_bytes) {
      return Error(ErrorCode::kResourceExhausted,
                   fmt::format("a snappy block holds {} bytes; {} are accepted (max_batch_bytes)",
                               size, limits_.max_batch_bytes));
    }
    block_.resize(size);
    at_ = 0;
    auto* out = reinterpret_cast<char*>(block_.data());
    if (snappy_uncompress(Chars(block), block.size(), out, &size) != SNAPPY_OK) {
      return DataLoss("the snappy data is corrupt");
    }
    return Ok();
  }

  bool blocks_ = false;  ///< Java's stream; else the input is one block.
  std::vector<std::uint8_t> block_;
  std::size_t at_ = 0;
};

}  // namespace

DecompressorResult MakeSnappy(std::span<const std::uint8_t> input, const RecordLimits& limits) {
  return std::unique_ptr<Decompressor>(std::make_unique<Snappy>(input, limits));
}

}  // namespace levelwind::kafka::internal
