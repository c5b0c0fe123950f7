#pragma once

// One Decompressor per codec; made by Decompressor::Create.

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "kafka/records/decompress.h"

namespace levelwind::kafka::internal {

using DecompressorResult = Result<std::unique_ptr<Decompressor>>;

DecompressorResult MakeGzip(std::span<const std::uint8_t> input, const RecordLimits& limits);
DecompressorResult MakeSnappy(std::span<const std::uint8_t> input, const RecordLimits& limits);
DecompressorResult MakeLz4(std::span<const std::uint8_t> input, const RecordLimits& limits);
DecompressorResult MakeZstd(std::span<const std::uint8_t> input, const RecordLimits& limits);

}  // namespace levelwind::kafka::internal
