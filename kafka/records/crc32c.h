#pragma once

#include <cstdint>
#include <span>

namespace levelwind::kafka {

/// CRC-32C (Castagnoli polynomial, reflected; RFC 3720, appendix B.4) of `bytes`: the checksum of
/// record batches. Crc32c("123456789") is 0xE3069283. Uses the processor's instruction where there
/// is one, else a table; any thread.
std::uint32_t Crc32c(std::span<const std::uint8_t> bytes);

/// The same by table only: for processors without the instruction, and to check the other against.
std::uint32_t Crc32cByTable(std::span<const std::uint8_t> bytes);

}  // namespace levelwind::kafka
