#define ZLIB_CONST  // next_in is const

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include "kafka/records/codecs.h"

namespace levelwind::kafka::internal {

namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

uInt Clamp(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

class Gzip final : public Decompressor {
 public:
  using Decompressor::Decompressor;
  ~Gzip() override {
    if (ready_) inflateEnd(&stream_);
  }

  Status Init() {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) return Internal("no memory for gzip");
    ready_ = true;
    return Ok();
  }

 private:
  Result<std::size_t> Produce(std::span<std::uint8_t> out) override {
    while (!input_.empty() || inside_) {
      stream_.next_in = input_.data();
      stream_.avail_in = Clamp(input_.size());
      stream_.next_out = out.data();
      stream_.avail_out = Clamp(out.size());
      const uInt room = stream_.avail_out;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t produced = room - stream_.avail_out;
      const bool moved = produced > 0 || stream_.avail_in != Clamp(input_.size());
      input_ = input_.last(input_.size() - (Clamp(input_.size()) - stream_.avail_in));
      inside_ = true;
      if (code == Z_STREAM_END) {
        inside_ = false;  // another member may follow
        if (inflateReset(&stream_) != Z_OK) return Internal("gzip cannot start over");
      } else if (code == Z_MEM_ERROR) {
        return Internal("no memory for gzip");
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return DataLoss("the gzip data is corrupt");
      } else if (!moved) {
        return DataLoss("the gzip data ends early");
      }
      if (produced > 0) return produced;
    }
    return std::size_t{0};
  }

  z_stream stream_{};
  bool ready_ = false;
  bool inside_ = false;  ///< Of a member: the end of the input would be too early.
};

}  // namespace

DecompressorResult MakeGzip(std::span<const std::uint8_t> input, const RecordLimits& limits) {
  auto gzip = std::make_unique<Gzip>(input, limits);
  LW_RETURN_IF_ERROR(gzip->Init());
  return std::unique_ptr<Decompressor>(std::move(gzip));
}

}  // namespace levelwind::kafka::internal
