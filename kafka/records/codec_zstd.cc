#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "kafka/records/codecs.h"

namespace levelwind::kafka::internal {

namespace {

struct Free {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class Zstd final : public Decompressor {
 public:
  using Decompressor::Decompressor;

  Status Init() {
    context_.reset(ZSTD_createDCtx());
    if (context_ == nullptr) return Internal("no memory for zstd");
    const std::size_t code =
        ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, limits_.max_zstd_window_log);
    if (ZSTD_isError(code) != 0) {
      return Internal(fmt::format("max_zstd_window_log {} is not possible: {}",
                                  limits_.max_zstd_window_log, ZSTD_getErrorName(code)));
    }
    return Ok();
  }

 private:
  Result<std::size_t> Produce(std::span<std::uint8_t> out) override {
    while (!input_.empty() || inside_) {
      ZSTD_inBuffer in{input_.data(), input_.size(), 0};
      ZSTD_outBuffer plain{out.data(), out.size(), 0};
      const std::size_t hint = ZSTD_decompressStream(context_.get(), &plain, &in);
      if (ZSTD_isError(hint) != 0) return Failure(hint);
      input_ = input_.subspan(in.pos);
      inside_ = hint != 0;
      if (plain.pos > 0) return plain.pos;
      if (in.pos == 0) return DataLoss("the zstd data ends early");
    }
    return std::size_t{0};
  }

  Error Failure(std::size_t code) const {
    if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge) {
      return {ErrorCode::kResourceExhausted,
              fmt::format("the zstd data needs a window of more than 2^{} bytes "
                          "(max_zstd_window_log)",
                          limits_.max_zstd_window_log)};
    }
    return DataLoss(fmt::format("the zstd data is corrupt ({})", ZSTD_getErrorName(code)));
  }

  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool inside_ = false;  ///< Of a frame: the end of the input would be too early.
};

}  // namespace

DecompressorResult MakeZstd(std::span<const std::uint8_t> input, const RecordLimits& limits) {
  auto zstd = std::make_unique<Zstd>(input, limits);
  LW_RETURN_IF_ERROR(zstd->Init());
  return std::unique_ptr<Decompressor>(std::move(zstd));
}

}  // namespace levelwind::kafka::internal
