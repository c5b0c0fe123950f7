#include <fmt/format.h>
#include <lz4frame.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "kafka/records/codecs.h"

namespace levelwind::kafka::internal {

namespace {

struct Free {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

class Lz4 final : public Decompressor {
 public:
  using Decompressor::Decompressor;

  Status Init() {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) {
      return Internal("no memory for lz4");
    }
    context_.reset(context);
    return Ok();
  }

 private:
  Result<std::size_t> Produce(std::span<std::uint8_t> out) override {
    while (!input_.empty() || inside_) {
      std::size_t produced = out.size();
      std::size_t consumed = input_.size();
      const std::size_t hint =
          LZ4F_decompress(context_.get(), out.data(), &produced, input_.data(), &consumed, nullptr);
      if (LZ4F_isError(hint) != 0) {
        return DataLoss(fmt::format("the lz4 data is corrupt ({})", LZ4F_getErrorName(hint)));
      }
      input_ = input_.subspan(consumed);
      inside_ = hint != 0;
      if (produced > 0) return produced;
      if (consumed == 0) return DataLoss("the lz4 data ends early");
    }
    return std::size_t{0};
  }

  std::unique_ptr<LZ4F_dctx, Free> context_;
  bool inside_ = false;  ///< Of a frame: the end of the input would be too early.
};

}  // namespace

DecompressorResult MakeLz4(std::span<const std::uint8_t> input, const RecordLimits& limits) {
  auto lz4 = std::make_unique<Lz4>(input, limits);
  LW_RETURN_IF_ERROR(lz4->Init());
  return std::unique_ptr<Decompressor>(std::move(lz4));
}

}  // namespace levelwind::kafka::internal
