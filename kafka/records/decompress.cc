#include "kafka/records/decompress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "kafka/records/codecs.h"

namespace levelwind::kafka {

std::string_view CodecName(Codec codec) {
  switch (codec) {
    case Codec::kNone:
      return "none";
    case Codec::kGzip:
      return "gzip";
    case Codec::kSnappy:
      return "snappy";
    case Codec::kLz4:
      return "lz4";
    case Codec::kZstd:
      return "zstd";
  }
  return "unknown";
}

Result<std::unique_ptr<Decompressor>> Decompressor::Create(Codec codec,
                                                           std::span<const std::uint8_t> input,
                                                           const RecordLimits& limits) {
  switch (codec) {
    case Codec::kGzip:
      return internal::MakeGzip(input, limits);
    case Codec::kSnappy:
      return internal::MakeSnappy(input, limits);
    case Codec::kLz4:
      return internal::MakeLz4(input, limits);
    case Codec::kZstd:
      return internal::MakeZstd(input, limits);
    case Codec::kNone:
      break;
  }
  return Internal("there is nothing to decompress without a codec");
}

Result<std::size_t> Decompressor::Read(std::span<std::uint8_t> out) {
  // One byte more than allowed is enough to see that there is more.
  const std::size_t allowed = limits_.max_batch_bytes - produced_ + 1;
  Result<std::size_t> produced = Produce(out.first(std::min(out.size(), allowed)));
  if (!produced.ok()) return produced;
  produced_ += *produced;
  LW_RETURN_IF_ERROR(CheckCaps());
  return produced;
}

Status Decompressor::CheckCaps() const {
  if (produced_ > limits_.max_batch_bytes) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("more than {} bytes come out of {} compressed ones (max_batch_bytes)",
                             limits_.max_batch_bytes, input_size_));
  }
  if (produced_ > limits_.free_ratio_bytes && produced_ / limits_.max_ratio > input_size_) {
    return Error(
        ErrorCode::kResourceExhausted,
        fmt::format("{} compressed bytes have become {}, more than {} times as many (max_ratio)",
                    input_size_, produced_, limits_.max_ratio));
  }
  return Ok();
}

}  // namespace levelwind::kafka
